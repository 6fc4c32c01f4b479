import { fromUint8Array as readCar } from "@atcute/car";
import { P256PublicKey, parseDidKey } from "@atcute/crypto";
import { fromStream, fromUint8Array as readRepo, verifyRecord } from "@atcute/repo";
import { parseCid } from "@atproto/lex-data";
import { verifyProofs, verifyRecords, verifyRepoCar } from "@atproto/repo";
import { BlockMap, carBytes as makeCar, cidFromString, cidKey, cidToString, decodeCommit, walkTree } from "@rookery/repo";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { headOf, NOTES, type Person, signingKeyOf, signUp } from "./test/people.ts";
import { ask } from "./test/xrpc.ts";

const OTHER = "org.example.other";
const RECORDS = 150;

let ann: Person;
let ben: Person;
let key: P256PublicKey;
let didKey: string;

const createAll = ({ agent, did }: Person, collection: string, from: number, to: number) =>
  agent.com.atproto.repo.applyWrites({
    repo: did,
    writes: Array.from({ length: to - from }, (_, i) => ({
      $type: "com.atproto.repo.applyWrites#create" as const,
      collection,
      rkey: `r${String(from + i).padStart(4, "0")}`,
      // Some contents are equal: their records share a block.
      value: { text: `text ${(from + i) % 40}` },
    })),
  });

beforeAll(async () => {
  ann = await signUp("car-ann");
  ben = await signUp("car-ben");
  await createAll(ann, NOTES, 0, 100);
  await createAll(ann, OTHER, 100, RECORDS);
  await createAll(ben, NOTES, 0, 3);
  for (let i = 0; i < 30; i += 3) await ann.agent.com.atproto.repo.deleteRecord({ repo: ann.did, collection: NOTES, rkey: `r${String(i).padStart(4, "0")}` });
  didKey = await signingKeyOf(ann.did);
  key = await P256PublicKey.importRaw(parseDidKey(didKey).publicKeyBytes);
});

const carOf = async (method: string, params: Record<string, string | string[]>): Promise<Uint8Array<ArrayBuffer>> => {
  const answer = await ask(method, { params });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/vnd.ipld.car"]);
  return new Uint8Array(answer.bytes);
};

