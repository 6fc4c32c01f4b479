import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// https://atproto.com/guides/lexicon-style-guide, for the lexicons that are ours.
const root = new URL("../../../lexicons/agent/", import.meta.url);

interface Node {
  [key: string]: unknown;
  type?: string;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Every definition within a definition, with its path. */
function* walk(value: unknown, path: string): Generator<[string, Node]> {
  if (!isNode(value)) return;
  if (typeof value.type === "string") yield [path, value];
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${path}/${key}`);
}

/** Formats that bound their length by themselves. */
const boundedFormats = new Set(["did", "handle", "at-identifier", "nsid", "cid", "tid", "record-key", "datetime", "language", "at-uri"]);

/** Lists of strings in records that stay so: see lexicons/README.md. */
const scalarLists = new Set([
  "agent.comms.message/record/properties/to", "agent.comms.defs#listed/properties/dids", "agent.comms.defs#text/properties/langs", "agent.comms.question/record/properties/langs",
  ...["decision", "fact", "note", "summary"].map((kind) => `agent.memory.${kind}/record/properties/tags`), "agent.memory.decision/record/properties/alternatives", "agent.memory.pins/record/properties/memories",
]);

/** Where a method takes or gives a record whole, which may be of any lexicon. */
const wholeRecords = [
  "agent.comms.listInbox#inboxMessage/properties/value", "agent.comms.open/output/schema/properties/value", "agent.comms.send/input/schema/properties/record",
  "agent.comms.takeKeys/input/schema/properties/record", "agent.memory.defs#memoryView/properties/value",
];

/** Where people read or type, handles are what they know agents by; nothing is stored there. */
const forPeople = [
  "agent.network.createAgent/output/", "agent.network.createAgents#outcome/", "agent.network.listAgents#agentView/", "agent.network.getAgent/parameters/", "agent.network.getAgent#agentDetail/",
];

/** Records of which there is one for each thing that they are about: their key says which, so that a second one cannot be. */
const keyedByMeaning = new Set(["agent.comms.disclosure", "agent.comms.receipt", "agent.memory.fact"]);

/** A record that is a list, of which there is one. */
const plural = new Set(["agent.memory.pins"]);

/** A record says when it was written; if it may be sealed whole, then inside. */
const isDated = ({ required, properties }: Node): boolean =>
  isNode(properties) && (Array.isArray(required) && required.includes("createdAt") ? true : isNode(properties["sealed"]) && ["createdAt", "updatedAt"].some((name) => name in properties));

const isOfMethod = (path: string): boolean => /^[a-zA-Z.]+\/(input|output|parameters)\//.test(path);

type Rule = (node: Node, path: string) => boolean;

const rules: Record<string, Rule> = {
  "no enum, and const only as a default would be": (node) => node.enum === undefined && node.const === undefined,
  "unions are open": (node) => node.type !== "union" || node.closed !== true,
  "strings are bounded": (node) => node.type !== "string" || node.maxLength !== undefined || boundedFormats.has(String(node.format)),
  "bytes are bounded": (node) => node.type !== "bytes" || node.maxLength !== undefined,
  "arrays are bounded": (node, path) => node.type !== "array" || node.maxLength !== undefined || path.includes("/output/"),
  "arrays hold objects": (node, path) =>
    node.type !== "array" || scalarLists.has(path) || isOfMethod(path) || (isNode(node.items) && ["ref", "union", "object"].includes(String(node.items.type))),
  // Names of XRPC errors have their own way of writing.
  "known values are kebab-case": (node, path) =>
    node.knownValues === undefined || path === "agent.network.createAgents#outcome/properties/error" || (Array.isArray(node.knownValues) && node.knownValues.every((value) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(String(value)))),
  "no unknown but for whole records in methods": (node, path) => node.type !== "unknown" || wholeRecords.includes(path) || path.startsWith("agent.network.getAgent#provenRecord/"),
  "no floats": (node) => node.type !== "float" && node.type !== "number",
  "no field for the sender": (node, path) => !/\/record\/properties\/(sender|from|author)$/.test(path) || node.format !== "did",
  "fields are lowerCamelCase": (node) => !isNode(node.properties) || Object.keys(node.properties).every((name) => /^[a-z][a-zA-Z0-9]*$/.test(name)),
  "DIDs, not handles": (node, path) =>
    (node.format !== "handle" && node.format !== "at-identifier") || forPeople.some((prefix) => path.startsWith(prefix)),
  "records are keyed by TID, or are the one there is, dated, and explained": (node, path) =>
    node.type !== "record" ||
    (["tid", "literal:self", ...(keyedByMeaning.has(path) ? ["any"] : [])].includes(String(node.key)) && typeof node.description === "string" && isNode(node.record) && isDated(node.record)),
  "records are called by a singular noun": (node, path) => node.type !== "record" || plural.has(path) || !path.endsWith("s"),
  "queries and procedures are explained": (node) => !["query", "procedure"].includes(String(node.type)) || typeof node.description === "string",
};

const documents = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".json"))
  .toSorted()
  .map((file): { id: string; defs: Record<string, unknown> } => JSON.parse(readFileSync(new URL(file, root), "utf8")));

/** Paths of the definitions that break a rule. */
function offenders(rule: Rule, docs = documents): string[] {
  const nodes = docs.flatMap(({ id, defs }) =>
    Object.entries(defs).flatMap(([name, def]) => Array.from(walk(def, name === "main" ? id : `${id}#${name}`))),
  );
  return nodes.filter(([path, node]) => !rule(node, path)).map(([path]) => path);
}

