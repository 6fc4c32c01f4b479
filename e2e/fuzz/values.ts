import * as fc from "fast-check";
import type { LexiconNode } from "../../packages/lexicon-agent-comms/src/lexicon-node.ts";

/** JSON of any kind, small. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, "", "__proto__", "../../etc/passwd", "' OR 1=1 --", "\u0000", "a".repeat(5_000), Number.MAX_SAFE_INTEGER + 2, -0, 1e308),
  fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 4 }),
  fc.object({ maxDepth: 2, maxKeys: 4, values: [fc.string(), fc.integer(), fc.constant(null)] }),
);

/** Values that a field of a type never takes. */
export const wrongFor = (node: LexiconNode): fc.Arbitrary<unknown> => {
  switch (node.type) {
    case "string":
      return fc.oneof(fc.integer(), fc.constant(null), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }), fc.object({ maxDepth: 1 }), ...(node.format === undefined ? [] : [fc.constantFrom("", " ", "not of that format", "\u0000", "a".repeat(3_000))]));
    case "integer":
      return fc.oneof(fc.constantFrom("5", 1.5, null, true, "x"), fc.array(fc.integer(), { maxLength: 2 }));
    case "boolean":
      return fc.constantFrom("yes", 1, null, [], {});
    case "array":
      return fc.oneof(fc.string(), fc.integer(), fc.constant(null));
    default:
      return fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 }));
  }
};

const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "q", "x", "y", "z"), minLength: 5, maxLength: 12 });
const base32 = (length: number) => fc.string({ unit: fc.constantFrom("a", "b", "x", "z", "2", "5", "7"), minLength: length, maxLength: length });

/** Values that are right in form and name nothing that is there. */
const named: Record<string, fc.Arbitrary<string>> = {
  did: base32(24).map((id) => `did:plc:${id}`),
  handle: letters.map((name) => `${name}.invalid`),
  "at-identifier": base32(24).map((id) => `did:plc:${id}`),
  nsid: letters.map((name) => `org.example.${name}`),
  "record-key": letters,
  tid: fc.constant("3kznmn7xqxl22"),
  cid: fc.constant("bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"),
  "at-uri": base32(24).map((id) => `at://did:plc:${id}/org.example.note/x`),
  datetime: fc.constant("2026-11-21T09:00:00.000Z"),
  uri: letters.map((name) => `https://${name}.invalid/`),
};

/** A value of a type, and of nobody. */
export const strange = (node: LexiconNode): fc.Arbitrary<unknown> => {
  switch (node.type) {
    case "string":
      return (node.format === undefined ? undefined : named[node.format]) ?? letters;
    case "integer":
      return fc.integer({ min: node.minimum ?? 1, max: node.maximum ?? 100 });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(strange(node.items), { minLength: 1, maxLength: 2 });
    default:
      return fc.object({ maxDepth: 1, maxKeys: 3, values: [fc.string()] });
  }
};
