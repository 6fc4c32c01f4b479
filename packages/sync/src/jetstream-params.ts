/**
 * What readers ask for: the parameters of Jetstream v1 with its extras, those of network.bsky.jetstream.subscribeEvents, and
 * the `options_update` message. Where v1 is lax (sizes, prefixes), so is this: its clients rely on it.
 */
import { isValidNsid } from "@rookery/repo";
import type { EventKind } from "./event.ts";
import { MAX_COLLECTIONS, MAX_DIDS, type FilterExtras, type FilterSpec } from "./jetstream-filter.ts";
import { fail, ok, type Outcome } from "./outcome.ts";

const KINDS: readonly EventKind[] = ["commit", "identity", "account", "sync"];
/** What v1 sends: `#sync` is for those who ask. */
const V1_KINDS: readonly EventKind[] = ["commit", "identity", "account"];
/** atproto specification, "DID": at most 2,048 characters. */
const DID = /^did:[a-z]+:[a-zA-Z0-9._:%-]{0,2040}[a-zA-Z0-9._-]$/;
const MAX_UINT32 = 0xffff_ffff;
/** A list may repeat itself, as v1 has it, though not without end: what is longer than so many times its limit is not looked at. */
const REPEATS = 10;

/** The filter of `/subscribe`. `kinds` and `prevRev` are extras, which stock servers ignore. */
export function parseV1Query(query: URLSearchParams): Outcome<FilterSpec> {
  return assemble({
    collections: query.getAll("wantedCollections"),
    dids: query.getAll("wantedDids"),
    kinds: query.getAll("kinds"),
    prevRev: query.get("prevRev"),
    maxBytes: laxSize(query.get("maxMessageSizeBytes") ?? ""),
  }, V1_KINDS);
}

/** The filter of subscribeEvents, whose rules are strict. */
export function parseEventsQuery(query: URLSearchParams): Outcome<FilterSpec> {
  for (const [legacy, instead] of [["wantedDids", "use dids"], ["wantedCollections", "use collections"], ["requireHello", "this stream takes no messages"]] as const) {
    if (query.has(legacy)) return refuse(`${legacy} is a parameter of /subscribe: ${instead}`);
  }
  const collections = query.getAll("collections");
  const kinds = query.getAll("kinds");
  const wild = collections.find((pattern) => pattern.endsWith(".*") && !isValidNsid(`${pattern.slice(0, -1)}x`) && !isValidNsid(`${pattern.slice(0, -1)}x.x`));
  if (wild !== undefined) return refuse(`not a collection pattern: ${short(wild)}`);
  if (collections.length > 0 && kinds.length > 0 && !kinds.includes("commit")) return refuse("collections can never apply: kinds leaves commits out");
  const sizes = query.getAll("maxMessageSizeBytes");
  const size = Number(sizes[0] ?? "0");
  if (sizes.length > 1 || !/^\d{1,10}$/.test(sizes[0] ?? "0") || size > MAX_UINT32) return refuse("maxMessageSizeBytes must be one integer of 0 to 4294967295");
  return assemble({ collections, dids: query.getAll("dids"), kinds, prevRev: query.get("prevRev"), maxBytes: size }, KINDS);
}

/** What a client said on a v1 socket. `malformed` and `invalid` end the connection, with the codes 1007 and 1008. */
export type ClientMessage =
  | { kind: "options"; filter: FilterSpec }
  | { kind: "ignored" }
  | { kind: "malformed"; message: string }
  | { kind: "invalid"; message: string };

/**
 * Read an `options_update`. It replaces the whole filter; only the extras stay as they were where it does not name them,
 * since stock clients send it without. What is null is as absent, as it is to the reference.
 */
