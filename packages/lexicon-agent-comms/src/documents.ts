import type { LexiconDoc } from "@atproto/lexicon";
import { documentTexts } from "./generated/documents.ts";
import type { LexiconFile } from "./lexicon-node.ts";

const parsed = new Map<string, LexiconFile>();

/** A lexicon document we carry, parsed when it is first asked for; undefined for other NSIDs. */
export function documentOf(nsid: string): LexiconFile | undefined {
  let document = parsed.get(nsid);
  if (document === undefined && Object.hasOwn(documentTexts, nsid)) {
    document = JSON.parse(documentTexts[nsid] ?? "null") as LexiconFile;
    parsed.set(nsid, document);
  }
  return document;
}

/** Every lexicon document, fresh at each call: `Lexicons` rewrites the references of what it is given. */
export const documents = (): LexiconDoc[] => Object.values(documentTexts).map((text): LexiconDoc => JSON.parse(text));
