import * as fc from "fast-check";
import { definitionOf } from "../../packages/lexicon-agent-comms/src/schema-of.ts";
import type { LexiconNode } from "../../packages/lexicon-agent-comms/src/lexicon-node.ts";
import type { Sent } from "../conformance/send.ts";
import { queryOf } from "../conformance/side.ts";
import type { Row } from "./rows.ts";
import { junk, strange, wrongFor } from "./values.ts";

/** Who asks: all kinds of callers, right and wrong. */
const CALLERS = ["nobody", "garbage", "forged", "agent", "refresh", "app", "wrong-admin", "admin"] as const;
export type CallerName = (typeof CALLERS)[number];

export interface Malformed extends Sent {
  caller: CallerName;
}

type Fields = Record<string, LexiconNode>;

const fieldsOf = (route: Row): { fields: Fields; required: string[] } => {
  const definition = route.nsid === undefined ? undefined : definitionOf(route.nsid);
  if (definition?.type !== "query" && definition?.type !== "procedure") return { fields: {}, required: [] };
  const schema = definition.type === "query" ? definition.parameters : definition.input?.schema;
  if (schema === undefined) return { fields: {}, required: [] };
  return { fields: "properties" in schema ? (schema.properties ?? {}) : {}, required: "required" in schema ? (schema.required ?? []) : [] };
};

const json = { "content-type": "application/json" };
const pathOf = (route: Row) => route.path.replace(":name", "nobody-there").replace(":nsid", "org.example.unknown");
const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined"));

/** What is no JSON object, whatever a method takes. */
const noObject = fc.constantFrom("", "{", '{"a":', "[]", "null", "5", '"x"', "hello", "{}}", "\ufeff\ufeff{}", "[".repeat(2_000), `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`.slice(0, -1));

/** Bodies of which at least one field that is needed is wrong. */
const wrongBody = (route: Row): fc.Arbitrary<Sent> => {
  const { fields, required } = fieldsOf(route);
  if (required.length === 0) return noObject.map((body) => ({ method: "POST", path: pathOf(route), headers: json, body }));
  const shape = Object.fromEntries(required.map((name) => [name, strange(fields[name] ?? { type: "unknown" })]));
  return fc
    .record({ base: fc.record(shape), spoilt: fc.constantFrom(...required), drop: fc.boolean(), more: fc.dictionary(fc.string({ maxLength: 8 }), junk, { maxKeys: 2 }) })
    .chain(({ base, spoilt, drop, more }) =>
      wrongFor(fields[spoilt] ?? { type: "unknown" }).map((wrong) => {
        const { [spoilt]: _, ...rest } = { ...more, ...base };
        // What has a default is there when it is left out.
        const mayGo = drop && !("default" in (fields[spoilt] ?? {}));
        return { method: "POST", path: pathOf(route), headers: json, body: mayGo ? rest : { ...rest, [spoilt]: wrong } };
      }),
    );
};

/** Query strings that name what is not there, or are of wrong types; reading changes nothing, however it ends. */
const oddQuery = (route: Row): fc.Arbitrary<Sent> => {
  const { fields } = fieldsOf(route);
  const names = Object.keys(fields);
  const value = (name: string) => fc.oneof(wrongFor(fields[name] ?? { type: "unknown" }), junk, strange(fields[name] ?? { type: "unknown" }));
  const params = fc.record(Object.fromEntries(names.map((name) => [name, fc.array(value(name).map(textOf), { maxLength: 2 })])));
  return fc.tuple(params, fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 }), { maxKeys: 2 })).map(([known, more]) => ({
    path: `${pathOf(route)}${queryOf({ ...more, ...(known as Record<string, string[]>) }).slice(0, 6_000)}`,
  }));
};

/** Requests that are wrong whatever they ask: by verb, type, encoding, length or path. */
const wrongShape = (route: Row): fc.Arbitrary<Sent> => {
  const path = pathOf(route);
  const other = fc.constantFrom("PUT", "PATCH", route.method === "GET" ? "POST" : "PUT");
  const type = fc.constantFrom("text/plain", "application/cbor", "multipart/form-data; boundary=x", "nonsense", "application/json; charset=latin1", "");
  const encoding = fc.constantFrom("zstd", "gzip", "br", "deflate", "nonsense", "gzip, gzip");
  return fc.oneof(
    other.map((method): Sent => ({ method, path, headers: json, body: "{}" })),
    // What takes any bytes takes these.
    ...(route.body === "bytes" ? [] : [type]).map((types) => types.map((contentType): Sent => ({ method: "POST", path, headers: { "content-type": contentType }, body: "not JSON" }))),
    encoding.map((name): Sent => ({ method: "POST", path, headers: { ...json, "content-encoding": name }, body: "not packed" })),
    fc.constantFrom("/", "/x", "%00", "%E0%A4%A", "..", ";a=b", "//").map((tail): Sent => ({ path: `${path}${tail}` })),
  );
};

/** A request that names its row, is wrong in some way, and comes from somebody. What only reads may also be right. */
export const malformed = (table: Row[]): fc.Arbitrary<Malformed> =>
  fc.constantFrom(...table).chain((route) => {
    const ways = route.method === "GET" ? [oddQuery(route), oddQuery(route), wrongShape(route)] : route.body === "json" ? [wrongBody(route), wrongBody(route), wrongShape(route)] : [wrongShape(route)];
    return fc.tuple(fc.oneof(...ways), fc.constantFrom(...CALLERS)).map(([sent, caller]) => ({ ...sent, caller }));
  });
