import { l, Schema, TypedObjectSchema } from "@atproto/lex-schema";
import { AbsentOr } from "./absent-or.ts";
import { AnyMap } from "./any-map.ts";
import { documentOf } from "./documents.ts";
import type { LexiconDefinition, LexiconNode, LexiconObject, LexiconParams } from "./lexicon-node.ts";

/**
 * Validators of the reference's own library, made from lexicon documents. Each definition is compiled when it is first needed
 * and kept; references are followed only when a value comes to them, so a Worker's start and its first request pay for
 * nothing else. (`@atproto/lex-document` compiles likewise, but asynchronously, and all that can be reached.)
 */
const compiled = new Map<string, Schema>();

/** The definition with this NSID and name. @throws Error when we carry none, or when it is a method. */
function schemaAt(nsid: string, name: string): Schema {
  const key = `${nsid}#${name}`;
  let schema = compiled.get(key);
  if (schema === undefined) {
    schema = compileDefinition(nsid, name);
    compiled.set(key, schema);
  }
  return schema;
}

/** A definition we carry; undefined for others. */
export function definitionOf(nsid: string, name = "main"): LexiconDefinition | undefined {
  const defs = documentOf(nsid)?.defs;
  return defs !== undefined && Object.hasOwn(defs, name) ? defs[name] : undefined;
}

function compileDefinition(nsid: string, name: string): Schema {
  const definition = definitionOf(nsid, name);
  if (definition === undefined) throw new Error(`Lexicon not found: ${nsid}#${name}`);
  switch (definition.type) {
    case "record":
      return typedObject(nsid, compileObject(nsid, definition.record));
    case "object":
      return typedObject(name === "main" ? nsid : `${nsid}#${name}`, compileObject(nsid, definition));
    case "token":
      return l.literal(name === "main" ? nsid : `${nsid}#${name}`);
    case "query": case "procedure": case "subscription": case "permission-set":
      throw new Error(`Not a schema: ${nsid}#${name}`);
    default:
      return compile(nsid, definition);
  }
}

function compile(nsid: string, node: LexiconNode): Schema {
  switch (node.type) {
    case "boolean":
      return withDefault(node.const === undefined ? l.boolean() : l.literal(node.const), node.default);
    case "integer":
      return withDefault(node.const !== undefined ? l.literal(node.const) : node.enum !== undefined ? l.enum(node.enum) : l.integer(node), node.default);
    case "string":
      return withDefault(node.const !== undefined ? l.literal(node.const) : node.enum !== undefined ? l.enum(node.enum) : l.string(node), node.default);
    case "bytes":
      return l.bytes(node);
    case "cid-link":
      return l.cid();
    case "blob":
      return l.blob(node);
    case "array":
      return l.array(compile(nsid, node.items), node);
    case "object":
      return compileObject(nsid, node);
    case "ref":
      return l.ref(() => follow(nsid, node.ref));
    case "union":
      return l.typedUnion(node.refs.map((ref) => l.typedRef(() => followTyped(nsid, ref))), node.closed ?? false);
    case "unknown":
      return new AnyMap();
  }
}

const withDefault = (schema: Schema, value: string | number | boolean | undefined): Schema => (value === undefined ? schema : l.withDefault(schema, value));

/** The library wants names and fields in types of its own, which documents read at run time cannot have. */
const typedObject = (type: string, schema: Schema): TypedObjectSchema => new TypedObjectSchema(type as never, schema as never);

function compileObject(nsid: string, { properties = {}, required = [], nullable = [] }: LexiconObject): Schema {
  const shape: Record<string, Schema> = {};
  for (const [name, node] of Object.entries(properties)) {
    const schema = nullable.includes(name) ? l.nullable(compile(nsid, node)) : compile(nsid, node);
    shape[name] = required.includes(name) ? schema : mayHaveDefault(nsid, node) ? l.optional(schema) : new AbsentOr(schema);
  }
  return l.object(shape);
}

/** Whether something may stand for the value when it is absent. Other documents are not read to see: it may. */
function mayHaveDefault(nsid: string, node: LexiconNode): boolean {
  if (node.type === "ref") {
    const definition = node.ref.startsWith("#") ? definitionOf(nsid, node.ref.slice(1)) : undefined;
    return definition === undefined || "default" in definition;
  }
  return "default" in node;
}

function follow(from: string, ref: string): Schema {
  const [nsid = "", name = "main"] = ref.split("#");
  return schemaAt(nsid === "" ? from : nsid, name);
}

/** What a union may hold. @throws Error when a lexicon names something else there. */
function followTyped(from: string, ref: string): TypedObjectSchema {
  const schema = follow(from, ref);
  if (schema instanceof TypedObjectSchema) return schema;
  throw new Error(`Only objects and records may be in unions: ${ref}`);
}

/** What a method takes. */
export interface MethodSchema {
  /** Of each parameter; with what is needed and what stands for what is absent. */
  params: Schema;
  parameters: LexiconParams;
  /** Of the body; undefined when it takes none, or any. */
  input: Schema | undefined;
}

const methods = new Map<string, MethodSchema>();

/** Validators of a method's query string and body. @throws Error for an NSID that is no method we carry. */
export function methodSchema(nsid: string): MethodSchema {
  const known = methods.get(nsid);
  if (known !== undefined) return known;
  const definition = definitionOf(nsid);
  if (definition === undefined) throw new Error(`Lexicon not found: ${nsid}`);
  if (definition.type !== "query" && definition.type !== "procedure" && definition.type !== "subscription")
    throw new Error(`Not a query or procedure or subscription: ${nsid}`);
  const parameters = definition.parameters ?? {};
  const input = definition.input?.schema;
  const made = { parameters, params: compileObject(nsid, { type: "object", ...parameters }), input: input === undefined ? undefined : compile(nsid, input) };
  methods.set(nsid, made);
  return made;
}

/** The validator of a collection's records; undefined when we carry none. */
export const recordSchema = (collection: string): Schema | undefined =>
  definitionOf(collection)?.type === "record" ? schemaAt(collection, "main") : undefined;
