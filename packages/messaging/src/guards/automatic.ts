import { collectionsOf } from "@rookery/lexicon-agent-comms";

/** Kinds that nothing is answered by automatically: broadcasts would grow by the number of agents with each hop; questions are what guests ask. */
const deliberate: ReadonlySet<string> = new Set([collectionsOf.broadcast, collectionsOf.question]);

/** Whether a record says of itself that nobody decided to write it. */
export const isAutomatic = ({ hopCount }: Readonly<Record<string, unknown>>): boolean => typeof hopCount === "number" && hopCount > 0;

/** Whether an automatic answer may be a record of this collection. */
export const mayBeAutomatic = (collection: string): boolean => !deliberate.has(collection);
