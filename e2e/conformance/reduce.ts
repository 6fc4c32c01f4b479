import type { Got } from "./send.ts";

/** What two answers are compared by: everything but what differs from one run to the next. */
export interface Reduced {
  status: number;
  /** Name of the XRPC error. */
  error?: string;
  message?: string;
  /** The body with its names, types and constant values. */
  body?: unknown;
  headers: Record<string, string>;
}

/** Headers that clients read. Others (date, connection, x-powered-by) are the server's own business. */
const READ = [
  "content-type", "content-encoding", "content-security-policy", "x-content-type-options", "content-disposition", "cache-control", "www-authenticate", "allow",
  "access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age", "atproto-repo-rev", "atproto-content-labelers", "location", "retry-after", "set-cookie", "x-secret", "accept-ranges", "content-range", "etag",
];

const SHAPES: [RegExp, string][] = [
  [/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "<jwt>"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<datetime>"],
  [/did:plc:[a-z2-7]{24}/g, "<did>"],
  [/did:key:z\w+/g, "<did:key>"],
  [/localhost(-[a-z2-7]{5}){2}/g, "<invite code>"],
  [/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/g, "<app password>"],
  [/\d{13}::/g, "<time>::"],
  [/^W\/"\S*"$/g, "<weak tag>"],
  [/^"baf\w+"$/g, "<CID as a tag>"],
  [/(?<=Commit was at )bafyrei\w+/g, "<commit>"],
  [/(?<![\w.~:-])3[2-7a-z]{12}(?![\w.~:-])/g, "<tid>"],
];

/** Values to be told apart from others of their kind, e.g. a person's DID, with what stands for them. */
export type Names = [value: string, name: string][];

const text = (value: string, names: Names): string => {
  let out = value;
  for (const [known, name] of names) out = out.replaceAll(known, name);
  for (const [shape, name] of SHAPES) out = out.replace(shape, name);
  return out;
};

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** CIDs of records are compared, for equal records have equal ones; those of commits and signatures cannot be. */
const reduceValue = (value: unknown, names: Names, key = ""): unknown => {
  if (typeof value === "string") return key === "publicKeyMultibase" ? "<key>" : text(value, names);
  if (Array.isArray(value)) return value.map((item: unknown) => reduceValue(item, names));
  if (!isMap(value)) return value;
  const isCommit = "rev" in value;
  const isOperation = value.type === "plc_operation";
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, ((isCommit && (name === "cid" || name === "head")) || name === "repoCommit" || name === "root") ? "<commit>" : isOperation && (name === "prev" || name === "sig") ? `<${name}>` : reduceValue(inner, names, name)]),
  );
};

/** @param names what stands for this side's own values, longest first. */
export const reduce = ({ status, headers, json, bytes }: Got, names: Names): Reduced => {
  const read = READ.flatMap((name): [string, string][] => (headers[name] === undefined ? [] : [[name, text(headers[name], names)]]));
  const reduced: Reduced = { status, headers: Object.fromEntries(read) };
  if (status >= 400 && isMap(json)) {
    const { error, message, ...rest } = json;
    if (typeof error === "string") reduced.error = error;
    if (typeof message === "string") reduced.message = text(message, names);
    if (Object.keys(rest).length > 0) reduced.body = reduceValue(rest, names);
  } else if (json !== undefined) {
    reduced.body = reduceValue(json, names);
  } else if (headers["content-type"]?.startsWith("text/plain") === true) {
    reduced.body = text(new TextDecoder().decode(bytes), names);
  } else {
    reduced.body = bytes.length === 0 ? "<nothing>" : "<bytes>";
  }
  return reduced;
};
