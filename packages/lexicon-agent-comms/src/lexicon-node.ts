import type { StringFormat } from "@atproto/lex-schema";

// Lexicon documents as they stand in lexicons/**.json (https://atproto.com/specs/lexicon): what the compiler of schema-of.ts reads.

interface Bounds {
  minLength?: number;
  maxLength?: number;
}

/** What stands in fields, items and payloads. */
export type LexiconNode =
  | { type: "boolean"; default?: boolean; const?: boolean }
  | { type: "integer"; default?: number; const?: number; enum?: number[]; minimum?: number; maximum?: number }
  | ({ type: "string"; default?: string; const?: string; enum?: string[]; format?: StringFormat; minGraphemes?: number; maxGraphemes?: number } & Bounds)
  | ({ type: "bytes" } & Bounds)
  | { type: "cid-link" }
  | { type: "blob"; accept?: string[]; maxSize?: number }
  | ({ type: "array"; items: LexiconNode } & Bounds)
  | LexiconObject
  | { type: "ref"; ref: string }
  | { type: "union"; refs: string[]; closed?: boolean }
  | { type: "unknown" };

/** A map with named fields. */
export interface LexiconObject {
  type: "object";
  properties?: Record<string, LexiconNode>;
  required?: string[];
  nullable?: string[];
}

/** Parameters of a method, each a boolean, integer or string, or an array of one of them. */
export interface LexiconParams {
  properties?: Record<string, LexiconNode>;
  required?: string[];
}

/** What has a name in a document. */
export type LexiconDefinition =
  | LexiconNode
  | { type: "record"; key: string; record: LexiconObject }
  | { type: "token" }
  | { type: "query" | "procedure" | "subscription"; parameters?: LexiconParams; input?: { encoding: string; schema?: LexiconNode } }
  | { type: "permission-set" };

/** A document, under its NSID. */
export interface LexiconFile {
  id: string;
  defs: Record<string, LexiconDefinition>;
}
