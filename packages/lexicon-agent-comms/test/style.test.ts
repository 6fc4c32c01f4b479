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

/** Lists of strings that stay so: see lexicons/README.md. */
const scalarLists = new Set([
  "agent.comms.releaseQuarantine/input/schema/properties/uris", "agent.comms.discardQuarantine/input/schema/properties/uris",
  "agent.comms.message/record/properties/to", "agent.comms.defs#listed/properties/dids", "agent.comms.defs#text/properties/langs"]);

/** Where people read or type, handles are what they know agents by; nothing is stored there. */
const forPeople = [
  "agent.network.createAgent/output/", "agent.network.listAgents#agentView/", "agent.network.getAgent/parameters/", "agent.network.getAgent#agentDetail/",
];

type Rule = (node: Node, path: string) => boolean;

const rules: Record<string, Rule> = {
  "no enum, and const only as a default would be": (node) => node.enum === undefined && node.const === undefined,
  "unions are open": (node) => node.type !== "union" || node.closed !== true,
  "strings are bounded": (node) => node.type !== "string" || node.maxLength !== undefined || boundedFormats.has(String(node.format)),
  "bytes are bounded": (node) => node.type !== "bytes" || node.maxLength !== undefined,
  "arrays are bounded": (node, path) => node.type !== "array" || node.maxLength !== undefined || path.includes("/output/"),
  "arrays hold objects": (node, path) =>
    node.type !== "array" || scalarLists.has(path) || (isNode(node.items) && ["ref", "union", "object"].includes(String(node.items.type))),
  "known values are kebab-case": (node) =>
    node.knownValues === undefined || (Array.isArray(node.knownValues) && node.knownValues.every((value) => /^[a-z]+(-[a-z]+)*$/.test(String(value)))),
  "no unknown but in outputs": (node, path) => node.type !== "unknown" || path.startsWith("agent.comms.listInbox") || path.startsWith("agent.network.getAgent#provenRecord/"),
  "no floats": (node) => node.type !== "float" && node.type !== "number",
  "no field for the sender": (node) => !isNode(node.properties) || !["sender", "from"].some((name) => Object.hasOwn(Object(node.properties), name)),
  "fields are lowerCamelCase": (node) => !isNode(node.properties) || Object.keys(node.properties).every((name) => /^[a-z][a-zA-Z0-9]*$/.test(name)),
  "DIDs, not handles": (node, path) =>
    (node.format !== "handle" && node.format !== "at-identifier") || forPeople.some((prefix) => path.startsWith(prefix)),
  "records are keyed by TID, or are the one there is, dated, and explained": (node) =>
    node.type !== "record" ||
    ((node.key === "tid" || node.key === "literal:self") && typeof node.description === "string" && isNode(node.record) && JSON.stringify(node.record.required).includes('"createdAt"')),
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
    { type: "object", properties: { sender: { type: "string", format: "did" } } },
  ])("would see %j", (bad) => {
    const planted = [{ id: "agent.comms.planted", defs: { main: { type: "object", properties: { field: bad } } } }];
    expect(Object.values(rules).flatMap((rule) => offenders(rule, planted))).not.toEqual([]);
  });
});
