import { ids } from "./generated/nsid.ts";
import { type Verdict, refuse } from "./verdict.ts";

/** What a plain record of memory must have; a sealed one has it inside. */
const needed: Readonly<Record<string, readonly string[]>> = {
  [ids.AgentMemoryNote]: ["text", "createdAt"],
  [ids.AgentMemoryDecision]: ["text", "createdAt"],
  [ids.AgentMemoryFact]: ["text", "createdAt"],
  [ids.AgentMemorySummary]: ["text", "createdAt"],
  [ids.AgentMemoryPins]: ["memories"],
};

/** Whether records of this collection are an agent's memory. */
export const isMemory = (collection: string): boolean => Object.hasOwn(needed, collection);

/** What the schema language cannot say: a memory is sealed, and then nothing of it is clear, or it is plain and whole. */
export function checkMemoryRules(collection: string, record: Record<string, unknown>): Verdict {
  const fields = needed[collection];
  if (fields === undefined) return { ok: true };
  if (record["sealed"] === undefined) {
    const missing = fields.find((field) => record[field] === undefined);
    return missing === undefined ? { ok: true } : refuse(`Record must have the property "${missing}", or be sealed`);
  }
  const clear = Object.keys(record).find((field) => field !== "$type" && field !== "sealed");
  return clear === undefined ? { ok: true } : refuse(`Record/${clear} must be inside of what is sealed`);
}
