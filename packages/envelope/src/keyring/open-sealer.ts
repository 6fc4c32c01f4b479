import { DEFAULT_SUITE, type SuiteName, SUITES } from "../suites.ts";
import { EnvelopeSealer, type SealerPorts } from "./envelope-sealer.ts";
import { loadKeyState, makeKeyState, saveKeyState } from "./key-state.ts";
import type { KeyStore } from "./key-store.ts";
import { OwnKeys, type OwnKeysPorts } from "./own-keys.ts";
import { OwnWatch } from "./own-watch.ts";
import { type KeyAlarm, PeerKeys } from "./peer-keys.ts";
import { mapPins } from "./pins.ts";

/** How an agent that holds its own keys seals. */
export interface SealingOptions {
  /** Where its keys are kept; nobody else may read it, and one process at a time may write it. */
  store: KeyStore;
  /** Suite of the agent's own key: X-Wing (hybrid, post-quantum) unless told otherwise. */
  suite?: SuiteName;
  /** Seal also for who has a key of X25519 alone, which a quantum computer opens one day. Unless `suite` is that one itself, it is refused. */
  allowX25519?: boolean;
  /**
   * Told when somebody's key was exchanged by somebody else, and nothing was sent; or when there is a key in the agent's own
   * repository that it has not made. Written to stderr unless told otherwise.
   */
  onAlarm?: (alarm: KeyAlarm) => void;
}

/** What sealing with keys of one's own needs of the agent. */
export interface SealingPorts extends SealerPorts, Pick<OwnKeysPorts, "publish" | "find" | "predecessor"> {
  /** Addresses of somebody's key records, newest first, unproven. */
  list: (did: string) => Promise<string[]>;
  /** A record key that sorts after this one. */
  nextRkey: (after: string | undefined) => string;
}

const logAlarm = ({ reason }: KeyAlarm): void => console.error(`Key alarm: ${reason}`);

/** A sealer with the agent's own keys, which are made and published where there are none yet. @throws KeyStateError and what publishing throws. */
export const openSealer = async (ports: SealingPorts, { store, suite = DEFAULT_SUITE, allowX25519 = suite !== DEFAULT_SUITE, onAlarm = logAlarm }: SealingOptions): Promise<EnvelopeSealer> => {
  const { did, publish, find, predecessor, list, prove, nextRkey, now } = ports;
  const state = (await loadKeyState(store, did)) ?? (await makeKeyState());
  let saving = Promise.resolve();
  // One after the other, so that the newest state is the one that stays.
  const save = (): Promise<void> => (saving = saving.catch(() => undefined).then(() => saveKeyState(store, did, state)));
  const own = new OwnKeys(state, { did, suite, now, nextRkey: () => nextRkey(state.keys[0]?.rkey), publish, find, save, ...(predecessor === undefined ? {} : { predecessor }) });
  const peers = new PeerKeys(mapPins(state.pins, save), { suites: allowX25519 ? SUITES : [DEFAULT_SUITE], remedy: "connect with allowX25519", now, list, prove, alarm: onAlarm });
  await own.refresh();
  const watch = state.owner && new OwnWatch({ did, owner: state.owner, list, prove, alarm: onAlarm, now });
  return new EnvelopeSealer({ did, prove, now }, own, peers, watch);
};
