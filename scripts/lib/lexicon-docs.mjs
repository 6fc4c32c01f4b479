/**
 * Tables of docs/lexicons.md: every record of ours and every definition that records lead to, each field with its type, its
 * bounds and what it means, in the words of the lexicon.
 */

/** @typedef {Record<string, any>} Definition */
/** @typedef {{ id: string, defs: Record<string, Definition> }} Document */

/** Between these lines of a page stands what is generated for a folder of lexicons, e.g. `agent.comms`. @param {string} root */
const marksOf = (root) => /** @type {const} */ ([`<!-- ${root}: generated, node scripts/lexicon-docs.mjs -->`, `<!-- end of ${root} -->`]);

/**
 * The page with its tables as the lexicons are now.
 * @param {string} page @param {Document[]} documents @param {string[]} roots
 * @throws Error when the page has no place for them.
 */
export const withTables = (page, documents, roots) =>
  roots.reduce((text, root) => {
    const [begin, end] = marksOf(root);
    const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
    if (start < 0 || stop < start) throw new Error(`the page has no place for ${root}: ${begin}`);
    return `${text.slice(0, start + begin.length)}\n\n${tablesOf(documents, root)}\n${text.slice(stop)}`;
  }, page);

/** @param {Document[]} documents @param {string} root */
const tablesOf = (documents, root) => {
  const own = documents.filter(({ id }) => id.startsWith(`${root}.`)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const records = own.filter(({ defs }) => defs.main?.type === "record");
  const shared = own.filter(({ id }) => id === `${root}.defs`);
  return [...records, ...shared].flatMap((document) => Object.entries(document.defs).map(([name, def]) => section(document.id, name, def))).join("\n");
};

/** @param {string} id @param {string} name @param {Definition} def */
const section = (id, name, def) => {
  const isRecord = def.type === "record";
  const fields = isRecord ? def.record : def;
  const title = isRecord ? `### ${id}` : `#### ${id.replace(/.*\./, "")}#${name}`;
  const key = isRecord ? ` Key: ${keyText(def.key)}.` : "";
  const about = `${def.description ?? ""}${key}`.trim();
  return `${title}\n\n${about === "" ? "" : `${about}\n\n`}${tableOf(fields)}`;
};

/** @param {string} key */
const keyText = (key) => {
  if (key === "tid") return "a TID";
  return key.startsWith("literal:") ? `always \`${key.slice("literal:".length)}\`` : "one that says what it is about";
};

/** @param {Definition} object */
const tableOf = ({ properties = {}, required = [] }) => {
  const rows = Object.entries(properties).map(([name, def]) => `| \`${name}\`${required.includes(name) ? " *" : ""} | ${typeText(def)} | ${cell(def.description ?? def.items?.description ?? "")} |`);
  return rows.length === 0 ? "No fields.\n" : ["| field | type | |", "|---|---|---|", ...rows, ""].join("\n");
};

/** @param {string} text */
const cell = (text) => text.replaceAll("|", "\\|");

/** @param {Definition} def @returns {string} */
const typeText = (def) => {
  switch (def.type) {
    case "string":
      return stringText(def);
    case "integer":
      return `integer${range(def.minimum, def.maximum)}`;
    case "bytes":
      return `bytes${range(def.minLength, def.maxLength)}`;
    case "blob":
      return `blob, up to ${def.maxSize} bytes`;
    case "array":
      return `list${range(def.minLength, def.maxLength)} of ${typeText(def.items)}`;
    case "ref":
      return shortRef(def.ref);
    case "union":
      return `${def.refs.map(shortRef).join(", ")}, or another kind`;
    default:
      return def.type;
  }
};

/** @param {Definition} def */
const stringText = ({ format, minLength, maxLength, maxGraphemes, knownValues }) => {
  const bounds = maxLength === undefined ? "" : `, up to ${maxLength} bytes${maxGraphemes === undefined ? "" : ` and ${maxGraphemes} graphemes`}`;
  if (knownValues !== undefined) return `${knownValues.map((/** @type {string} */ value) => `\`${value}\``).join(", ")}, or another`;
  return `${format ?? "string"}${minLength === undefined ? "" : ", not empty"}${bounds}`;
};

/** @param {string} ref */
const shortRef = (ref) => `\`${ref.replace(/^agent\.(comms|memory)\.defs#/, "#").replace(/^com\.atproto\.repo\./, "")}\``;

/** @param {number} [least] @param {number} [most] */
const range = (least, most) => {
  if (least !== undefined && least === most) return `, ${least}`;
  if (most === undefined) return least === undefined ? "" : `, at least ${least}`;
  return least === undefined || least === 0 ? `, up to ${most}` : `, ${least} to ${most}`;
};
