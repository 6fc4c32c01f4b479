import type { CidBytes, Sha256 } from "../cid.ts";
import { InvalidNodeError, MissingBlockError } from "./errors.ts";
import { keyHeight } from "./height.ts";
import { type NodeData, readNode } from "./node-codec.ts";

/** What a check meets, in pre-order: a node that fits its place, or an entry of it. Ids are given from 1, the root's, upwards. */
export type CheckedStep = { kind: "node"; id: number; cid: CidBytes; bytes: Uint8Array; kids: number[] } | { kind: "record"; key: string; cid: CidBytes };

interface Frame extends NodeData {
  layer: number;
  kids: number[];
  /** Next place in it: child `at`, then entry `at`. */
  at: number;
  /** Children that were entered. */
  entered: number;
}

/**
 * Walk a tree that comes from a stranger and check all that makes it the one tree of its keys (repository specification, "MST
 * structure"): canonical nodes, every key in the layer its hash says, ascending over the whole tree, no layer left out, no
 * empty node but where a layer has no key, no empty top. Keeps one path in memory. Blocks match their CIDs: that is for
 * whoever reads them to see to. Throws {@link InvalidNodeError} and {@link MissingBlockError}.
 */
export function* checkTree(root: CidBytes, read: (cid: CidBytes) => Uint8Array | undefined, sha256: Sha256): Generator<CheckedStep> {
  const stack: Frame[] = [];
  let ids = 0;
  let last = "";

  /** The node's step; it is on the stack then. */
  const enter = (cid: CidBytes, id: number, place: number | undefined): CheckedStep => {
    const bytes = read(cid);
    if (bytes === undefined) throw new MissingBlockError(cid);
    const node = readNode(bytes);
    const layer = place ?? layerOfRoot(node, sha256);
    checkPlace(node, layer, place === undefined, sha256);
    const kids: number[] = [];
    for (const child of node.children) if (child !== null) kids.push(++ids);
    stack.push({ ...node, layer, kids, at: 0, entered: 0 });
    return { kind: "node", id, cid, bytes, kids };
  };

  yield enter(root, ++ids, undefined);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { at } = top;
    const child = top.children[at];
    if (child !== undefined && child !== null) {
      // Once each: the entry after it comes with the next turn.
      top.children[at] = null;
      yield enter(child, top.kids[top.entered++] ?? 0, top.layer - 1);
      continue;
    }
    const key = top.keys[at];
    const cid = top.values[at];
    if (key === undefined || cid === undefined) {
      stack.pop();
      continue;
    }
    if (key <= last) throw new InvalidNodeError(`keys repeated or out of order at ${key}`);
    last = key;
    top.at++;
    yield { kind: "record", key, cid };
  }
}

function layerOfRoot({ keys: [first], children }: NodeData, sha256: Sha256): number {
  if (first !== undefined) return keyHeight(sha256, first);
  if (children[0]) throw new InvalidNodeError("root without keys");
  return 0;
}

function checkPlace({ keys, children }: NodeData, layer: number, isRoot: boolean, sha256: Sha256): void {
  for (const key of keys) if (keyHeight(sha256, key) !== layer) throw new InvalidNodeError(`key in the wrong layer (${layer}): ${key}`);
  if (!isRoot && keys.length === 0 && !children[0]) throw new InvalidNodeError(`empty node in layer ${layer}`);
  if (layer === 0 && children.some((child) => child !== null)) throw new InvalidNodeError("a node of the bottom layer has children");
}
