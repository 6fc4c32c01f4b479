import { BlockMap as OracleBlocks, MemoryBlockstore, MST } from "@atproto/repo";
import { MemoryBlockStore, NodeStore as AtcuteNodes, NodeWrangler } from "@atcute/mst";
import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { cidToString } from "../cid.ts";
import { invertOps } from "../invert.ts";
import { BlockMap } from "../memory-store.ts";
import { History, phases, randomKeys, type HistoryStep } from "../testing/history.ts";
import { Random } from "../testing/random.ts";
import { Tree } from "./tree.ts";

/** Ids that the store holds must be the ids that the root reaches, each with the CID its parent says. */
function expectConsistent({ store, root, model, tree }: History): void {
  const reached = new Map<number, string>();
  const keys: string[] = [];
  for (const step of tree.walk()) {
    if (step.kind === "record") keys.push(step.key);
    else reached.set(step.ref.id, cidToString(step.ref.cid));
  }
  expect([...store.nodes.keys()].toSorted((a, b) => a - b)).toEqual([...reached.keys()].toSorted((a, b) => a - b));
  for (const [id, { cid }] of store.nodes) expect(reached.get(id)).toBe(cidToString(cid));
  expect(keys).toEqual([...model.keys()].toSorted());
  const reopened = Tree.open(store, root, sha256, { strict: true });
  expect([...reopened.entries()]).toEqual([...model].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  for (const key of keys) expect(reopened.get(key)).toEqual(model.get(key));
}

/** A flush inserts new ids, updates known ones, frees known ones, and never mixes them up. */
function expectDiscipline({ delta }: HistoryStep, known: Set<number>): void {
  for (const { id, isNew } of delta.written) {
    expect(known.has(id)).toBe(!isNew);
    known.add(id);
  }
  for (const id of delta.freed) {
    expect(known.delete(id)).toBe(true);
    expect(delta.written.some((node) => node.id === id)).toBe(false);
  }
}

describe.each([
  ["a warm tree", 11, 260, 900, {}],
  ["a tree that forgets", 12, 400, 500, { maxResidentBytes: 4_000 }],
  ["a tiny tree", 13, 9, 900, {}],
])("history of %s", (_, seed, size, steps, options) => {
  it("has the roots of both oracles at every step, keeps its ids in order, and every commit inverts", async () => {
    const random = new Random(seed);
    const keys = randomKeys(random, size);
    const history = new History(random, keys, options);
    let official = await MST.create(new MemoryBlockstore());
    const wrangler = new NodeWrangler(new AtcuteNodes(new MemoryBlockStore()));
    let atcute: string | null = null;
    const known = new Set([history.root.id]);
    for (const growth of phases(steps)) {
      const step = history.step(growth);
      for (const { path, cid, action } of step.ops) {
        if (cid === null) {
          official = await official.delete(path);
          // The official tree keeps its last layer when its last key goes, and then differs from one that was always empty.
          if ((await official.leafCount()) === 0) official = await MST.create(new MemoryBlockstore());
        } else if (action === "create") official = await official.add(path, CID.decode(cid));
        else official = await official.update(path, CID.decode(cid));
        atcute = cid === null ? await wrangler.deleteRecord(atcute, path) : await wrangler.putRecord(atcute, path, { $link: cidToString(cid) });
      }
      const root = cidToString(history.root.cid);
      expect((await official.getPointer()).toString()).toBe(root);
      if (step.ops.length > 0 && atcute !== null) expect(atcute).toBe(root);
      expectDiscipline(step, known);
      expect(new Set(history.store.nodes.keys())).toEqual(known);

      const proof = new BlockMap();
      for (const { cid, bytes } of history.tree.coveringProof(step.ops.map((op) => op.path))) proof.set(cid, bytes);
      expect(invertOps(proof, history.root.cid, step.ops, sha256)).toEqual(step.before);
      expect(invertOps(proof, history.root.cid, random.shuffle(step.ops), sha256)).toEqual(step.before);
    }
    expectConsistent(history);
  }, 120_000);
});

describe("covering proofs", () => {
  it("let the official implementation invert every commit too", async () => {
    const random = new Random(31);
    const history = new History(random, randomKeys(random, 200));
    for (const growth of phases(250)) {
      const { before, ops } = history.step(growth);
      const blocks = new OracleBlocks();
      for (const { cid, bytes } of history.tree.coveringProof(ops.map((op) => op.path))) blocks.set(CID.decode(cid), bytes);
      let tree = MST.load(new MemoryBlockstore(blocks), CID.decode(history.root.cid));
      for (const { action, path, prev } of random.shuffle(ops)) {
        if (prev === null) tree = await tree.delete(path);
        else tree = await (action === "update" ? tree.update(path, CID.decode(prev)) : tree.add(path, CID.decode(prev)));
      }
      expect((await tree.getPointer()).toString()).toBe(cidToString(before));
    }
  }, 60_000);

  it("hold at least what the official ones hold, and no block twice", async () => {
    const random = new Random(32);
    const history = new History(random, randomKeys(random, 150));
    for (let i = 0; i < 60; i++) history.step(0.9);
    let official = await MST.create(new MemoryBlockstore());
    for (const [key, cid] of history.model) official = await official.add(key, CID.decode(cid));
    for (const key of randomKeys(random, 60).concat([...history.model.keys()])) {
      const ours = history.tree.coveringProof([key]).map(({ cid }) => cidToString(cid));
      expect(new Set(ours).size).toBe(ours.length);
      const theirs = (await official.getCoveringProof(key)).cids().map(String);
      expect(ours).toEqual(expect.arrayContaining(theirs));
      // Of one path alone: the same, and its record.
      const record = history.model.get(key);
      const path = history.tree.pathProof(key).map(({ cid }) => cidToString(cid));
      expect([...path, ...(record === undefined ? [] : [cidToString(record)])]).toEqual((await official.cidsForPath(key)).map(String));
    }
  }, 60_000);

  it("stay consistent through a long history without oracles", () => {
    const random = new Random(33);
    const history = new History(random, randomKeys(random, 1500), { maxResidentBytes: 60_000 });
    for (const [i, growth] of phases(4000).entries()) {
      history.step(growth);
      if (i % 400 === 399) expectConsistent(history);
    }
  }, 60_000);
});
