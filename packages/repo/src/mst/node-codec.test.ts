import * as dagCbor from "@ipld/dag-cbor";
import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { CborWriter } from "../cbor-writer.ts";
import { cidOf, type CidBytes } from "../cid.ts";
import { invertOps } from "../invert.ts";
import { BlockMap } from "../memory-store.ts";
import { randomCid } from "../testing/history.ts";
import { Random } from "../testing/random.ts";
import { InvalidNodeError } from "./errors.ts";
import { keyHeight } from "./height.ts";
import { readNode, writeNode } from "./node-codec.ts";
import { Tree } from "./tree.ts";

const random = new Random(61);
const value = randomCid(random);
const link = CID.decode(value);
const text = (key: string) => new TextEncoder().encode(key);
/** Keys of the layers 0, 0, 1 in ascending order. */
const [a, b, c] = [keyOf("a.b.c/", 0), keyOf("a.b.d/", 0), keyOf("a.b.e/", 1)];

const entry = (k: string, p = 0, t: CID | null = null, v: unknown = link) => ({ k: text(k), p, t, v });

describe("node codec", () => {
  it("writes what @ipld/dag-cbor writes and reads it back", () => {
    const writer = new CborWriter();
    const children: (CidBytes | null)[] = [value, null, value];
    writeNode(writer, [a, b], [value, value], (i) => children[i] ?? null);
    const bytes = writer.finish();
    expect(bytes).toEqual(Uint8Array.from(dagCbor.encode({ l: link, e: [entry(a), entry(b.slice(4), 4, link)] })));
    expect(readNode(bytes)).toEqual({ keys: [a, b], values: [value, value], children });
  });

  it.each<[string, unknown]>([
    ["not a map", []],
    ["without l", { e: [] }],
    ["with another field", { l: null, e: [], x: 1 }],
    ["with l undefined", { l: "x", e: [] }],
    ["whose entry lacks a value", { l: null, e: [{ k: text(a), p: 0, t: null }] }],
    ["whose value is null", { l: null, e: [entry(a, 0, null, null)] }],
    ["whose key is a string", { l: null, e: [{ ...entry(a), k: a }] }],
    ["whose first key has a prefix", { l: null, e: [entry(a, 1)] }],
    ["whose prefix is longer than the key before", { l: null, e: [entry(a), entry(b, 99)] }],
    ["whose prefix is negative", { l: null, e: [entry(a), entry(b, -1)] }],
    ["whose prefix could be longer", { l: null, e: [entry(a), entry(b.slice(3), 3)] }],
    ["whose keys are equal", { l: null, e: [entry(a), entry("", a.length)] }],
    ["whose keys descend", { l: null, e: [entry(b), entry(a.slice(4), 4)] }],
    ["whose key is no tree key", { l: null, e: [entry("a.b.c")] }],
    ["whose key is not ASCII", { l: null, e: [entry("a.b.c/é")] }],
  ])("refuses a node %s", (_, node) => {
    expect(() => readNode(dagCbor.encode(node))).toThrow(InvalidNodeError);
  });

  it("refuses to write keys that do not ascend", () => {
    expect(() => writeNode(new CborWriter(), [b, a], [value, value], () => null)).toThrow(InvalidNodeError);
  });
});

describe("forged trees", () => {
  const store = new BlockMap();
  const put = (node: unknown): CidBytes => {
    const bytes = Uint8Array.from(dagCbor.encode(node));
    const cid = cidOf(sha256, bytes);
    store.set(cid, bytes);
    return cid;
  };
  const chain = (length: number): CidBytes => (length === 0 ? put({ l: null, e: [entry(a)] }) : put({ l: CID.decode(chain(length - 1)), e: [] }));

  it.each<[string, CidBytes]>([
    ["a key in the wrong layer", put({ l: null, e: [entry(a), entry(c.slice(4), 4)] })],
    ["a root without keys", chain(1)],
    ["children below the bottom layer", put({ l: CID.decode(put({ l: null, e: [entry(a)] })), e: [entry(b)] })],
    ["a subtree of the wrong layer", put({ l: CID.decode(chain(1)), e: [entry(c)] })],
    ["a subtree that goes down for ever", put({ l: CID.decode(chain(300)), e: [entry(c)] })],
  ])("are refused: %s", (_, root) => {
    const tree = Tree.open(store, { cid: root, id: 0 }, sha256, { strict: true });
    expect(() => [tree.get(a), tree.get(b), tree.get(c)]).toThrow(InvalidNodeError);
    expect(() => invertOps(store, root, [{ action: "delete", path: "a.b.c/none", cid: null, prev: value }], sha256)).toThrow(InvalidNodeError);
  });

  it("are refused below the bottom layer even where layers are not checked", () => {
    const root = put({ l: CID.decode(put({ l: null, e: [entry(a)] })), e: [entry(b)] });
    expect(() => Tree.open(store, { cid: root, id: 0 }, sha256).get(a)).toThrow("bottom layer");
  });

  it("are refused when a subtree's keys lie outside their place", () => {
    const outside = put({ l: CID.decode(put({ l: null, e: [entry(keyOf("a.b.f/", 0))] })), e: [entry(c)] });
    const tree = Tree.open(store, { cid: outside, id: 0 }, sha256);
    expect(() => [...tree.entries()]).toThrow("out of order");
  });
});

/** The first key with this prefix and a number that belongs in `layer`. */
function keyOf(prefix: string, layer: number): string {
  for (let n = 0; ; n++) if (keyHeight(sha256, prefix + n) === layer) return prefix + n;
}
