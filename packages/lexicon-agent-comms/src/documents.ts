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

/** NSIDs in a document: those that it refers to, and perhaps some that it only mentions. */
const NSIDS = /"((?:[a-z][a-z0-9-]*\.){2,}[a-zA-Z][a-zA-Z0-9]*)(?:#\w+)?"/g;

/** The documents under a root, and all that they refer to, fresh at each call. @param root e.g. `agent.` */
export const documentsUnder = (root: string): LexiconDoc[] => {
  const wanted = new Set(Object.keys(documentTexts).filter((nsid) => nsid.startsWith(root)));
  // A set is walked to its end, what is added on the way included.
  for (const nsid of wanted) for (const [, other = ""] of (documentTexts[nsid] ?? "").matchAll(NSIDS)) if (Object.hasOwn(documentTexts, other)) wanted.add(other);
  return [...wanted].map((nsid): LexiconDoc => JSON.parse(documentTexts[nsid] ?? "null"));
};

/** Every lexicon document, fresh at each call: `Lexicons` rewrites the references of what it is given. */
export const documents = (): LexiconDoc[] => Object.values(documentTexts).map((text): LexiconDoc => JSON.parse(text));
