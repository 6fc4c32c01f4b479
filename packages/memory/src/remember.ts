import { validateRecord } from "@rookery/lexicon-agent-comms";
import { MAX_UNTRUSTED, QUOTAS, TRUSTED, WRITE_TRIES } from "./limits.ts";
import type { Engine } from "./engine.ts";
import { type Outcome, invalid, notFound, ok, refuse } from "./outcome.ts";
import { pin } from "./pin.ts";
import { pinsWrite, readPins, withPin } from "./pins.ts";
import type { MemoryPorts, MemoryWrite, StoredMemory } from "./ports.ts";
import { isTrusted, judge, recordOf, saysTheSame } from "./record/make.ts";
import { collectionOf, partsOf, pathOfUri, uriOf } from "./record/place.ts";
import { pathOfSubject } from "./subject.ts";
import { trustOf } from "./record/entry-of.ts";
import type { Kind, RememberInput, Remembered } from "./types.ts";

/** What one try of remembering comes to: writes, and what to answer when they are done. */
interface Draft {
  writes: MemoryWrite[];
  /** Path of the memory, which is the first write. */
  path: string;
  supersedes?: string;
}

/** Write a memory. Errors: `QuotaExceeded`, `NotTrusted`, `TooManyPins`, `MemoryNotFound`, `RecordConflict`, `InvalidRequest`. */
export async function remember(engine: Engine, input: RememberInput): Promise<Outcome<Remembered>> {
  const { ports } = engine;
  const kind = judge(input);
  if (!kind.ok) return kind;
  for (let attempt = 1; ; attempt++) {
    const draft = await draftOf(engine, input, kind.value);
    if (!draft.ok || "uri" in draft.value) return draft as Outcome<Remembered>;
    const { writes, path, supersedes } = draft.value;
    const written = await ports.records.write(writes);
    // Somebody wrote the same subject, or the pins, in between: decide once more by what is there now.
    if (!written.ok && written.error.name === "InvalidSwap" && attempt < WRITE_TRIES) continue;
    if (!written.ok) return written;
    const [at] = written.value;
    if (at === undefined) throw new Error(`no CID for ${collectionOf[kind.value]}`);
    return ok({ uri: uriOf(ports.did, path), cid: at.cid, ...(supersedes === undefined ? {} : { supersedes }) });
  }
}

async function draftOf(engine: Engine, input: RememberInput, kind: Kind): Promise<Outcome<Draft | Remembered>> {
  const { ports } = engine;
  const { did, records } = ports;
  const now = new Date(ports.now()).toISOString();
  const path = input.subject === undefined ? `${kind}/${input.rkey ?? ports.nextRkey()}` : await pathOfSubject(engine, input.subject);
  const { rkey } = partsOf(path);
  const value = recordOf(input, collectionOf[kind], now);
  const linked = await linksOf(ports, input, value);
  if (!linked.ok) return linked;
  const [before] = input.subject === undefined && input.rkey === undefined ? [] : await records.read([path]);
  if (before === "unreadable") return refuse("RecordConflict", `There is something else at ${uriOf(did, path)}`);
  const isRepeat = before !== undefined && saysTheSame(before.value, value);
  if (isRepeat && before.sealed !== (input.privacy === "public")) return repeated(engine, before, input);
  if (before !== undefined && input.subject === undefined) return refuse("RecordConflict", `There is another memory at ${before.uri}`);
  const verdict = validateRecord(collectionOf[kind], value);
  if (verdict.known && !verdict.ok) return invalid(verdict.message);
  const room = await roomFor(engine, kind, input, before !== undefined);
  if (!room.ok) return room;
  const writes: MemoryWrite[] = [{ collection: collectionOf[kind], rkey, value, swap: before?.cid ?? null, ...(input.privacy === "public" ? { clear: true } : {}) }];
  const draft: Draft = { writes, path };
  for (const oldest of room.value) writes.push({ collection: collectionOf[kind], rkey: partsOf(oldest).rkey });
  if (typeof input.supersedes === "string") draft.supersedes = input.supersedes;
  if (before !== undefined && !isRepeat) draft.supersedes = addPast(ports, writes, before, value, path);
  if (input.pin === true) {
    const pins = await readPins(ports);
    const uris = await withPin(ports, pins, uriOf(did, path), { value });
    if (!uris.ok) return uris;
    writes.push(pinsWrite(uris.value, pins, ports.now()));
  }
  return ok(draft);
}

