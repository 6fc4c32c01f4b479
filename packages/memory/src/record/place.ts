import { ids } from "@rookery/lexicon-agent-comms";
import { KINDS, type Kind } from "../types.ts";

/** Where memories are: a path is `kind/rkey`, a URI an at-uri by DID. */

/** Collection of a kind. */
export const collectionOf: Readonly<Record<Kind, string>> = {
  note: ids.AgentMemoryNote,
  decision: ids.AgentMemoryDecision,
  fact: ids.AgentMemoryFact,
  summary: ids.AgentMemorySummary,
};

/** The record of what is pinned. */
export const PINS = { collection: ids.AgentMemoryPins, rkey: "self" } as const;

/** The kind whose collection this is; undefined for any other. */
export const kindOf = (collection: string): Kind | undefined => KINDS.find((kind) => collectionOf[kind] === collection);

/** at-uri of the memory at a path. */
export const uriOf = (did: string, path: string): string => {
  const { kind, rkey } = partsOf(path);
  return `at://${did}/${collectionOf[kind]}/${rkey}`;
};

/** @returns undefined for what is no memory of this agent. */
export function pathOfUri(did: string, uri: string): string | undefined {
  const prefix = `at://${did}/`;
  if (!uri.startsWith(prefix)) return undefined;
  const [collection = "", rkey, ...rest] = uri.slice(prefix.length).split("/");
  const kind = kindOf(collection);
  return kind === undefined || rkey === undefined || rkey === "" || rest.length > 0 ? undefined : `${kind}/${rkey}`;
}

/** @throws Error for what is no path. */
export function partsOf(path: string): { kind: Kind; rkey: string } {
  const slash = path.indexOf("/");
  const kind = KINDS.find((one) => one === path.slice(0, slash));
  if (kind === undefined) throw new Error("not a path of a memory");
  return { kind, rkey: path.slice(slash + 1) };
}
