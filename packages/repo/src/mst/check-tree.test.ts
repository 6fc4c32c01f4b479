import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { cidKey, cidOf } from "../cid.ts";
import { CidLink, decode, encode, isLexMap } from "../cbor.ts";
import { BlockMap } from "../memory-store.ts";
import { randomCid, randomKeys } from "../testing/history.ts";
import { Random } from "../testing/random.ts";
import { checkTree } from "./check-tree.ts";
import { InvalidNodeError, MissingBlockError } from "./errors.ts";
import { Tree } from "./tree.ts";

/** A tree of random keys, and its blocks. */
const grown = (seed: number, count: number) => {
  const random = new Random(seed);
  const tree = Tree.open(new BlockMap(), null, sha256);
  const keys = randomKeys(random, count).toSorted();
  for (const key of keys) tree.put(key, randomCid(random));
  const { root, written } = tree.flush(() => 0);
  const blocks = new Map(written.map(({ cid, bytes }) => [cidKey(cid), bytes]));
  return { random, tree, keys, root: root.cid, written, blocks };
};

const check = (root: Uint8Array, blocks: Map<string, Uint8Array>) => [...checkTree(root, (cid) => blocks.get(cidKey(cid)), sha256)];

describe("checkTree", () => {
  it("meets every node and entry of a sound tree, numbered in pre-order of their parents", () => {
    for (const count of [0, 1, 2, 7, 500]) {
      const { root, blocks, written, tree } = grown(count + 1, count);
      const steps = check(root, blocks);
      const nodes = steps.filter((step) => step.kind === "node");
      const entries = steps.filter((step) => step.kind === "record").map(({ key, cid }) => [key, cid]);
      expect(entries).toEqual([...tree.entries()]);
      expect(nodes.length).toBe(written.length);
      expect(nodes.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(Array.from({ length: written.length }, (_, i) => i + 1));
      // Each child has the number that its parent has for it.
      const byId = new Map(nodes.map((node) => [node.id, node]));
      for (const node of nodes) expect(node.kids.every((id) => byId.has(id))).toBe(true);
      expect(nodes[0]?.id).toBe(1);
      expect(new Set(nodes.flatMap(({ kids }) => kids)).size).toBe(written.length - 1);
    }
  });

  it("misses any block that is not there", () => {
    const { root, blocks, written } = grown(11, 60);
    for (const { cid } of written) {
      const without = new Map(blocks);
      without.delete(cidKey(cid));
      expect(() => check(root, without)).toThrow(MissingBlockError);
    }
  });

  it("refuses a tree in which a child is left out of its layer, or stands where another belongs", () => {
    const { root, blocks, random } = grown(12, 300);
    /** The root with one of its links changed: a sound node by itself. */
    const relinked = (change: (links: (CidLink | null)[]) => (CidLink | null)[]) => {
      const node = decode(blocks.get(cidKey(root)) ?? new Uint8Array());
      if (!isLexMap(node) || !Array.isArray(node["e"])) throw new Error("no node");
      const entries = node["e"].filter(isLexMap);
      const links = [node["l"], ...entries.map(({ t }) => t)].map((link) => (link instanceof CidLink ? link : null));
      const [left = null, ...rights] = change(links);
      const bytes = encode({ e: entries.map((entry, i) => ({ ...entry, t: rights[i] ?? null })), l: left });
      const cid = cidOf(sha256, bytes);
      return { cid, blocks: new Map(blocks).set(cidKey(cid), bytes) };
    };
    const same = relinked((links) => links);
    expect(check(same.cid, same.blocks)).toEqual(check(root, blocks));
    const turned = relinked((links) => links.toReversed());
    expect(() => check(turned.cid, turned.blocks)).toThrow(InvalidNodeError);
    const grandchild = relinked((links) => links.map((link) => (link === null ? null : firstChildOf(blocks, link))));
    expect(() => check(grandchild.cid, grandchild.blocks)).toThrow(InvalidNodeError);
    const nowhere = relinked((links) => links.map((link) => link && new CidLink(randomCid(random))));
    expect(() => check(nowhere.cid, nowhere.blocks)).toThrow(MissingBlockError);
  });
});

/** The first child of the node that a link leads to, or the link itself. */
const firstChildOf = (blocks: Map<string, Uint8Array>, link: CidLink): CidLink => {
  const node = decode(blocks.get(cidKey(link.bytes)) ?? new Uint8Array());
  if (!isLexMap(node) || !Array.isArray(node["e"])) return link;
  const links = [node["l"], ...node["e"].filter(isLexMap).map(({ t }) => t)];
  return links.find((one) => one instanceof CidLink) ?? link;
};