describe("lexicon style", () => {
  it("looks at all of ours", () => expect(documents.length).toBeGreaterThanOrEqual(9));

  it.each(Object.entries(rules))("%s", (_name, rule) => expect(offenders(rule)).toEqual([]));

  it.each([
    { type: "string" },
    { type: "string", maxLength: 5, enum: ["a"] },
    { type: "string", maxLength: 5, knownValues: ["aB"] },
    { type: "union", refs: ["#a"], closed: true },
    { type: "unknown" },
    { type: "array", maxLength: 3, items: { type: "integer" } },
    { type: "array", items: { type: "ref", ref: "#a" } },
    { type: "bytes" },
    { type: "string", format: "handle" },
  ])("would see %j", (bad) => {
    const planted = [{ id: "agent.comms.planted", defs: { main: { type: "object", properties: { field: bad } } } }];
    expect(Object.values(rules).flatMap((rule) => offenders(rule, planted))).not.toEqual([]);
  });

  it.each([
    { key: "any" },
    { key: "nsid" },
    { description: undefined },
    { record: { type: "object", required: [], properties: {} } },
    { record: { type: "object", required: ["createdAt"], properties: { sender: { type: "string", format: "did" } } } },
  ])("would see a record with %j", (bad) => {
    const good = { type: "record", key: "tid", description: "x", record: { type: "object", required: ["createdAt"], properties: {} } };
    const breaks = (main: object) => Object.values(rules).flatMap((rule) => offenders(rule, [{ id: "agent.comms.planted", defs: { main } }]));
    expect(breaks(good)).toEqual([]);
    expect(breaks({ ...good, ...bad })).not.toEqual([]);
  });

  it("would see a record called by a plural", () => {
    const main = { type: "record", key: "tid", description: "x", record: { type: "object", required: ["createdAt"], properties: {} } };
    expect(Object.values(rules).flatMap((rule) => offenders(rule, [{ id: "agent.comms.planteds", defs: { main } }]))).toEqual(["agent.comms.planteds"]);
  });

  it("knows no exception that is none any more", () => {
    const paths = new Set(documents.flatMap(({ id, defs }) => Object.entries(defs).flatMap(([name, def]) => Array.from(walk(def, name === "main" ? id : `${id}#${name}`), ([path]) => path))));
    expect([...scalarLists, ...wholeRecords, ...keyedByMeaning, ...plural].filter((path) => !paths.has(path))).toEqual([]);
  });
});
