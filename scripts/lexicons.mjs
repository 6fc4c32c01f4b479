// Generates packages/lexicon-agent-comms/src/generated from lexicons/**/*.json.
//
//   node scripts/lexicons.mjs           write the files
//   node scripts/lexicons.mjs --check   exit 1 when the files on disk are not what would be written
//
// Why not the official generators: what they write is a second run-time validator (lex build) or needs the
// reference server (gen-server); we want types that cost nothing at run time, and the documents as data. That
// `@atproto/lex` can build from our folder is checked by the package's tests.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sourceDir = join(root, "lexicons");
const targetDir = join(root, "packages/lexicon-agent-comms/src/generated");
const header = "// Generated from lexicons/ by `node scripts/lexicons.mjs`. Do not edit.\n\n";

/** Every lexicon document below lexicons/, sorted by NSID; the path must say the same as the id. */
function readDocuments(dir = sourceDir) {
  const files = readdirSync(dir, { recursive: true }).filter((file) => file.endsWith(".json"));
  const documents = files.map((file) => {
    const document = JSON.parse(readFileSync(join(dir, file), "utf8"));
    const expected = file.slice(0, -".json".length).split(/[\\/]/).join(".");
    if (document.lexicon !== 1) throw new Error(`${file}: lexicon must be 1`);
    if (document.id !== expected) throw new Error(`${file}: id is ${document.id}, the path says ${expected}`);
    return document;
  });
  return documents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** File name → content of everything generated. */
export function generate(documents) {
  return {
    "nsid.ts": header + nsidModule(documents),
    "documents.ts": header + documentsModule(documents),
    "schemas.ts": header + schemasModule(documents),
    "types.ts": header + typesModule(documents),
  };
}

/** `agent.comms.message` → `AgentCommsMessage`, `…defs#text` → `AgentCommsDefsText`. */
const typeName = (uri) =>
  uri
    .replace(/#main$/, "")
    .split(/[.#]/)
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join("");

function nsidModule(documents) {
  const rows = documents.map(({ id }) => `  ${typeName(id)}: ${JSON.stringify(id)},`);
  return `/** NSID of every lexicon document we carry. */\nexport const ids = {\n${rows.join("\n")}\n} as const;\n`;
}

/** Documents without their prose, which nobody reads at run time and which is two fifths of the text. As text, so that a Worker's start pays for none that it does not use. */
function documentsModule(documents) {
  const rows = documents.map((document) => `  ${JSON.stringify(document.id)}: ${singleQuoted(JSON.stringify(withoutProse(document)))},`);
  return `/** Every lexicon document we carry as JSON text under its NSID, without its prose. */\nexport const documentTexts: Readonly<Record<string, string>> = {\n${rows.join("\n")}\n};\n`;
}

/** A string literal that leaves the quotes of JSON as they are. */
const singleQuoted = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Ours, prose and all, as text: a colony publishes them, and what nobody reads must not cost a Worker's start more than a string. */
function schemasModule(documents) {
  const rows = documents.filter(({ id }) => id.startsWith("agent.")).map((document) => `  ${JSON.stringify(document.id)}: ${JSON.stringify(JSON.stringify(document))},`);
  return `/** The lexicon documents that are ours, whole, each as JSON text under its NSID. */\nexport const schemas: Readonly<Record<string, string>> = {\n${rows.join("\n")}\n};\n`;
}

/** Prose is a `description` that is a string; a property of that name is an object and stays. */
function withoutProse(value) {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key, inner]) => key !== "description" || typeof inner !== "string");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutProse(inner)]));
}

function typesModule(documents) {
  return `${prelude}${[...documents.flatMap(documentTypes), ...indexTypes(documents)].join("\n")}`;
}

/** Interfaces that lead from an NSID to its types, so that one validator can be typed by what it is asked about. */
function indexTypes(documents) {
  const mains = documents.flatMap(({ id, defs }) => (defs.main ? [[id, defs.main]] : []));
  const index = (name, suffix, has) => {
    const rows = mains.filter(([, def]) => has(def)).map(([id]) => `  ${JSON.stringify(id)}: ${typeName(id)}${suffix};\n`);
    return `export interface ${name} {\n${rows.join("")}}\n`;
  };
  return [
    index("RecordByNsid", "", (def) => def.type === "record"),
    index("ParamsByNsid", "Params", (def) => def.parameters),
    index("InputByNsid", "Input", (def) => def.input?.schema),
    index("OutputByNsid", "Output", (def) => def.output?.schema),
  ];
}

const prelude = `/** Bytes in the JSON form of the atproto data model (base64 without padding). */
export interface BytesJson {
  $bytes: string;
}

/** A link by CID in the JSON form of the atproto data model. */
export interface LinkJson {
  $link: string;
}

/** Reference to a blob in the JSON form of the atproto data model. */
export interface BlobJson {
  $type: "blob";
  ref: LinkJson;
  mimeType: string;
  size: number;
}

/** A member of an open union that this version does not know. */
export interface UnknownMember {
  $type: string;
}

`;

