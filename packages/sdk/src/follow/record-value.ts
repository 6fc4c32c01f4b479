import { cidToString, decode, isLexMap, lexToJson, type CidBytes } from "@rookery/repo";
import type { CommitOp } from "@rookery/sync";
import type { CurrentRecord, RecordChange } from "./events.ts";

/** A block as a record; undefined when it is none: a hash can be right and its content nonsense. */
export const recordValue = (block: Uint8Array): Record<string, unknown> | undefined => {
  try {
    const decoded = decode(block);
    const value = isLexMap(decoded) ? lexToJson(decoded) : undefined;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const partsOf = (did: string, path: string): { uri: string; collection: string; rkey: string } => {
  const slash = path.indexOf("/");
  return { uri: `at://${did}/${path}`, collection: path.slice(0, slash), rkey: path.slice(slash + 1) };
};

/** An operation of a checked commit, with its record's block. */
export const changeOf = (did: string, { action, path, cid }: CommitOp, block: Uint8Array | undefined): RecordChange => {
  const value = block === undefined ? undefined : recordValue(block);
  return { action, ...partsOf(did, path), cid: cid === null ? null : cidToString(cid), ...(value === undefined ? {} : { value }) };
};

/** A record of a verified repository. */
export const currentOf = (did: string, path: string, cid: CidBytes, block: Uint8Array | undefined): CurrentRecord => {
  const value = block === undefined ? undefined : recordValue(block);
  return { ...partsOf(did, path), cid: cidToString(cid), ...(value === undefined ? {} : { value }) };
};

/** Which collections are asked for: NSIDs, or prefixes that end in `.*`; undefined for all. */
export const collectionFilter = (wanted: readonly string[] | undefined): ((collection: string) => boolean) => {
  if (wanted === undefined) return () => true;
  const whole = new Set(wanted.filter((one) => !one.endsWith(".*")));
  const prefixes = wanted.filter((one) => one.endsWith(".*")).map((one) => one.slice(0, -1));
  return (collection) => whole.has(collection) || prefixes.some((prefix) => collection.startsWith(prefix));
};
