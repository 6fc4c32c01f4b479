import type { Engine } from "../engine.ts";
import { deleteAll } from "../forget.ts";
import { OWN } from "../index/entry.ts";
import { QUOTAS, SUMMARY_CHARS } from "../limits.ts";
import { type Outcome, ok } from "../outcome.ts";
import { readPins } from "../pins.ts";
import type { MemoryPorts, StoredMemory } from "../ports.ts";
import { textsOf, timeOf, trustOf } from "../record/entry-of.ts";
import { collectionOf, pathOfUri } from "../record/place.ts";
import { hash53 } from "../text/hash.ts";
import type { Compacted, RecordAt } from "../types.ts";
import { extractiveSummarizer } from "./extractive.ts";
import { type CompactPlan, planCompaction } from "./plan.ts";

/** Tags that a summary takes over: those of most of its notes. */
const SUMMARY_TAGS = 8;

/** One stretch of compaction: some summaries, some deletions. Each is a commit of its own; ending early loses nothing. */
export async function compact(engine: Engine): Promise<Outcome<Compacted>> {
  const { ports } = engine;
  const plan = await planNow(engine);
  const summaries: RecordAt[] = [];
  let full = false;
  for (const paths of plan.groups) {
    full = ports.records.count("summary") >= (ports.quotas ?? QUOTAS).summary;
    if (full) break;
    const made = await condense(engine, paths);
    if (!made.ok) return made;
    if (made.value !== undefined) summaries.push(made.value);
  }
  const collected = await engine.writes.take(async (): Promise<Outcome<number>> => {
    // As it is now: something may have been pinned since.
    const { collect } = await planNow(engine);
    const deleted = await deleteAll(engine, collect);
    return deleted.ok ? ok(collect.length) : deleted;
  });
  return collected.ok ? ok({ summaries, collected: collected.value, ...(plan.more && !full ? { more: true } : {}) }) : collected;
}

async function planNow(engine: Engine): Promise<CompactPlan> {
  const { ports } = engine;
  await engine.catchUpAll();
  const pins = await readPins(ports);
  return planCompaction(engine.index(), new Set(pins.uris.flatMap((uri) => pathOfUri(ports.did, uri) ?? [])), ports.now());
}

/** Write the summary of some notes, unless one of them is gone, or condensed by another call, when it is made. */
async function condense(engine: Engine, paths: readonly string[]): Promise<Outcome<RecordAt | undefined>> {
  const notes = await notesAt(engine, paths);
  if (notes === undefined) return ok(undefined);
  // A model may take its time: who remembers something meanwhile does not wait for it.
  const text = await textOf(engine.ports, notes);
  return engine.writes.take(async () => {
    const now = await notesAt(engine, paths);
    return now?.every(({ cid }, i) => cid === notes[i]?.cid) === true ? write(engine.ports, notes, text) : ok(undefined);
  });
}

/** All of these notes, none of which has a successor; otherwise undefined. */
async function notesAt(engine: Engine, paths: readonly string[]): Promise<StoredMemory[] | undefined> {
  await engine.catchUpAll();
  if (paths.some((path) => engine.index().superseded.of(hash53(path)) !== undefined)) return undefined;
  const found = await engine.ports.records.read(paths);
  const notes = found.flatMap((one) => (typeof one === "object" ? [one] : []));
  return notes.length < paths.length ? undefined : notes;
}

async function write(ports: MemoryPorts, notes: readonly StoredMemory[], text: string): Promise<Outcome<RecordAt | undefined>> {
  const times = notes.map(happenedAt);
  const value: Record<string, unknown> = {
    $type: collectionOf.summary,
    text,
    tags: commonTags(notes),
    sources: notes.map(({ uri, cid }) => ({ uri, cid })),
    from: times[0],
    until: times.at(-1),
    createdAt: new Date(ports.now()).toISOString(),
  };
  const weakest = notes.reduce((least, one) => (trustOf(one.value) < trustOf(least.value) ? one : least));
  if (trustOf(weakest.value) < OWN) value["origin"] = weakest.value["origin"];
  const written = await ports.records.write([{ collection: collectionOf.summary, rkey: ports.nextRkey(), value, swap: null }]);
  return written.ok ? ok(written.value[0]) : written;
}

async function textOf(ports: MemoryPorts, notes: readonly StoredMemory[]): Promise<string> {
  const given = notes.map((note) => ({ text: textsOf([note.value["text"]])[0] ?? "", at: happenedAt(note) }));
  const { summarizer = extractiveSummarizer } = ports;
  try {
    return fitting(await summarizer.summarize(given, SUMMARY_CHARS));
  } catch (error) {
    ports.onFault?.("summarizer-failed", error);
    return fitting(await extractiveSummarizer.summarize(given, SUMMARY_CHARS));
  }
}

/** As a record may have it: not too long, no half of a character, and something where notes say nothing, which would come again each day. */
function fitting(text: string): string {
  const cut = text.slice(0, SUMMARY_CHARS).replaceAll(/\p{Surrogate}/gu, "");
  return cut.trim() === "" ? "(no words)" : cut;
}

const happenedAt = ({ value }: StoredMemory): string => new Date(timeOf(value["occurredAt"]) ?? timeOf(value["createdAt"]) ?? 0).toISOString();

function commonTags(notes: readonly StoredMemory[]): string[] {
  const counts = new Map<string, number>();
  for (const { value } of notes) for (const tag of textsOf(value["tags"])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, SUMMARY_TAGS).map(([tag]) => tag);
}
