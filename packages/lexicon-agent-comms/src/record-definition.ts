import type { LexRecord } from "@atproto/lexicon";
import { lexicons } from "./catalog.ts";

/** The definition of a collection's records. @throws Error when we carry none. */
export function recordDefinition(collection: string): LexRecord {
  const definition = lexicons().getDefOrThrow(collection, ["record"]);
  if (definition.type !== "record") throw new Error(`Not a record: ${collection}`);
  return definition;
}
