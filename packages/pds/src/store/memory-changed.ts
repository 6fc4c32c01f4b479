import { ids, isMemory } from "@rookery/lexicon-agent-comms";
import type { Change } from "../write/plan.ts";

/** A memory that the index has not taken in yet: its path in the repository, and the rev of the change. */
export interface MemoryChange {
  path: string;
  rev: string;
}

/** Follow a change of the repository, in its transaction. Whether it was one of a memory; what is pinned is not in the index. */
export function noteMemory(sql: SqlStorage, { path, op: { collection } }: Pick<Change, "path" | "op">, rev: string): boolean {
  if (!isMemory(collection) || collection === ids.AgentMemoryPins) return false;
  sql.exec("INSERT INTO memory_changed (path, rev) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET rev = excluded.rev", path, rev);
  return true;
}

/** Memories that the index does not have yet. */
export const changedMemories = (sql: SqlStorage, limit: number): MemoryChange[] =>
  sql.exec<{ path: string; rev: string }>("SELECT path, rev FROM memory_changed ORDER BY path LIMIT ?", limit).toArray();

/** How many those are. */
export const countChangedMemories = (sql: SqlStorage): number => sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM memory_changed").one().n;

/** These changes are in the index now; what changed again since stays. */
export function settleMemories(sql: SqlStorage, done: readonly MemoryChange[]): void {
  for (const { path, rev } of done) sql.exec("DELETE FROM memory_changed WHERE path = ? AND rev = ?", path, rev);
}

/** Every memory there is, as if it had changed. */
export function touchMemories(sql: SqlStorage): void {
  sql.exec(`INSERT OR IGNORE INTO memory_changed (path, rev) SELECT key, rev FROM record WHERE
    key GLOB 'agent.memory.note/*' OR key GLOB 'agent.memory.decision/*' OR key GLOB 'agent.memory.fact/*' OR key GLOB 'agent.memory.summary/*'`);
}

/** Records of a collection. */
export const countRecords = (sql: SqlStorage, collection: string): number =>
  sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM record_key WHERE key > ? AND key < ?", `${collection}/`, `${collection}0`).one().n;
