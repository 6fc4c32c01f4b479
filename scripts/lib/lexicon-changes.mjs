import { isDeepStrictEqual } from "node:util";

/**
 * What a lexicon document may become after it was released: https://atproto.com/specs/lexicon#lexicon-evolution. All old data
 * must be valid by the new document, and all new data by the old one, since both are read for ever. So there may be more
 * optional fields, more members of an open union, more known values, more definitions; nothing else may change but prose.
 */

/** @typedef {Record<string, any>} Definition */
/** @typedef {{ id: string, defs: Record<string, Definition> }} Document */

/** Prose may always be better. */
const PROSE = new Set(["description"]);

/**
 * What is stored for ever, and so is under the rule: records, and all definitions that they lead to. Methods are of a colony's
 * version.
 * @param {Document[]} documents
 * @returns {Record<string, Definition>} By reference, e.g. `agent.comms.defs#text`, without prose.
 */
export const storedDefinitions = (documents) => {
  const byRef = new Map(documents.flatMap(({ id, defs }) => Object.entries(defs).map(([name, def]) => /** @type {const} */ ([name === "main" ? id : `${id}#${name}`, def]))));
  const records = [...byRef].filter(([ref, { type }]) => type === "record" && ref.startsWith("agent."));
  /** @type {Map<string, Definition>} */
  const found = new Map();
  const waiting = records.map(([ref]) => ref);
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    const def = byRef.get(ref);
    // com.atproto.* is others' to keep.
    if (def === undefined || found.has(ref) || !ref.startsWith("agent.")) continue;
    found.set(ref, withoutProse(absolute(def, ref.replace(/#.*/, ""))));
    waiting.push(...refsIn(found.get(ref)));
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

/** References within the document, written out. @param {any} value @param {string} id @returns {any} */
const absolute = (value, id) => {
  if (Array.isArray(value)) return value.map((item) => absolute(item, id));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "ref" && typeof inner === "string") return [key, fullRef(inner, id)];
      if (key === "refs" && Array.isArray(inner) && inner.every((one) => typeof one === "string")) return [key, inner.map((one) => fullRef(one, id))];
      return [key, absolute(inner, id)];
    }),
  );
};

/** @param {string} ref @param {string} id */
const fullRef = (ref, id) => (ref.startsWith("#") ? id + ref : ref).replace(/#main$/, "");

/** @param {any} value @returns {string[]} */
const refsIn = (value) => {
  if (value === null || typeof value !== "object") return [];
  if (value.type === "ref" && typeof value.ref === "string") return [value.ref];
  if (value.type === "union" && Array.isArray(value.refs)) return value.refs;
  return Object.values(value).flatMap(refsIn);
};

/** Prose is a `description` that is a string; a property of that name is an object and stays. @param {any} value @returns {any} */
const withoutProse = (value) => {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key, inner]) => !PROSE.has(key) || typeof inner !== "string");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutProse(inner)]));
};

/**
 * @param {Record<string, Definition>} before As released. @param {Record<string, Definition>} after As it is now.
 * @returns {string[]} What breaks, a sentence each, with the place.
 */
export const breakingChanges = (before, after) =>
  Object.entries(before).flatMap(([ref, def]) => (after[ref] === undefined ? [`${ref} is gone`] : compare(def, after[ref], ref)));

/** @param {any} before @param {any} after @param {string} place @returns {string[]} */
const compare = (before, after, place) => {
  const isMap = (/** @type {any} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(before) || !isMap(after)) return isDeepStrictEqual(before, after) ? [] : [`${place} was ${JSON.stringify(before)}, is ${JSON.stringify(after)}`];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => compareField(key, before[key], after[key], `${place}/${key}`, after.type));
};

/** @param {string} key @param {any} before @param {any} after @param {string} place @param {string} type @returns {string[]} */
const compareField = (key, before, after, place, type) => {
  if (key === "properties") {
    return Object.entries(before ?? {}).flatMap(([name, inner]) => (after?.[name] === undefined ? [`${place}/${name} is gone`] : compare(inner, after[name], `${place}/${name}`)));
  }
  // Order says nothing in these three.
  if (key === "knownValues" || (key === "refs" && type === "union")) return missing(before, after).map((one) => `${place} has ${one} no more`);
  if (key === "required") return [...missing(before, after).map((one) => `${one} in ${place} is no longer required`), ...missing(after, before).map((one) => `${one} in ${place} is newly required`)];
  return compare(before, after, place);
};

/** @param {string[]} [from] @param {string[]} [to] @returns {string[]} Of the first, what is not in the second. */
const missing = (from = [], to = []) => from.filter((one) => !to.includes(one));
