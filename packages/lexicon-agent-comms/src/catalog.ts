import { Lexicons } from "@atproto/lexicon";
import { documentsUnder } from "./documents.ts";

let built: Lexicons | undefined;

/** Our own lexicons and what they refer to, compiled at the first call so that a Worker's cold start does not pay for it. Others' are in schema-of.ts. */
export function lexicons(): Lexicons {
  return (built ??= new Lexicons(documentsUnder("agent.")));
}
