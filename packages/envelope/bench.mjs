// What sealing costs in time and bytes, beside what the primitives alone cost in the same run:
//
//   node bench.mjs [--json]

import { encode } from "@ipld/dag-cbor";
import { DEFAULT_SUITE, encodeData, makeKeyPair, open, seal, SUITES } from "./src/index.ts";
import { suiteOf } from "./src/suites.ts";

const CONTENT_BYTES = 1000;
const RECIPIENTS = [1, 2, 8, 32];
const context = { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", collection: "agent.comms.message", rkey: "3kznmn7xqxl22", routing: { $type: "agent.comms.message", createdAt: "2026-11-21T09:00:00.000Z" } };
const plaintext = new Uint8Array(CONTENT_BYTES).fill(97);

const micros = async (work) => {
  const began = performance.now();
  await work();
  return (performance.now() - began) * 1000;
};

/** Medians of microseconds of several works, one after the other in each round, so that a busy machine is busy for all. */
const medians = async (works, rounds = 41) => {
  const times = works.map(() => []);
  for (let round = -5; round < rounds; round++) {
    for (const [at, work] of works.entries()) {
      const took = await micros(work);
      if (round >= 0) times[at].push(took);
    }
  }
  return times.map((all) => Math.round(all.toSorted((a, b) => a - b)[all.length >> 1]));
};

const rows = [];
for (const suite of SUITES) {
  const pairs = await Promise.all(Array.from({ length: Math.max(...RECIPIENTS) }, () => makeKeyPair(suite)));
  const hpke = suiteOf(suite).hpke();
  const publicKeys = await Promise.all(pairs.map(({ publicKey }) => hpke.DeserializePublicKey(publicKey)));
  const privateKey = await hpke.DeserializePrivateKey(pairs[0].privateKey, true);
  const wrapped = await hpke.Seal(publicKeys[0], new Uint8Array(32));
  for (const count of RECIPIENTS) {
    const recipients = pairs.slice(0, count);
    const sealing = () => seal({ plaintext, type: "agent.comms.message", context, suite, recipients });
    const sealed = await sealing();
    const [sealMicros, hpkeSealMicros, openMicros, hpkeOpenMicros] = await medians(
      [
        sealing,
        async () => {
          for (const key of publicKeys.slice(0, count)) await hpke.Seal(key, new Uint8Array(32));
        },
        () => open({ sealed, context, ring: { keys: pairs.slice(0, 1) } }),
        () => hpke.Open(privateKey, wrapped.encapsulatedSecret, wrapped.ciphertext),
      ],
      count > 8 ? 11 : 41,
    );
    rows.push({ suite, recipients: count, sealMicros, hpkeSealMicros, openMicros, hpkeOpenMicros, overheadBytes: encodeData(sealed).length - encode(plaintext).length });
  }
}
const epochKey = new Uint8Array(32).fill(1);
const sealing = () => seal({ plaintext, type: "agent.memory.note", context, epochKey });
const sealed = await sealing();
const [sealMicros, openMicros] = await medians([sealing, () => open({ sealed, context, ring: { epochKeys: [epochKey] } })]);
rows.push({ suite: "private", recipients: 0, sealMicros, openMicros, overheadBytes: encodeData(sealed).length - encode(plaintext).length });

if (process.argv.includes("--json")) console.log(JSON.stringify({ contentBytes: CONTENT_BYTES, node: process.version, rows }));
else {
  console.log(`${CONTENT_BYTES} bytes of content, Node ${process.version}, medians in microseconds; default suite ${DEFAULT_SUITE}`);
  console.table(rows);
}
