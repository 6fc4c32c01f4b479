import { BlockMap, CarReader, type CidBytes, Tree, cidKey, cidToString, decodeCommit, encodeUnsigned, readCar, walkTree } from "@rookery/repo";
import { webcrypto } from "node:crypto";
import { fromUint8Array } from "@atcute/repo";
import { sha256 } from "../src/sha256.ts";
import type { Made } from "./agents.ts";

export async function bytesOf(stream: ReadableStream<Uint8Array> | Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Whether the agent signed this commit block, by WebCrypto alone. */
async function signedBy(agent: Pick<Made, "publicKey">, block: Uint8Array): Promise<boolean> {
  const commit = decodeCommit(block);
  const key = await webcrypto.subtle.importKey("raw", agent.publicKey, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return webcrypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, commit.sig, encodeUnsigned(commit));
}

export interface Exported {
  commit: CidBytes;
  rev: string;
  /** Path to record CID. */
  records: Map<string, string>;
  blocks: Map<string, Uint8Array>;
}

/** Whether the blocks of a CAR come in this order, repeated ones as often as they are met. */
function inOrder(car: Uint8Array, wanted: Iterable<CidBytes>): boolean {
  const reader = new CarReader(sha256);
  const found = reader.push(car).map(({ cid }) => cidKey(cid));
  reader.end();
  return JSON.stringify(found) === JSON.stringify(Array.from(wanted, cidKey));
}

/**
 * Check a full export: one root, a signed commit, every reachable block and nothing else, no block twice unless content is
 * equal, in the order of a streamable CAR; and that @atcute/repo reads the same records.
 */
export async function verifyExport(car: Uint8Array, agent: Made): Promise<Exported> {
  const { roots, blocks } = readCar(car, sha256);
  const root = roots[0];
  if (root === undefined || roots.length !== 1) throw new Error(`${roots.length} roots`);
  const block = blocks.get(cidKey(root));
  if (block === undefined || !(await signedBy(agent, block))) throw new Error("commit missing or not signed by the agent");
  const commit = decodeCommit(block);
  const reachable = new Set([cidKey(root)]);
  const records = new Map<string, string>();
  const order = [root];
  for (const step of walkTree(new BlockMap(blocks), { cid: commit.data, id: 0 })) {
    order.push(step.kind === "node" ? step.ref.cid : step.cid);
    if (step.kind === "node") reachable.add(cidKey(step.ref.cid));
    else {
      if (!blocks.has(cidKey(step.cid))) throw new Error(`no block for ${step.key}`);
      reachable.add(cidKey(step.cid));
      records.set(step.key, cidToString(step.cid));
    }
  }
  if (!inOrder(car, order)) throw new Error("not in the order of a streamable CAR");
  const stray = [...blocks.keys()].filter((key) => !reachable.has(key));
  if (stray.length > 0) throw new Error(`${stray.length} blocks that nothing refers to`);
  // Strict: heights and order of every key.
  for (const [key, cid] of Tree.open(new BlockMap(blocks), { cid: commit.data, id: 0 }, sha256, { strict: true }).entries())
    if (records.get(key) !== cidToString(cid)) throw new Error(`tree and walk differ at ${key}`);
  const theirs = new Map([...fromUint8Array(car)].map((entry) => [`${entry.collection}/${entry.rkey}`, entry.cid.$link]));
  if (JSON.stringify([...theirs].toSorted()) !== JSON.stringify([...records].toSorted())) throw new Error("@atcute/repo reads other records");
  return { commit: root, rev: commit.rev, records, blocks };
}
