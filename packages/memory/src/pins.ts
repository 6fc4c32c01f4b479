import { MAX_PINNED_CHARS, MAX_PINS, TRUSTED } from "./limits.ts";
import { type Outcome, notFound, ok, refuse } from "./outcome.ts";
import type { MemoryPorts, MemoryWrite, StoredMemory } from "./ports.ts";
import { textsOf, trustOf } from "./record/entry-of.ts";
import { PINS, pathOfUri } from "./record/place.ts";

/** What is pinned, and the state of the record that says so. */
export interface Pins {
  uris: string[];
  /** CID of the record; null while there is none. */
  cid: string | null;
}

/** at-uris in their order. A record that was written by something else is read as far as it makes sense. */
export async function readPins({ did, records }: MemoryPorts): Promise<Pins> {
  const found = await records.readPins();
  if (found === undefined) return { uris: [], cid: null };
  return { uris: [...new Set(found.memories)].filter((uri) => pathOfUri(did, uri) !== undefined).slice(0, MAX_PINS), cid: found.cid };
}

/** What the record is to say. */
export const pinsWrite = (uris: readonly string[], { cid }: Pins, now: number): MemoryWrite => ({
  ...PINS,
  value: { $type: PINS.collection, memories: [...uris], updatedAt: new Date(now).toISOString() },
  swap: cid,
});

/** The pins with one more. What strangers said is never among them. */
export async function withPin(ports: MemoryPorts, pins: Pins, uri: string, memory: Pick<StoredMemory, "value">): Promise<Outcome<string[]>> {
  if (pins.uris.includes(uri)) return ok(pins.uris);
  const trust = trustOf(memory.value);
  if (trust < TRUSTED) return refuse("NotTrusted", `What was said with trust ${trust} cannot be pinned`);
  if (pins.uris.length >= MAX_PINS) return refuse("TooManyPins", `${MAX_PINS} memories are pinned, which is all there may be`);
  const paths = pins.uris.flatMap((one) => pathOfUri(ports.did, one) ?? []);
  const others = (await ports.records.read(paths)).map((one) => (typeof one === "object" ? charsOf(one.value) : 0));
  const chars = others.reduce((sum, one) => sum + one, charsOf(memory.value));
  if (chars > MAX_PINNED_CHARS) return refuse("TooManyPins", `${chars} characters would be pinned, at most ${MAX_PINNED_CHARS}`);
  return ok([...pins.uris, uri]);
}

/** The memory at a URI, if it can be pinned at all. */
export async function pinnable({ did, records }: MemoryPorts, uri: string): Promise<Outcome<StoredMemory>> {
  const path = pathOfUri(did, uri);
  const [found] = path === undefined ? [] : await records.read([path]);
  return typeof found === "object" ? ok(found) : notFound(uri);
}

const charsOf = (value: Record<string, unknown>): number =>
  [value["text"], value["reason"], ...textsOf(value["alternatives"])].reduce<number>((sum, part) => sum + (typeof part === "string" ? part.length : 0), 0);
