import type { AgentCommsDefsJson, AgentCommsDefsText, AgentCommsMessage } from "@rookery/lexicon-agent-comms";
import type { Attachment } from "./sealing/files.ts";

/** Parts of a message, as its lexicon has them (an open union: unknown kinds pass through). */
export type Content = AgentCommsMessage["content"];

type Part = Content[number] | Attachment;

/** What an author may hand over: parts and files, or one; a string stands for one text part. */
export type ContentInput = string | Part | Part[];

/** A part for a reader. */
export const text = (value: string): AgentCommsDefsText & { $type: "agent.comms.defs#text" } => ({
  $type: "agent.comms.defs#text",
  text: value,
});

/** A part for a program; carried as JSON text, since the data model has no floats. @throws TypeError for what JSON cannot hold. */
export const json = (value: unknown): AgentCommsDefsJson & { $type: "agent.comms.defs#json" } => {
  const encoded = JSON.stringify(value);
  if (encoded === undefined) throw new TypeError(`Not representable as JSON: ${String(value)}`);
  return { $type: "agent.comms.defs#json", json: encoded };
};

/** Parts, whichever way the author gave them. @throws TypeError for what is none. */
export const toContent = (input: ContentInput): Content => {
  const given: Part[] = typeof input === "string" ? [text(input)] : Array.isArray(input) ? input : [input];
  const parts = given.map((part) => (isAttachment(part) ? part.part : part));
  // Programs without types come this way, too.
  if (!parts.every((part: unknown) => typeof Object(part).$type === "string")) throw new TypeError("Not content: give a string, or what text(), json() and attach() make");
  return parts;
};

const isAttachment = (part: Part): part is Attachment => typeof part === "object" && part !== null && "part" in part && "blob" in part;

/** All text parts, joined by line breaks; empty when there are none. */
export const textOf = (content: Content | undefined): string =>
  (content ?? []).flatMap((part) => ("text" in part && typeof part.text === "string" ? [part.text] : [])).join("\n");

/** The first JSON value among the parts. @throws TypeError when there is none, or not JSON. */
export const jsonOf = (content: Content | undefined): unknown => {
  for (const part of content ?? []) if ("json" in part && typeof part.json === "string") return parsed(part.json);
  throw new TypeError("There is no JSON in it");
};

const parsed = (encoded: string): unknown => {
  try {
    return JSON.parse(encoded);
  } catch {
    // Without what it stumbled over: that is somebody's content.
    throw new TypeError("What says that it is JSON is none");
  }
};
