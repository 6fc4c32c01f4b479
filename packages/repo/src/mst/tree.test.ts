import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import exampleKeys from "../../fixtures/mst/example_keys.txt?raw";
import prefixes from "../../fixtures/mst/common_prefix.json";
import heights from "../../fixtures/mst/key_heights.json";
import { cidFromString, cidToString } from "../cid.ts";
import { PlaceStore } from "../memory-store.ts";
import { PathError } from "../path.ts";
import { fixtureLines } from "../testing/lines.ts";
import { KeyNotFoundError } from "./errors.ts";
import { commonPrefix, keyHeight } from "./height.ts";
import { Tree } from "./tree.ts";

const CID = cidFromString("bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454");

/** A tree on a store, with what tests ask of it. */
function newTree() {
  const store = new PlaceStore();
  const tree = Tree.open(store, null, sha256);
  const key = (id: string) => `com.example.record/3jqfcqzm${id}2j`;
  return {
    store,
    tree,
    add: (...ids: string[]) => ids.forEach((id) => tree.put(key(id), CID)),
    remove: (id: string) => tree.delete(key(id)),
    root: () => {
      const delta = tree.flush(store.allocate);
      store.apply(delta);
      return cidToString(delta.root.cid);
    },
    keys: () => [...tree.entries()].map(([path]) => path),
  };
}

describe("key height and common prefix", () => {
  it.each(heights.map(({ key, height }) => [key, height] as const))("interop: height of '%s' is %i", (key, height) => {
    expect(keyHeight(sha256, key)).toBe(height);
  });

  it.each(prefixes.map(({ left, right, len }) => [left, right, len] as const))("interop: '%s' and '%s' share %i", (left, right, length) => {
    expect(commonPrefix(left, right)).toBe(length);
  });

  it("interop: the sample keys have the layer and place in order that their names say", () => {
    const keys = fixtureLines(exampleKeys);
    expect(keys).toHaveLength(156);
    for (const key of keys) expect(keyHeight(sha256, key), key).toBe(Number(key[1]));
    const { tree, keys: all, root } = newTree();
    for (const key of keys.toReversed()) tree.put(key, CID);
    root();
    expect(all()).toEqual(keys.toSorted());
  });
});

describe("known roots", () => {
  it("empty", () => {
    expect(newTree().root()).toBe("bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm");
  });

  it.each([
    ["trivial", ["3fo"], "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu"],
    ["singlelayer2", ["3fx"], "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai"],
    ["simple", ["3fp", "3fr", "3fs", "3ft", "4fc"], "bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m"],
  ])("%s", (_, ids, root) => {
    const forwards = newTree();
    forwards.add(...ids);
    expect(forwards.root()).toBe(root);
    const backwards = newTree();
    backwards.add(...ids.toReversed());
    expect(backwards.root()).toBe(root);
  });

  it("trims the top of the tree on delete", () => {
    const { add, remove, root } = newTree();
    add("3fn", "3fo", "3fp", "3fs", "3ft", "3fu");
    expect(root()).toBe("bafyreifnqrwbk6ffmyaz5qtujqrzf5qmxf7cbxvgzktl4e3gabuxbtatv4");
    remove("3fs");
    expect(root()).toBe("bafyreie4kjuxbwkhzg2i5dljaswcroeih4dgiqq6pazcmunwt2byd725vi");
  });

  it("splits two layers down, and back", () => {
    const { add, remove, root } = newTree();
    add("3fo", "3fp", "3fr", "3fs", "3ft", "3fz", "4fc", "4fd", "4ff", "4fg", "4fh");
    const before = "bafyreiettyludka6fpgp33stwxfuwhkzlur6chs4d2v4nkmq2j3ogpdjem";
    expect(root()).toBe(before);
    add("3fx");
    expect(root()).toBe("bafyreid2x5eqs4w4qxvc5jiwda4cien3gw2q6cshofxwnvv7iucrmfohpm");
    remove("3fx");
    expect(root()).toBe(before);
  });

  it("grows two layers at once, and back", () => {
    const { add, remove, root } = newTree();
    const low = "bafyreidfcktqnfmykz2ps3dbul35pepleq7kvv526g47xahuz3rqtptmky";
    const high = "bafyreiavxaxdz7o7rbvr3zg2liox2yww46t7g6hkehx4i4h3lwudly7dhy";
    add("3ft", "3fz");
    expect(root()).toBe(low);
    add("3fx");
    expect(root()).toBe(high);
    remove("3fx");
    expect(root()).toBe(low);
    add("3fx", "4fd");
    expect(root()).toBe("bafyreig4jv3vuajbsybhyvb7gggvpwh2zszwfyttjrj6qwvcsp24h6popu");
    remove("4fd");
    expect(root()).toBe(high);
  });

  it("comes back to the one empty node, in its place", () => {
    const { add, remove, root, store } = newTree();
    const empty = root();
    add("3fx", "3fo");
    root();
    remove("3fo");
    remove("3fx");
    expect(root()).toBe(empty);
    expect(store.nodes.size).toBe(1);
  });
});