/** Path and CID of every record, as listRecords has them. */
const listed = async (): Promise<Map<string, string>> => {
  const all = new Map<string, string>();
  for (const collection of [NOTES, OTHER]) {
    for (let cursor: string | undefined, more = true; more; ) {
      const { data } = await ann.agent.com.atproto.repo.listRecords({ repo: ann.did, collection, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      for (const { uri, cid } of data.records) all.set(uri.split("/").slice(3).join("/"), cid);
      cursor = data.cursor;
      more = cursor !== undefined;
    }
  }
  return all;
};

const sorted = (map: Map<string, string>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const cidsOf = (car: Uint8Array): string[] => [...readCar(car)].map(({ cid }) => cidToString(cid.bytes));

describe("getRepo", () => {
  test("@atcute/repo reads it, at once and as a stream, and finds what listRecords has", async () => {
    const expected = sorted(await listed());
    expect(expected).toHaveLength(RECORDS - 10);
    const car = await carOf("com.atproto.sync.getRepo", { did: ann.did });
    expect(sorted(new Map([...readRepo(car)].map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.$link])))).toEqual(expected);

    const response = await fetch(`${inject("origin")}/xrpc/com.atproto.sync.getRepo?did=${ann.did}`);
    await using repo = fromStream(response.body ?? new ReadableStream());
    const streamed = new Map<string, string>();
    for await (const { collection, rkey, cid } of repo) streamed.set(`${collection}/${rkey}`, cid.$link);
    expect(repo.missingBlocks).toEqual([]);
    expect(sorted(streamed)).toEqual(expected);
  });

  test("@atcute/car: one root, the newest commit, which comes first, and nothing that it does not lead to", async () => {
    const car = await carOf("com.atproto.sync.getRepo", { did: ann.did });
    const { cid } = await headOf(ann.did);
    expect(readCar(car).roots.map(({ $link }) => $link)).toEqual([cid]);
    const cids = cidsOf(car);
    expect(cids[0]).toBe(cid);
    const blocks = new Map([...readCar(car)].map((entry) => [cidKey(entry.cid.bytes), entry.bytes]));
    const { data } = decodeCommit(blocks.get(cidKey(cidFromString(cid))) ?? new Uint8Array());
    const reached = [...walkTree(new BlockMap(blocks), { cid: data, id: 0 })].map((step) => cidToString(step.kind === "node" ? step.ref.cid : step.cid));
    expect(new Set(cids)).toEqual(new Set([cid, ...reached]));
  });

  test("@atproto/repo verifies it down to the signature", async () => {
    const verified = await verifyRepoCar(await carOf("com.atproto.sync.getRepo", { did: ann.did }), ann.did, didKey);
    expect(verified.creates).toHaveLength(RECORDS - 10);
    await expect(verifyRepoCar(await carOf("com.atproto.sync.getRepo", { did: ann.did }), ann.did, await signingKeyOf(ben.did))).rejects.toThrow();
  });

  test("since: what a reader had and what it gets then make the whole", async () => {
    const before = new Set(cidsOf(await carOf("com.atproto.sync.getRepo", { did: ann.did })));
    const { rev } = await headOf(ann.did);
    await createAll(ann, OTHER, RECORDS, RECORDS + 5);
    await ann.agent.com.atproto.repo.deleteRecord({ repo: ann.did, collection: OTHER, rkey: "r0149" });
    const part = cidsOf(await carOf("com.atproto.sync.getRepo", { did: ann.did, since: rev }));
    const whole = cidsOf(await carOf("com.atproto.sync.getRepo", { did: ann.did }));
    expect(part.length).toBeLessThan(whole.length / 2);
    expect(whole.filter((cid) => !before.has(cid) && !part.includes(cid))).toEqual([]);
  });
});

describe("getRepo while others write", () => {
  test("every export is one whole repository, and so is what a reader by since puts together", async () => {
    const { agent, did } = await signUp("car-busy");
    const signer = await signingKeyOf(did);
    const end = new AbortController();
    const storm = async (lane: number) => {
      for (let i = 0; !end.signal.aborted; i++) {
        const rkey = `l${lane}.${i % 60}`;
        if (i % 3 === 2) await agent.com.atproto.repo.deleteRecord({ repo: did, collection: NOTES, rkey: `l${lane}.${(i * 7) % 60}` });
        else await agent.com.atproto.repo.putRecord({ repo: did, collection: NOTES, rkey, record: { text: `text ${i % 9}`, padding: "x".repeat(3000) } });
      }
    };
    const lanes = [0, 1, 2, 3].map((lane) => storm(lane));
    const revs = new Set<string>();
    try {
      for (let i = 0; i < 25; i++) {
        const { creates, commit } = await verifyRepoCar(await carOf("com.atproto.sync.getRepo", { did }), did, signer);
        revs.add(commit.rev);
        expect(creates.length).toBeLessThanOrEqual(240);
      }
      const whole = await carOf("com.atproto.sync.getRepo", { did });
      const had = new Map([...readCar(whole)].map(({ cid, bytes }) => [cidToString(cid.bytes), bytes]));
      const { commit } = await verifyRepoCar(whole, did, signer);
      const part = await carOf("com.atproto.sync.getRepo", { did, since: commit.rev });
      for (const { cid, bytes } of readCar(part)) had.set(cidToString(cid.bytes), bytes);
      const blocks = [...had].map(([cid, bytes]) => ({ cid: cidFromString(cid), bytes }));
      const root = readCar(part).roots[0]?.$link ?? "";
      await verifyRepoCar(makeCar(cidFromString(root), blocks), did, signer);
    } finally {
      end.abort();
      await Promise.all(lanes);
    }
    expect(revs.size).toBeGreaterThan(5);
  });
});

describe("record proofs", () => {
  const proofOf = (collection: string, rkey: string) => carOf("com.atproto.sync.getRecord", { did: ann.did, collection, rkey });

  test("@atcute/repo accepts one with the account's key, and nothing else", async () => {
    const carBytes = await proofOf(NOTES, "r0001");
    const where = { did: ann.did as `did:plc:${string}`, collection: NOTES, rkey: "r0001", carBytes };
    const { data } = await ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "r0001" });
    expect(await verifyRecord({ ...where, publicKey: key })).toMatchObject({ cid: data.cid, record: data.value });
    const wrong = await P256PublicKey.importRaw(parseDidKey(await signingKeyOf(ben.did)).publicKeyBytes);
    await expect(verifyRecord({ ...where, publicKey: wrong })).rejects.toThrow(/signature/);
    await expect(verifyRecord({ ...where, publicKey: key, did: ben.did as `did:plc:${string}` })).rejects.toThrow(/did/);
    await expect(verifyRecord({ ...where, publicKey: key, rkey: "r0077" })).rejects.toThrow();
  });

  test("a changed byte anywhere is noticed", async () => {
    const carBytes = await proofOf(NOTES, "r0050");
    const { data } = await ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "r0050" });
    const claim = { collection: NOTES, rkey: "r0050", cid: parseCid(data.cid ?? "") };
    const holds = (bytes: Uint8Array) => verifyProofs(bytes, [claim], ann.did, didKey).then(({ verified }) => verified.length === 1, () => false);
    expect(await holds(carBytes)).toBe(true);
    const step = Math.max(1, Math.floor(carBytes.length / 60));
    for (let at = 1; at < carBytes.length; at += step) {
      const bad = carBytes.slice();
      bad[at] = (bad[at] ?? 0) ^ 0x20;
      expect(await holds(bad), `byte ${at} of ${carBytes.length}`).toBe(false);
    }
  });

  test("@atproto/repo accepts proofs of absence: before, between, after and in no collection", async () => {
    for (const [collection, rkey] of [[NOTES, "a"], [NOTES, "r0000"], [NOTES, "r0050x"], [OTHER, "zzzz"], ["org.example.none", "x"]] as const) {
      const carBytes = await proofOf(collection, rkey);
      const { verified, unverified } = await verifyProofs(carBytes, [{ collection, rkey, cid: null }], ann.did, didKey);
      expect([verified.length, unverified.length], `${collection}/${rkey}`).toEqual([1, 0]);
      await expect(verifyRecord({ did: ann.did as `did:plc:${string}`, collection, rkey, carBytes, publicKey: key })).rejects.toThrow(/could not find record/);
    }
  });

  test("@atproto/repo reads the record out of its proof", async () => {
    const records = await verifyRecords(await proofOf(OTHER, "r0120"), ann.did, didKey);
    expect(records.find(({ rkey }) => rkey === "r0120")?.record).toMatchObject({ text: "text 0" });
  });

  test("getBlocks gives the blocks that were asked for", async () => {
    const { cid } = await headOf(ann.did);
    const { data } = await ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "r0001" });
    const cids = cidsOf(await carOf("com.atproto.sync.getBlocks", { did: ann.did, cids: [cid, data.cid ?? ""] }));
    expect(new Set(cids)).toEqual(new Set([cid, data.cid]));
    const missing = await ask("com.atproto.sync.getBlocks", { params: { did: ann.did, cids: ["bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"] } });
    expect([missing.status, missing.json.error]).toEqual([400, "BlockNotFound"]);
  });
});
