import { collectionsOf, ids } from "@rookery/lexicon-agent-comms";
import { SEALED } from "./sealed.ts";

/** How the records of a collection are sealed: docs/envelope.md, "Whole records". */
export interface Form {
  /** Field that holds the sealed content. */
  slot: string;
  /** Whether the slot is a list of parts, of which the sealed content is then the only one. */
  list: boolean;
  /** Fields that stay clear: where the record goes, and what its lexicon demands. */
  clear: readonly string[];
  /** Whether it is addressed to somebody: then it is sealed for them, and never for its author alone. */
  addressed: boolean;
  /** Demanded by the lexicon and yet nobody's business: clear with this value, the real one inside. */
  placeholder?: readonly [field: string, value: string];
}

const sent = (slot: string, clear: readonly string[]): Form => ({ slot, list: slot !== "sealed", clear: ["$type", ...clear, "createdAt"], addressed: true });
/** Of what an agent keeps for itself nothing is clear, not even when it was written: the repository's revision says that. */
const kept: Form = { slot: "sealed", list: false, clear: ["$type"], addressed: false };

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  [collectionsOf.message, sent("content", ["to"])],
  [collectionsOf.broadcast, sent("content", ["audience"])],
  [collectionsOf.request, sent("input", ["to"])],
  [collectionsOf.response, { ...sent("output", ["request"]), placeholder: ["state", "sealed"] }],
  [collectionsOf.question, sent("sealed", ["to"])],
  [collectionsOf.cancel, sent("sealed", ["to", "request"])],
  [collectionsOf.receipt, sent("sealed", ["to"])],
  [collectionsOf.handoff, sent("sealed", ["to", "request"])],
  [collectionsOf.handoffAnswer, sent("sealed", ["handoff", "request"])],
  ...[ids.AgentMemoryNote, ids.AgentMemoryDecision, ids.AgentMemoryFact, ids.AgentMemorySummary, ids.AgentMemoryPins].map((id) => [id, kept] as const),
]);

/** The form of a collection's records; undefined for one whose records are never sealed. */
export const formOf = (collection: string): Form | undefined => forms.get(collection);

/** Collections whose records have a sealed form. */
export const sealedCollections: readonly string[] = [...forms.keys()];

/** Whether there is sealed content in a record, where it belongs or in its neighbourhood. */
export const isSealedRecord = (collection: string, record: Record<string, unknown>): boolean => {
  const form = formOf(collection);
  const held = form === undefined ? undefined : record[form.slot];
  return (Array.isArray(held) ? held : [held]).some((part) => typeof part === "object" && part !== null && "$type" in part && part.$type === SEALED);
};
