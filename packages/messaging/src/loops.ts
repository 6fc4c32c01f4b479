import { type Json, refAt } from "./fields.ts";
import { isAutomatic } from "./guards/automatic.ts";
import { MAX_LOOPS } from "./limits.ts";
import type { Ports } from "./ports.ts";
import { type Allowance, PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./guards/limits.ts";
import { type Usage, use } from "./guards/usage.ts";

/** Kind of what is kept here. */
export const LOOPS = "loop";

type To = string[] | "all" | null;

/**
 * Why a record may not be sent, if so: it is an automatic answer (`hopCount` says so), and there were too many in its thread or to one of
 * its readers. That ends a loop whose other side does not count.
 */
export const judgeUse = ({ store, now }: Ports, record: Json, to: To): string | undefined => {
  for (const { name, allowance } of usesOf(record, to)) {
    if (use(allowance, store.get<Usage>(LOOPS, name), now()) === undefined) return "Too many automatic answers in this thread, or to this agent";
  }
  return undefined;
};

/** It was sent: count it. */
export const noteUse = ({ store, now }: Ports, record: Json, to: To): void => {
  for (const { name, allowance } of usesOf(record, to)) {
    const used = use(allowance, store.get<Usage>(LOOPS, name), now());
    if (used !== undefined) store.put(LOOPS, name, used);
  }
  if (store.count(LOOPS) > MAX_LOOPS) forgetOldest(store);
};

function* usesOf(record: Json, to: To): Generator<{ name: string; allowance: Allowance }> {
  if (!isAutomatic(record) || to === null || to === "all") return;
  const root = rootOf(record);
  if (root !== undefined) yield { name: `thread ${root}`, allowance: THREAD_ALLOWANCE };
  for (const did of to) yield { name: `peer ${did}`, allowance: PEER_ALLOWANCE };
}

const rootOf = (record: Json): string | undefined => {
  const { thread } = record;
  return typeof thread === "object" && thread !== null ? refAt({ ...thread }, "root")?.uri : undefined;
};

const forgetOldest = (store: Ports["store"]): void => {
  const oldest = store.list<Usage>(LOOPS).toSorted((a, b) => a.value.since - b.value.since);
  for (const { name } of oldest.slice(0, MAX_LOOPS / 10)) store.delete(LOOPS, name);
};