export function parseClientMessage(text: string, before: FilterExtras): ClientMessage {
  const message = jsonOf(text);
  if (!isObject(message) || typeof (message["type"] ?? "") !== "string") return { kind: "malformed", message: "a message must be a JSON object with a type" };
  if (message["type"] !== "options_update") return { kind: "ignored" };
  // Its payload alone may not be left out.
  const payload = message["payload"] === null ? {} : message["payload"];
  if (!isObject(payload)) return { kind: "malformed", message: "payload must be an object" };
  const { wantedCollections, wantedDids, kinds } = payload;
  const [size, prevRev] = [payload["maxMessageSizeBytes"] ?? 0, payload["prevRev"] ?? before.prevRev ?? null];
  const [collections, dids, newKinds] = [textsOf(wantedCollections), textsOf(wantedDids), textsOf(kinds)];
  if (collections === undefined || dids === undefined || newKinds === undefined) return { kind: "malformed", message: "wantedCollections, wantedDids and kinds must be arrays of strings" };
  if (typeof size !== "number" || !Number.isInteger(size)) return { kind: "malformed", message: "maxMessageSizeBytes must be an integer" };
  if (prevRev !== null && typeof prevRev !== "string") return { kind: "malformed", message: "prevRev must be a string" };
  const filter = assemble({ collections, dids, kinds: newKinds, prevRev, maxBytes: laxSize(String(size)) }, before.kinds);
  return filter.ok ? { kind: "options", filter: filter.value } : { kind: "invalid", message: filter.error.message };
}

interface Asked {
  collections: string[];
  dids: string[];
  kinds: string[];
  prevRev: string | null;
  maxBytes: number;
}

function assemble(asked: Asked, usual: readonly EventKind[]): Outcome<FilterSpec> {
  const collections = distinct(asked.collections, MAX_COLLECTIONS);
  const dids = distinct(asked.dids, MAX_DIDS);
  if (collections.length > MAX_COLLECTIONS) return refuse(`${collections.length} collections, at most ${MAX_COLLECTIONS}`);
  if (dids.length > MAX_DIDS) return refuse(`${dids.length} DIDs, at most ${MAX_DIDS}`);
  const collection = collections.find((pattern) => pattern.length > 320 || (!pattern.endsWith(".*") && !isValidNsid(pattern)));
  if (collection !== undefined) return refuse(`not a collection: ${short(collection)}`);
  const did = dids.find((one) => !DID.test(one));
  if (did !== undefined) return refuse(`not a DID: ${short(did)}`);
  const kind = asked.kinds.find((one) => !KINDS.some((known) => known === one));
  if (kind !== undefined) return refuse(`not a kind: ${short(kind)} (${KINDS.join(", ")})`);
  const prevRev = prevRevOf(asked.prevRev);
  if (prevRev === null) return refuse(`prevRev must be each, chain or false, not ${short(asked.prevRev ?? "")}`);
  return ok({
    kinds: asked.kinds.length === 0 ? [...usual] : KINDS.filter((known) => asked.kinds.includes(known)),
    ...(collections.length === 0 ? {} : { collections }),
    ...(dids.length === 0 ? {} : { dids }),
    ...(asked.maxBytes === 0 ? {} : { maxBytes: asked.maxBytes }),
    ...(prevRev === undefined ? {} : { prevRev }),
  });
}

/** Null for a value that means nothing. */
function prevRevOf(text: string | null): FilterSpec["prevRev"] | null {
  if (text === null || text === "" || text === "false") return undefined;
  if (text === "true" || text === "each") return "each";
  return text === "chain" ? "chain" : null;
}

/** v1: what is no positive 32-bit integer in decimal digits means no limit. */
const laxSize = (size: string): number => (/^\+?\d+$/.test(size) && Number(size) <= MAX_UINT32 ? Number(size) : 0);

/** A list without repetitions, if it is not so long that it is refused anyway. */
const distinct = (texts: string[], most: number): string[] => (texts.length > most * REPEATS ? texts : [...new Set(texts)]);

/** Strings of an array; none when it is absent or null. Undefined when it is something else. */
function textsOf(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item) => typeof item === "string");
  return texts.length === value.length ? texts : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const short = (text: string): string => JSON.stringify(text.slice(0, 80));
const refuse = (message: string): Outcome<never> => fail(400, "InvalidRequest", message);
