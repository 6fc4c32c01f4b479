import { Lexicons } from "@atproto/lexicon";
import { documents } from "./documents.ts";

let built: Lexicons | undefined;

/** All lexicons we carry, compiled at the first call so that a Worker's cold start does not pay for it. */
export function lexicons(): Lexicons {
  return (built ??= new Lexicons(documents()));
}
