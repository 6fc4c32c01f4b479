import { didOfUri } from "@rookery/lexicon-agent-comms";

/** A record in JSON form. */
export type Json = Record<string, unknown>;

/** A record, exactly as it was. */
export interface Ref {
  uri: string;
  cid: string;
}

/** Why something was not done, as agent.comms.defs#error has it. */
export interface TaskError {
  code: string;
  message?: string;
  retryable?: boolean;
  retryAfter?: number;
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** A string field, if it is one. */
export const textAt = (record: Json, name: string): string | undefined => {
  const value = record[name];
  return typeof value === "string" ? value : undefined;
};

/** A datetime field in milliseconds since 1970, if it is one. */
export const timeAt = (record: Json, name: string): number | undefined => {
  const time = Date.parse(textAt(record, name) ?? "");
  return Number.isNaN(time) ? undefined : time;
};

/** An integer field, if it is one. */
export const countAt = (record: Json, name: string): number | undefined => {
  const value = record[name];
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
};

/** A field that names a record, if it does so by DID. */
export const refAt = (record: Json, name: string): Ref | undefined => {
  const value = record[name];
  if (!isJson(value)) return undefined;
  const { uri, cid } = value;
  return typeof uri === "string" && typeof cid === "string" && didOfUri(uri) !== undefined ? { uri, cid } : undefined;
};

/** A flag inside an object field. */
export const flagAt = (record: Json, name: string, flag: string): boolean => {
  const value = record[name];
  return isJson(value) && value[flag] === true;
};

/** The field `error`, if it is one. */
export const errorAt = (record: Json): TaskError | undefined => {
  const value = record["error"];
  if (!isJson(value)) return undefined;
  const { code, message, retryable, retryAfter } = value;
  if (typeof code !== "string") return undefined;
  return {
    code,
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(typeof retryAfter === "number" ? { retryAfter } : {}),
  };
};

/** The DID of the repository that a uri is in. @throws Error for a uri that was not looked at before. */
export const ownerOf = (uri: string): string => {
  const did = didOfUri(uri);
  if (did === undefined) throw new Error("a uri without a DID");
  return did;
};

/** JSON text that is the same for equal values, whatever the order of their fields. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isJson(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
};