function documentTypes({ id, defs }) {
  return Object.entries(defs).flatMap(([name, def]) => {
    const uri = name === "main" ? id : `${id}#${name}`;
    if (def.type === "record") return [recordType(id, def)];
    if (def.type === "query" || def.type === "procedure" || def.type === "subscription") return methodTypes(id, def);
    // Messages of a subscription are CBOR, not JSON; packages/sync has their shapes.
    if (defs.main?.type === "subscription") return [];
    // A token is a name that stands for itself.
    if (def.type === "token") return [`${doc(def)}export type ${typeName(uri)} = ${JSON.stringify(uri)};\n`];
    return [declaration(typeName(uri), def, id)];
  });
}

const recordType = (id, def) =>
  `${doc(def)}export interface ${typeName(id)} ${objectBody(def.record, id, "", `  $type: ${JSON.stringify(id)};\n`)}\n`;

function methodTypes(id, def) {
  const out = [];
  const base = typeName(id);
  if (def.parameters) {
    // A parameter with a default is always there once it has been validated.
    const { properties, required = [] } = def.parameters;
    const filled = Object.keys(properties).filter((key) => properties[key].default !== undefined);
    out.push(declaration(`${base}Params`, { ...def.parameters, type: "object", required: [...required, ...filled] }, id));
  }
  if (def.input?.schema) out.push(declaration(`${base}Input`, def.input.schema, id));
  if (def.output?.schema) out.push(declaration(`${base}Output`, def.output.schema, id));
  if (def.errors) out.push(`export type ${base}Error = ${def.errors.map(({ name }) => JSON.stringify(name)).join(" | ")};\n`);
  return out;
}

function declaration(name, def, id) {
  if (def.type === "object") return `${doc(def)}export interface ${name} ${objectBody(def, id, "")}\n`;
  return `${doc(def)}export type ${name} = ${typeOf(def, id, "")};\n`;
}

function objectBody(def, id, indent, first = "") {
  const { properties = {}, required = [], nullable = [] } = def;
  const rows = Object.entries(properties).map(([key, inner]) => {
    const type = typeOf(inner, id, `${indent}  `) + (nullable.includes(key) ? " | null" : "");
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${doc(inner, `${indent}  `)}${indent}  ${name}${required.includes(key) ? "" : "?"}: ${type};\n`;
  });
  return `{\n${first}${rows.join("")}${indent}}`;
}

function typeOf(def, id, indent) {
  switch (def.type) {
    case "string":
      return stringType(def);
    case "integer":
      return def.enum ? def.enum.join(" | ") : "number";
    case "boolean":
      return "boolean";
    case "bytes":
      return "BytesJson";
    case "cid-link":
      return "LinkJson";
    case "blob":
      return "BlobJson";
    case "unknown":
      return "Record<string, unknown>";
    case "array":
      return `${parenthesise(typeOf(def.items, id, indent))}[]`;
    case "object":
      return objectBody(def, id, indent);
    case "ref":
      return refType(def.ref, id);
    case "union":
      return unionType(def, id);
    default:
      throw new Error(`${id}: no type for ${def.type}`);
  }
}

const parenthesise = (type) => (type.includes("|") || type.includes("&") ? `(${type})` : type);
const absolute = (ref, id) => (ref.startsWith("#") ? id + ref : ref).replace(/#main$/, "");
const refType = (ref, id) => typeName(absolute(ref, id));

/** Known values are a help to the editor, not a limit: any other string is as good. */
function stringType({ enum: closed, const: only, knownValues }) {
  if (only !== undefined) return JSON.stringify(only);
  if (closed) return closed.map((value) => JSON.stringify(value)).join(" | ");
  if (knownValues) return `${knownValues.map((value) => JSON.stringify(value)).join(" | ")} | (string & {})`;
  return "string";
}

function unionType({ refs, closed }, id) {
  const members = refs.map((ref) => `(${refType(ref, id)} & { $type: ${JSON.stringify(absolute(ref, id))} })`);
  return [...members, ...(closed ? [] : ["UnknownMember"])].join(" | ");
}

const doc = ({ description }, indent = "") => (description ? `${indent}/** ${description.replaceAll("*/", "* /")} */\n` : "");

function main() {
  const files = generate(readDocuments());
  const onDisk = listTarget();
  const wrong = Object.keys(files).filter((name) => readTarget(name) !== files[name]);
  const extra = onDisk.filter((name) => !(name in files));
  if (process.argv.includes("--check")) {
    if (wrong.length + extra.length === 0) return;
    const where = relative(root, targetDir);
    console.error(`stale: ${[...wrong, ...extra].map((name) => join(where, name)).join(", ")}`);
    console.error("fix: node scripts/lexicons.mjs");
    process.exitCode = 1;
    return;
  }
  mkdirSync(targetDir, { recursive: true });
  for (const name of extra) rmSync(join(targetDir, name), { recursive: true });
  for (const name of wrong) writeFileSync(join(targetDir, name), files[name]);
  console.log(`${wrong.length} written, ${extra.length} removed, ${Object.keys(files).length - wrong.length} unchanged`);
}

function listTarget() {
  try {
    return readdirSync(targetDir);
  } catch {
    return [];
  }
}

function readTarget(name) {
  try {
    return readFileSync(join(targetDir, name), "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
