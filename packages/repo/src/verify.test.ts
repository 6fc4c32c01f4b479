import { P256Keypair, verifySignature } from "@atproto/crypto";
import { verifyProofs, verifyRepoCar } from "@atproto/repo";
import { parsePublicMultikey, P256PublicKey } from "@atcute/crypto";
import { fromUint8Array, verifyRecord } from "@atcute/repo";
import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { beforeAll, describe, expect, it } from "vitest";
import { CarError, carBytes, type CarBlock } from "./car.ts";
import { encode } from "./cbor.ts";
import { cidOf, cidToString, type CidBytes } from "./cid.ts";
import { encodeUnsigned, signCommit } from "./commit.ts";
import { PlaceStore } from "./memory-store.ts";
import { MissingBlockError } from "./mst/errors.ts";
import { Tree } from "./mst/tree.ts";
import { PathError, splitPath } from "./path.ts";
import { randomKeys } from "./testing/history.ts";
import { Random } from "./testing/random.ts";
import { verifyProof } from "./verify.ts";

const DID = "did:plc:yk4dd2qkboz2yv6tpubpc6co";
const records = new Map<string, CarBlock>();
const store = new PlaceStore();
const tree = Tree.open(store, null, sha256);
const keys = randomKeys(new Random(51), 120);
const absent = randomKeys(new Random(52), 30);
let keypair: P256Keypair;
let commit: CarBlock;

beforeAll(async () => {
  for (const [i, path] of keys.entries()) {
    const bytes = encode({ $type: splitPath(path).collection, text: `record ${i}` });
    const cid = cidOf(sha256, bytes);
    records.set(path, { cid, bytes });
    tree.put(path, cid);
  }
  const { root } = tree.flush(store.allocate);
  const unsigned = { did: DID, data: root.cid, rev: "3jqfcqzm3fo2j" };
  keypair = await P256Keypair.create();
  const sig = await keypair.sign(encodeUnsigned(unsigned));
  commit = signCommit(unsigned, () => sig, sha256);
});

/** The proof of one path as com.atproto.sync.getRecord answers it. */
function proofOf(path: string): CarBlock[] {
  const record = records.get(path);
  return [commit, ...tree.coveringProof([path]), ...(record === undefined ? [] : [record])];
}
const carOf = (blocks: CarBlock[]) => carBytes(commit.cid, blocks);

describe("proofs", () => {
  it("of presence and absence convince us and both oracles", async () => {
    const { publicKeyBytes } = parsePublicMultikey(keypair.did().slice("did:key:".length));
    const publicKey = await P256PublicKey.importRaw(publicKeyBytes);
    for (const path of [...keys.slice(0, 40), ...absent]) {
      const car = carOf(proofOf(path));
      const result = verifyProof(car, path, sha256);
      const cid = records.get(path)?.cid ?? null;
      expect(result.cid).toEqual(cid);
      expect(result.record).toEqual(records.get(path)?.bytes ?? null);
      expect(result.commit.cid).toEqual(commit.cid);
      expect(await verifySignature(keypair.did(), encodeUnsigned(result.commit), result.commit.sig)).toBe(true);
      const { collection, rkey } = splitPath(path);
      const claim = { collection, rkey, cid: cid && CID.decode(cid) };
      expect((await verifyProofs(car, [claim], DID, keypair.did())).verified).toHaveLength(1);
      const atcute = verifyRecord({ carBytes: car, publicKey, did: DID, collection, rkey });
      if (cid === null) await expect(atcute).rejects.toThrow();
      else expect((await atcute).cid).toBe(cidToString(cid));
    }
  });

  it("are refused when incomplete", () => {
    for (const path of [...keys.slice(0, 20), ...absent.slice(0, 10)]) {
      const blocks = proofOf(path);
      const needed = new Set<CarBlock>();
      for (const block of blocks) {
        try {
          verifyProof(carOf(blocks.filter((other) => other !== block)), path, sha256);
        } catch (error) {
          expect(error).toBeInstanceOf(MissingBlockError);
          needed.add(block);
        }
      }
      // The commit, the root and the record always; neighbours' paths are not needed to read.
      const [commitBlock, root] = blocks;
      for (const block of [commitBlock, root, records.get(path)]) if (block !== undefined) expect(needed).toContain(block);
    }
  });

  it("are refused when any byte is changed", () => {
    for (const path of [keys[0] as string, absent[0] as string]) {
      const car = carOf(proofOf(path));
      for (let at = 0; at < car.length; at++) {
        const changed = car.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        expect(() => verifyProof(changed, path, sha256), `byte ${at}`).toThrow(/CAR|missing block/);
      }
    }
  });

  it("are refused with another root, and for a path that is none", () => {
    const path = keys[0] as string;
    const [, node] = proofOf(path);
    expect(() => verifyProof(carBytes((node as CarBlock).cid, proofOf(path)), path, sha256)).toThrow("not a commit");
    expect(() => verifyProof(carOf(proofOf(path)), "nonsense", sha256)).toThrow(PathError);
    expect(() => verifyProof(new Uint8Array(), path, sha256)).toThrow(CarError);
  });
});

describe("export", () => {
  /** Commit, then nodes with their records: what getRepo streams. */
  const exported = (): CarBlock[] => {
    const blocks = [commit];
    store.nodes.clear();
    const fresh = Tree.open(store, null, sha256);
    for (const [path, { cid }] of records) fresh.put(path, cid);
    store.apply(fresh.flush(store.allocate));
    for (const step of fresh.walk()) {
      if (step.kind === "node") blocks.push({ cid: step.ref.cid, bytes: step.bytes });
      else blocks.push({ cid: step.cid, bytes: records.get(step.key)?.bytes ?? new Uint8Array() });
    }
    return blocks;
  };

  it("is a repository to both oracles", async () => {
    const car = carOf(exported());
    const official = await verifyRepoCar(car, DID, keypair.did());
    expect(official.creates).toHaveLength(keys.length);
    const atcute = [...fromUint8Array(car)].map((entry) => `${entry.collection}/${entry.rkey}`);
    expect(atcute.toSorted()).toEqual(keys.toSorted());
  });

  it("leaves out subtrees that the reader has", () => {
    exported();
    const fresh = Tree.open(store, { cid: tree.root?.cid as CidBytes, id: [...store.nodes.keys()].at(-1) ?? 0 }, sha256);
    const refs: string[] = [];
    const top = [...fresh.walk((ref) => (refs.push(cidToString(ref.cid)), refs.length === 1))];
    expect(top.filter((step) => step.kind === "node")).toHaveLength(1);
    expect(refs.length).toBeGreaterThan(1);
    expect([...fresh.walk(() => false)]).toEqual([]);
  });
});
