import { textOf } from "@rookery/sdk";

/** Letters of a text that are shown. */
const SHOWN = 180;

/** @param {unknown} value @returns {value is string} */
const isString = (value) => typeof value === "string";

/** Somebody else's words on one line, whatever is in them. @param {unknown} text */
const oneLine = (text) => (isString(text) ? text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim() : "");

/** @param {string[]} parts @param {string} between */
const joined = (parts, between) => parts.filter((part) => part !== "").join(between);

/** Text of a record's parts, or what is there for programs when there is none. @param {unknown} parts */
const said = (parts) => {
  if (!Array.isArray(parts)) return "";
  return oneLine(textOf(parts.filter((part) => typeof part === "object" && part !== null))) || oneLine(parts.map((part) => part?.json).find(isString));
};

/** Time of day, UTC. @param {unknown} moment */
const clock = (moment) => (isString(moment) && !Number.isNaN(Date.parse(moment)) ? `by ${new Date(moment).toISOString().slice(11, 19)}` : "");

/** What a record says, by the last part of its collection's name. @type {Record<string, (record: Record<string, unknown>) => string>} */
const SAYINGS = {
  request: ({ input, deadline }) => joined([clock(deadline), said(input)], ": "),
  response: ({ state, output, error }) => joined([oneLine(state), said(output), messageOf(error)], ": "),
  handoff: ({ reason, input, records }) => joined([oneLine(reason) || said(input), countOf(records)], ": "),
  handoffAnswer: ({ answer, reason }) => joined([oneLine(answer), oneLine(reason)], ": "),
  cancel: ({ reason }) => joined(["canceled", oneLine(reason)], ": "),
  receipt: ({ status }) => oneLine(status),
  grant: () => "opens one more record, for this reader alone",
  key: () => "the key that others seal with",
};

/** @param {unknown} error */
const messageOf = (error) => (typeof error === "object" && error !== null && "message" in error ? oneLine(error.message) : "");

/** @param {unknown} records */
const countOf = (records) => (!Array.isArray(records) || records.length === 0 ? "" : records.length === 1 ? "1 record" : `${records.length} records`);

/**
 * A record in words, on one line. Of what is none of ours nothing is assumed but that it may have a text.
 * @param {string} collection @param {unknown} record
 */
export const readable = (collection, record) => {
  if (typeof record !== "object" || record === null) return "";
  const fields = /** @type {Record<string, unknown>} */ (record);
  const saying = collection.startsWith("agent.comms.") ? SAYINGS[collection.slice("agent.comms.".length)] : undefined;
  const words = saying?.(fields) ?? (said(fields["content"]) || oneLine(fields["text"]));
  return words.length > SHOWN ? `${words.slice(0, SHOWN - 1)}…` : words;
};
