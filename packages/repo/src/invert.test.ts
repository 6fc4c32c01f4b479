import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import fixtures from "../fixtures/firehose/commit-proof-fixtures.json";
import { cidFromString, cidToString, type CidBytes } from "./cid.ts";
import { InversionError, invertOps, type RepoOp } from "./invert.ts";
import { BlockMap, PlaceStore } from "./memory-store.ts";
import { MissingBlockError } from "./mst/errors.ts";
import { Tree } from "./mst/tree.ts";
import type { NodeBlock } from "./mst/store.ts";
import { History, phases, randomCid, randomKeys } from "./testing/history.ts";
import { Random } from "./testing/random.ts";

const blockMap = (blocks: NodeBlock[]) => {
  const map = new BlockMap();
  for (const { cid, bytes } of blocks) map.set(cid, bytes);
  return map;
};

function permutations<T>(items: T[]): T[][] {
  return items.length < 2 ? [items] : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => rest.toSpliced(0, 0, item)));
}

describe("interop commit proofs", () => {
  it.each(fixtures.map((fixture) => [fixture.comment, fixture] as const))("%s", (_, fixture) => {
    const leaf = cidFromString(fixture.leafValue);
    const tree = Tree.open(new PlaceStore(), null, sha256);
    for (const key of fixture.keys) tree.put(key, leaf);
    const before = tree.flush(() => 1).root.cid;
    expect(cidToString(before)).toBe(fixture.rootBeforeCommit);
    for (const key of fixture.adds) tree.put(key, leaf);
    for (const key of fixture.dels) tree.delete(key);
    const after = tree.flush(() => 1).root.cid;
    expect(cidToString(after)).toBe(fixture.rootAfterCommit);
    const proof = tree.coveringProof([...fixture.adds, ...fixture.dels]);
    expect(proof.map(({ cid }) => cidToString(cid)).toSorted()).toEqual(fixture.blocksInProof.toSorted());
    const ops: RepoOp[] = [
      ...fixture.adds.map((path) => ({ action: "create" as const, path, cid: leaf, prev: null })),
      ...fixture.dels.map((path) => ({ action: "delete" as const, path, cid: null, prev: leaf })),
    ];
    for (const order of permutations(ops)) expect(invertOps(blockMap(proof), after, order, sha256)).toEqual(before);
  });
});

describe("invertOps", () => {
  /** The outcome of an inversion, errors of the expected kinds included. */
  const attempt = (store: BlockMap, root: CidBytes, ops: RepoOp[]): CidBytes | "missing" | "contradiction" => {
    try {
      return invertOps(store, root, ops, sha256);
    } catch (error) {
      if (error instanceof MissingBlockError) return "missing";
      if (error instanceof InversionError) return "contradiction";
      throw error;
    }
  };

  it("never takes an incomplete proof or an altered operation for the truth", () => {
    const random = new Random(41);
    const history = new History(random, randomKeys(random, 150));
    let missing = 0;
    for (const growth of phases(300)) {
      const { before, ops } = history.step(growth);
      if (ops.length === 0) continue;
      const proof = history.tree.coveringProof(ops.map((op) => op.path));
      const root = history.root.cid;
      // Without one block: missing, or (when only a neighbour's path needed it) still the truth.
      const less = attempt(blockMap(proof.toSpliced(random.int(proof.length), 1)), root, ops);
      if (less === "missing") missing++;
      else expect(less).toEqual(before);
      const full = blockMap(proof);
      // Without one operation, or with another value in it.
      const at = random.int(ops.length);
      expect(attempt(full, root, ops.toSpliced(at, 1))).not.toEqual(before);
      const op = ops[at] as RepoOp;
      if (op.prev !== null) expect(attempt(full, root, ops.with(at, { ...op, prev: randomCid(random) }))).not.toEqual(before);
      if (op.cid !== null) expect(attempt(full, root, ops.with(at, { ...op, cid: randomCid(random) }))).toBe("contradiction");
    }
    expect(missing).toBeGreaterThan(200);
  });

  it("refuses operations that cannot be", () => {
    const random = new Random(42);
    const history = new History(random, randomKeys(random, 20));
    for (let i = 0; i < 10; i++) history.step(1);
    const [path, cid] = [...history.model][0] as [string, CidBytes];
    const store = blockMap(history.tree.coveringProof([path, "a.b.c/none"]));
    const impossible: RepoOp[] = [
      { action: "create", path: "a.b.c/none", cid, prev: null },
      { action: "create", path, cid, prev: cid },
      { action: "update", path, cid, prev: null },
      { action: "delete", path, cid: null, prev: cid },
      { action: "delete", path: "a.b.c/none", cid: null, prev: null },
    ];
    for (const op of impossible) expect(() => invertOps(store, history.root.cid, [op], sha256)).toThrow(InversionError);
  });
});
