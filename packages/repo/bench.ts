/**
 * Microseconds per commit of one create, tree work alone and with record, signature and event blocks, over stores in memory.
 * Run: node packages/repo/bench.ts
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { carBytes, cidOf, derToCompact, encode, jsonToLexMap, nextTid, PlaceStore, signCommit, Tree } from "./src/index.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const collection = "agent.comms.message";
const json = { $type: collection, text: "x".repeat(280), createdAt: "2026-11-21T00:00:00.000Z" };

let rev: string | undefined;
let micros = 1_790_000_000_000_000;
const tick = () => (rev = nextTid(rev, (micros += 1000), 1));

function measure(size: number, random: boolean) {
  const store = new PlaceStore();
  const tree = Tree.open(store, null, sha256);
  const key = () => {
    const tid = tick();
    return random ? `${collection}/${createHash("md5").update(tid).digest("hex").slice(0, 13)}` : `${collection}/${tid}`;
  };
  const cid = cidOf(sha256, encode(json));
  for (let i = 0; i < size; i++) tree.put(key(), cid);
  store.apply(tree.flush(store.allocate));
  const count = 2000;
  const treeTimes: number[] = [];
  const commitTimes: number[] = [];
  let written = 0;
  for (let i = 0; i < count; i++) {
    const whole = i % 2 === 1;
    const start = performance.now();
    const record = whole ? encode(jsonToLexMap(json)) : new Uint8Array();
    const value = whole ? cidOf(sha256, record) : cid;
    const path = key();
    tree.put(path, value);
    const delta = tree.flush(store.allocate);
    store.apply(delta);
    const proof = tree.coveringProof([path]);
    if (whole) {
      const unsigned = { did: "did:plc:yk4dd2qkboz2yv6tpubpc6co", data: delta.root.cid, rev: tick() };
      const commit = signCommit(unsigned, (bytes) => derToCompact(sign("sha256", bytes, privateKey)), sha256);
      carBytes(commit.cid, [commit, ...proof, { cid: value, bytes: record }]);
    }
    (whole ? commitTimes : treeTimes).push((performance.now() - start) * 1000);
    written += delta.written.length;
  }
  const median = (times: number[]) => Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0);
  console.log(`${String(size).padStart(7)} ${random ? "random" : "tid   "} tree+proof ${median(treeTimes)} us, whole commit ${median(commitTimes)} us, ${(written / count).toFixed(1)} nodes written, ${Math.round(tree.residentBytes / 1000)} kB resident`);
}

measure(1000, false);
for (const size of [1000, 10_000, 100_000]) for (const random of [false, true]) measure(size, random);
