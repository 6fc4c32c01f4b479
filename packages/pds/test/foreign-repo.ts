import { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import {
  BlockMap, type CarBlock, type CidBytes, type LexMap, Tree, carBlock, carHeader, cidOf, encode, encodeUnsigned, signCommit, tidOf, walkTree,
} from "@rookery/repo";
import { sha256 } from "../src/sha256.ts";

/** A repository of another host: its blocks, and who signed it. */
export interface ForeignRepo {
  commit: CarBlock;
  rev: string;
  data: CidBytes;
  /** In pre-order. */
  nodes: CarBlock[];
  /** By path. */
  records: Map<string, CarBlock>;
}

export const blockOf = (bytes: Uint8Array): CarBlock => ({ cid: cidOf(sha256, bytes), bytes });
export const recordBlock = (record: LexMap): CarBlock => blockOf(encode(record));

/** A key as other hosts have it. */
export const foreignKey = () => Secp256k1PrivateKeyExportable.createKeypair();

/** The signed commit over a tree. @param rev TID; an hour ago when absent. */
export async function commitBlock(did: string, data: CidBytes, key: Secp256k1PrivateKeyExportable, rev = tidOf((Date.now() - 3_600_000) * 1000, 7)): Promise<CarBlock> {
  const sig = await key.sign(encodeUnsigned({ did, data, rev }));
  return signCommit({ did, data, rev }, () => sig, sha256);
}

/** A repository with these records, as the reference would make it. */
export async function foreignRepo(did: string, key: Secp256k1PrivateKeyExportable, records: Map<string, LexMap>, rev?: string): Promise<ForeignRepo> {
  const tree = Tree.open(new BlockMap(), null, sha256);
  const blocks = new Map<string, CarBlock>();
  for (const [path, record] of records) {
    const block = recordBlock(record);
    blocks.set(path, block);
    tree.put(path, block.cid);
  }
  const delta = tree.flush(() => 0);
  const store = new BlockMap();
  for (const { cid, bytes } of delta.written) store.set(cid, bytes);
  const nodes: CarBlock[] = [];
  for (const step of walkTree(store, { cid: delta.root.cid, id: 0 })) if (step.kind === "node") nodes.push({ cid: step.ref.cid, bytes: step.bytes });
  const commit = await commitBlock(did, delta.root.cid, key, rev);
  return { commit, rev: rev ?? "", data: delta.root.cid, nodes, records: blocks };
}

/** A CAR of blocks in the order given. */
export function carOf(root: CidBytes, blocks: Iterable<CarBlock>): Uint8Array {
  return new Uint8Array(Buffer.concat([carHeader(root), ...[...blocks].map(({ cid, bytes }) => carBlock(cid, bytes))]));
}

/** All of it in the order of a streamable CAR, or what `change` makes of the blocks. */
export function carOfRepo(repo: ForeignRepo, change: (blocks: CarBlock[]) => CarBlock[] = (blocks) => blocks): Uint8Array {
  return carOf(repo.commit.cid, change([repo.commit, ...repo.nodes, ...repo.records.values()]));
}

/** A stream of pieces of a size that fits nothing; with `fault`, it breaks off at the end. */
export function streamOf(bytes: Uint8Array, { piece = 10_007, fault }: { piece?: number; fault?: Error } = {}): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const send = async () => {
    const writer = writable.getWriter();
    for (let at = 0; at < bytes.length; at += piece) await writer.write(bytes.slice(at, at + piece));
    await (fault === undefined ? writer.close() : writer.abort(fault));
  };
  // Whoever reads may stop reading.
  send().catch(() => undefined);
  return readable;
}
