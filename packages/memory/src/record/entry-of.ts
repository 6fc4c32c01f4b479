import { quantize } from "../embed/quantize.ts";
import { OWN, type Entry, type Links } from "../index/entry.ts";
import type { StoredMemory } from "../ports.ts";
import { hash32, hash53 } from "../text/hash.ts";
import { MAX_SOURCES } from "../limits.ts";
import { fold, tokenize } from "../text/tokenize.ts";
import { partsOf, pathOfUri } from "./place.ts";

/** A record as the index takes it in: everything but its vector. */
export interface Indexed {
  entry: Entry;
  /** What is searched. */
  text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** 0 for what is no subject. Two subjects are one when only case, accents or spaces around them differ. */
export const subjectHash = (subject: unknown): number => (typeof subject === "string" ? hash53(plainSubject(subject)) : 0);

/** A subject without what makes no difference: case, accents, spaces. */
export const plainSubject = (subject: string): string => fold(subject).trim().replaceAll(/\s+/gu, " ");

/** Tags are one when subjects would be. */
export const tagHash = (tag: string): number => hash32(plainSubject(tag));

/** Nothing is taken for granted: a record may have been written by anything that may write to the repository. */
export function entryOf(did: string, path: string, { cid, value, sealed }: StoredMemory): Indexed {
  const { kind } = partsOf(path);
  const text = searchTextOf(value);
  const tokens = tokenize(text);
  const terms = new Map<number, number>();
  for (const token of tokens) {
    const key = hash32(token);
    terms.set(key, (terms.get(key) ?? 0) + 1);
  }
  const created = timeOf(value["createdAt"]) ?? 0;
  const time = timeOf(value["occurredAt"]) ?? timeOf(value["validFrom"]) ?? timeOf(value["until"]) ?? created;
  const entry: Entry = {
    path,
    version: hash53(cid),
    kind,
    time,
    created,
    validTo: timeOf(value["validTo"]) ?? Number.POSITIVE_INFINITY,
    importance: whole(value["importance"], 1, 10) ?? 5,
    trust: trustOf(value),
    sealed,
    subject: subjectHash(value["subject"]),
    tags: [...new Set(textsOf(value["tags"]).map(tagHash))],
    terms,
    length: tokens.length,
    vector: quantize(new Float32Array()),
  };
  const links = linksOf(did, value);
  if (links !== undefined) entry.links = links;
  return { entry, text };
}

/** Trust in where a record comes from: {@link OWN} for the agent itself. An origin that cannot be read is nobody's. */
export function trustOf({ origin }: Fields): number {
  if (origin === undefined) return OWN;
  return (typeof origin === "object" && origin !== null && "trust" in origin ? whole(origin.trust, 0, 4) : undefined) ?? 0;
}

/** All of a record that is words. */
const searchTextOf = (value: Fields): string =>
  [value["subject"], value["text"], value["reason"], ...textsOf(value["alternatives"]), ...textsOf(value["tags"])].filter((part) => typeof part === "string").join("\n");

function linksOf(did: string, { supersededBy, supersedes, sources }: Fields): Links | undefined {
  const links: Links = {};
  const by = typeof supersededBy === "string" ? pathOfUri(did, supersededBy) : undefined;
  const older = targetOf(did, supersedes);
  const made = Array.isArray(sources) ? sources.slice(0, MAX_SOURCES).flatMap((source: unknown) => targetOf(did, source) ?? []) : [];
  if (by !== undefined) links.supersededBy = by;
  if (older !== undefined) links.supersedes = older;
  if (made.length > 0) links.sources = [...new Set(made)];
  return by === undefined && older === undefined && made.length === 0 ? undefined : links;
}

/** Path of a strongRef to a memory of this agent. */
const targetOf = (did: string, ref: unknown): string | undefined =>
  typeof ref === "object" && ref !== null && "uri" in ref && typeof ref.uri === "string" ? pathOfUri(did, ref.uri) : undefined;

/** Milliseconds since 1970 of an ISO datetime. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

const whole = (value: unknown, from: number, to: number): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= from && value <= to ? value : undefined;

/** The texts of a list; none where there is no list. */
export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
