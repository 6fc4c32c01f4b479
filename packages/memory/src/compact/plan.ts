import { OWN } from "../index/entry.ts";
import type { MemoryIndex } from "../index/memory-index.ts";
import { kindAt, pathAt } from "../index/page.ts";
import {
  COLLECT_BATCH, COMPACT_AFTER, COMPACT_IMPORTANCE, COMPACT_MAX_NOTES, COMPACT_MIN_NOTES, COMPACT_SPAN, COMPACT_SUMMARIES, KEEP_CONDENSED, KEEP_SUPERSEDED, TRUSTED,
} from "../limits.ts";

/** What compaction would do now. */
export interface CompactPlan {
  /** Paths of notes that become one summary, in the order in which they happened. */
  groups: string[][];
  /** Paths of what has been kept long enough. */
  collect: string[];
  /** That is not all. */
  more: boolean;
}

interface Note {
  path: string;
  time: number;
}

/** Decide; nothing is changed here. Decisions, what is pinned and what strangers said are not touched. */
export function planCompaction(index: MemoryIndex, pinned: ReadonlySet<string>, now: number): CompactPlan {
  const spans = new Map<number, Note[]>();
  const collect: Note[] = [];
  for (const page of index.pages())
    for (let i = 0; i < page.count; i++) {
      const kind = kindAt(page, i);
      const trust = page.trust[i] as number;
      if (kind === "decision") continue;
      const successor = index.superseded.of(page.pathHash[i] as number);
      const time = page.time[i] as number;
      if (successor !== undefined) {
        const keep = successor.condensed ? KEEP_CONDENSED : KEEP_SUPERSEDED;
        if (now - successor.written >= keep) collect.push({ path: pathAt(page, i), time });
        continue;
      }
      if (kind !== "note" || (trust !== OWN && trust < TRUSTED) || (page.importance[i] as number) >= COMPACT_IMPORTANCE) continue;
      if (now - time < COMPACT_AFTER || now - (page.created[i] as number) < COMPACT_AFTER) continue;
      const span = Math.floor(time / COMPACT_SPAN);
      spans.set(span, [...(spans.get(span) ?? []), { path: pathAt(page, i), time }]);
    }
  const groups = [...spans]
    .sort(([a], [b]) => a - b)
    .flatMap(([, notes]) => parts(notes.filter(({ path }) => !pinned.has(path)).sort(inTime)))
    .filter((notes) => notes.length >= COMPACT_MIN_NOTES);
  const old = collect.filter(({ path }) => !pinned.has(path)).sort(inTime);
  return {
    groups: groups.slice(0, COMPACT_SUMMARIES).map((notes) => notes.map(({ path }) => path)),
    collect: old.slice(0, COLLECT_BATCH).map(({ path }) => path),
    more: groups.length > COMPACT_SUMMARIES || old.length > COLLECT_BATCH,
  };
}

const inTime = (a: Note, b: Note): number => a.time - b.time || (a.path < b.path ? -1 : 1);

function parts(notes: Note[]): Note[][] {
  const count = Math.ceil(notes.length / COMPACT_MAX_NOTES);
  const each = Math.ceil(notes.length / Math.max(1, count));
  return Array.from({ length: count }, (_, part) => notes.slice(part * each, (part + 1) * each));
}
