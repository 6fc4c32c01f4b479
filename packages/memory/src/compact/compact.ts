import type { Engine } from "../engine.ts";
import { deleteAll } from "../forget.ts";
import { OWN } from "../index/entry.ts";
import { QUOTAS, SUMMARY_CHARS } from "../limits.ts";
import { type Outcome, ok } from "../outcome.ts";
import { readPins } from "../pins.ts";
import type { MemoryPorts, StoredMemory } from "../ports.ts";
import { textsOf, timeOf, trustOf } from "../record/entry-of.ts";
import { collectionOf, pathOfUri } from "../record/place.ts";
import type { Compacted, RecordAt } from "../types.ts";
import { extractiveSummarizer } from "./extractive.ts";
import { planCompaction } from "./plan.ts";

/** Tags that a summary takes over: those of most of its notes. */
const SUMMARY_TAGS = 8;

/** One stretch of compaction: some summaries, some deletions. Each is a commit of its own; ending early loses nothing. */
export async function compact(engine: Engine): Promise<Outcome<Compacted>> {
  const { ports } = engine;
  await engine.catchUpAll();
  const pins = await readPins(ports);
  const plan = planCompaction(engine.index(), new Set(pins.uris.flatMap((uri) => pathOfUri(ports.did, uri) ?? [])), ports.now());
  const summaries: RecordAt[] = [];
  let full = false;
  for (const paths of plan.groups) {
    full = ports.records.count("summary") >= (ports.quotas ?? QUOTAS).summary;
    if (full) break;
    const made = await condense(engine, paths);
    if (!made.ok) return made;
    if (made.value !== undefined) summaries.push(made.value);
  }
  const deleted = await deleteAll(engine, plan.collect);
  if (!deleted.ok) return deleted;
  await engine.catchUpAll();
  return ok({ summaries, collected: plan.collect.length, ...(plan.more && !full ? { more: true } : {}) });
}

/** Write the summary of some notes, unless one of them is gone meanwhile. */
async function condense({ ports }: Engine, paths: readonly string[]): Promise<Outcome<RecordAt | undefined>> {
  const found = await ports.records.read(paths);
  const notes = found.flatMap((one) => (typeof one === "object" ? [one] : []));
  if (notes.length < paths.length) return ok(undefined);
  const text = await textOf(ports, notes);
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
  const given = notes.map((note) => ({ text: String(note.value["text"]), at: happenedAt(note) }));
  const { summarizer = extractiveSummarizer } = ports;
  try {
    return (await summarizer.summarize(given, SUMMARY_CHARS)).slice(0, SUMMARY_CHARS);
  } catch (error) {
    ports.onFault?.("summarizer-failed", error);
    return extractiveSummarizer.summarize(given, SUMMARY_CHARS);
  }
}

const happenedAt = ({ value }: StoredMemory): string => new Date(timeOf(value["occurredAt"]) ?? timeOf(value["createdAt"]) ?? 0).toISOString();

function commonTags(notes: readonly StoredMemory[]): string[] {
  const counts = new Map<string, number>();
  for (const { value } of notes) for (const tag of textsOf(value["tags"])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, SUMMARY_TAGS).map(([tag]) => tag);
}