/** It is there as it is asked for; whether it is pinned is another matter. */
async function repeated(engine: Engine, { uri, cid }: StoredMemory, input: RememberInput): Promise<Outcome<Remembered>> {
  const pinned = input.pin === true ? await pin(engine, { uri }) : undefined;
  return pinned?.ok === false ? pinned : ok({ uri, cid });
}

/** What was known of the subject goes to a record of its own, in the same commit. Always sealed: the past is nobody's business. */
function addPast(ports: MemoryPorts, writes: MemoryWrite[], before: StoredMemory, value: Record<string, unknown>, path: string): string {
  const rkey = ports.nextRkey();
  const validTo = value["validFrom"] ?? value["createdAt"];
  writes.push({ collection: collectionOf.fact, rkey, swap: null, value: { ...before.value, validTo: before.value["validTo"] ?? validTo, supersededBy: uriOf(ports.did, path) } });
  return uriOf(ports.did, `fact/${rkey}`);
}

/** Put into the record what names other memories, which must be there and may be named so. */
async function linksOf({ did, records }: MemoryPorts, { kind, supersedes, sources = [] }: RememberInput, value: Record<string, unknown>): Promise<Outcome<null>> {
  const uris = [...(supersedes === undefined ? [] : [supersedes]), ...sources];
  const paths = uris.map((uri) => pathOfUri(did, uri));
  const stranger = paths.indexOf(undefined);
  if (stranger >= 0) return notFound(uris[stranger] ?? "");
  const found = await records.read(paths.flatMap((path) => path ?? []));
  const missing = found.findIndex((one) => typeof one !== "object");
  if (missing >= 0) return notFound(uris[missing] ?? "");
  const refs = found.flatMap((one) => (typeof one === "object" ? [one] : []));
  if (supersedes !== undefined) {
    const [older, ...rest] = refs;
    if (paths[0]?.startsWith("decision/") === true && kind !== "decision") return invalid("Only a decision supersedes a decision");
    value["supersedes"] = { uri: older?.uri, cid: older?.cid };
    refs.splice(0, refs.length, ...rest);
  }
  if (refs.some((one) => trustOf(one.value) < TRUSTED)) return refuse("NotTrusted", "What strangers said is not condensed");
  if (refs.length > 0) value["sources"] = refs.map(({ uri, cid }) => ({ uri, cid }));
  return ok(null);
}

/** What has to go for this: nothing, or of a fact that is told anew while all room is taken the one that was superseded first. */
async function roomFor(engine: Engine, kind: Kind, input: RememberInput, isUpdate: boolean): Promise<Outcome<string[]>> {
  const { records, quotas = QUOTAS } = engine.ports;
  if (records.count(kind) >= quotas[kind]) {
    await engine.catchUpAll();
    const oldest = isUpdate ? engine.index().oldestSuperseded(kind) : undefined;
    return oldest === undefined ? refuse("QuotaExceeded", `${quotas[kind]} records of kind ${kind}, which is all there may be: forget some, or compact`) : ok([oldest]);
  }
  if (isTrusted(input)) return ok([]);
  await engine.catchUpAll();
  const strangers = engine.index().countUntrusted();
  return strangers < MAX_UNTRUSTED ? ok([]) : refuse("QuotaExceeded", `${strangers} memories of what strangers said, at most ${MAX_UNTRUSTED}: forget some`);
}
