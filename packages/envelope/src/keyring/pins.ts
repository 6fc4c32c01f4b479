import type { FoundKeyRecord } from "../key-record.ts";
import { MAX_PINS } from "./settings.ts";

/** What is remembered of others' keys, by DID. */
export interface Pins {
  get(did: string): FoundKeyRecord | undefined;
  /** Remember, as used just now. Answers when it is durable, if it `isNew`: losing that an old one was used costs a place in the order. */
  put(did: string, found: FoundKeyRecord, isNew: boolean): Promise<void>;
}

/** Pins in a map, used longest ago first, which is kept as a whole by `save`. */
export const mapPins = (pins: Map<string, FoundKeyRecord>, save: () => Promise<void>): Pins => ({
  get: (did) => pins.get(did),
  put: async (did, found, isNew) => {
    pins.delete(did);
    pins.set(did, found);
    dropOldest(pins);
    if (isNew) await save();
  },
});

/** Keep a map of what is remembered of others at its bound. */
export const dropOldest = (map: Map<string, unknown>, most = MAX_PINS): void => {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
};