describe("tree", () => {
  it("answers puts and deletes with what was there", () => {
    const { tree } = newTree();
    const other = cidFromString("bafyreidfcktqnfmykz2ps3dbul35pepleq7kvv526g47xahuz3rqtptmky");
    expect(tree.put("a.b.c/1", CID)).toBeNull();
    expect(tree.put("a.b.c/1", other)).toEqual(CID);
    expect(tree.get("a.b.c/1")).toEqual(other);
    expect(tree.get("a.b.c/2")).toBeNull();
    expect(tree.delete("a.b.c/1")).toEqual(other);
    expect(tree.get("a.b.c/1")).toBeNull();
  });

  it("changes nothing when it refuses", () => {
    const { tree, add, root } = newTree();
    add("3fx", "3fo");
    const before = root();
    expect(() => tree.delete("com.example.record/none")).toThrow(KeyNotFoundError);
    expect(() => tree.delete("com.example.record/none")).toThrow("com.example.record/none");
    for (const key of ["", "x", "a/b/c", "a/ b", "a/é"]) {
      expect(() => tree.put(key, CID)).toThrow(PathError);
      expect(() => tree.get(key)).toThrow(PathError);
      expect(() => tree.delete(key)).toThrow(PathError);
    }
    expect(tree.root).not.toBeNull();
    expect(root()).toBe(before);
  });

  it("writes nothing when a put sets what is there already", () => {
    const { tree, store, add, root } = newTree();
    add("3fx", "3fo");
    root();
    add("3fo");
    expect(tree.flush(store.allocate).written).toEqual([]);
  });

  it("goes back to the stored root after a failed transaction", () => {
    const { tree, store, add, root } = newTree();
    add("3fx", "3fo");
    const before = root();
    const stored = tree.root;
    add("3fz");
    tree.flush(store.allocate);
    tree.rollback(stored);
    expect(root()).toBe(before);
    expect(tree.get("com.example.record/3jqfcqzm3fz2j")).toBeNull();
    add("3fz");
    expect([...tree.entries()]).toHaveLength(3);
  });

  it("lists from a key on, inclusive", () => {
    const { tree } = newTree();
    const keys = ["a.b.c/1", "a.b.c/3", "a.b.c/5", "a.b.d/1"];
    for (const key of keys) tree.put(key, CID);
    for (const [from, count] of [["a.b.c/0", 4], ["a.b.c/1", 4], ["a.b.c/2", 3], ["a.b.c/5", 2], ["a.b.c/6", 1], ["b", 0]] as const) {
      expect([...tree.entries(from)].map(([key]) => key)).toEqual(keys.slice(4 - count));
    }
  });

  it("reads nothing to create at the right edge once warm", () => {
    const { store, tree, root } = newTree();
    let reads = 0;
    const read = store.read.bind(store);
    store.read = (ref) => (reads++, read(ref));
    for (let i = 0; i < 500; i++) {
      tree.put(`a.b.c/${String(i).padStart(6, "0")}`, CID);
      root();
      tree.coveringProof([`a.b.c/${String(i).padStart(6, "0")}`]);
    }
    expect(reads).toBe(0);
  });

  it("keeps decoded nodes within its bound", () => {
    const store = new PlaceStore();
    const tree = Tree.open(store, null, sha256, { maxResidentBytes: 50_000 });
    for (let i = 0; i < 3000; i++) {
      tree.put(`a.b.c/${(i * 7919) % 3000}`, CID);
      store.apply(tree.flush(store.allocate));
      // The bound holds between operations; one operation adds its path.
      expect(tree.residentBytes).toBeLessThan(80_000);
    }
    tree.shrink(0);
    expect(tree.residentBytes).toBe(0);
    expect([...tree.entries()]).toHaveLength(3000);
    expect(tree.residentBytes).toBe(0);
  });
});
