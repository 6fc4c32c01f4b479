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

/** Median of microseconds per call, after a few that do not count. */
const median = async (work, { rounds = 41, warm = 5 } = {}) => {
  const times = [];
  for (let i = -warm; i < rounds; i++) {
    const began = performance.now();
    await work();
    if (i >= 0) times.push((performance.now() - began) * 1000);
  }
  return Math.round(times.sort((a, b) => a - b)[times.length >> 1]);
};

const rows = [];
for (const suite of SUITES) {
  const pairs = await Promise.all(Array.from({ length: Math.max(...RECIPIENTS) }, () => makeKeyPair(suite)));
  const hpke = suiteOf(suite).hpke();
  const publicKey = await hpke.DeserializePublicKey(pairs[0].publicKey);
  const primitiveSeal = await median(() => hpke.Seal(publicKey, new Uint8Array(32)));
  const primitive = await hpke.Seal(publicKey, new Uint8Array(32));
  const primitiveOpen = await median(async () => hpke.Open(await hpke.DeserializePrivateKey(pairs[0].privateKey, true), primitive.encapsulatedSecret, primitive.ciphertext));
  for (const count of RECIPIENTS) {
    const recipients = pairs.slice(0, count);
    const sealing = () => seal({ plaintext, type: "agent.comms.message", context, suite, recipients });
    const sealed = await sealing();
    const rounds = count > 8 ? 11 : 41;
    rows.push({
      suite,
      recipients: count,
      sealMicros: await median(sealing, { rounds }),
      openMicros: await median(() => open({ sealed, context, ring: { keys: [pairs[count - 1]] } }), { rounds }),
      hpkeSealMicros: primitiveSeal * count,
      hpkeOpenMicros: primitiveOpen,
      overheadBytes: encodeData(sealed).length - encode(plaintext).length,
    });
  }
}
const epochKey = new Uint8Array(32).fill(1);
const sealing = () => seal({ plaintext, type: "agent.memory.note", context, epochKey });
const sealed = await sealing();
rows.push({ suite: "private", recipients: 0, sealMicros: await median(sealing), openMicros: await median(() => open({ sealed, context, ring: { epochKeys: [epochKey] } })), overheadBytes: encodeData(sealed).length - encode(plaintext).length });

if (process.argv.includes("--json")) console.log(JSON.stringify({ contentBytes: CONTENT_BYTES, node: process.version, rows }));
else {
  console.log(`${CONTENT_BYTES} bytes of content, Node ${process.version}, medians in microseconds; default suite ${DEFAULT_SUITE}`);
  console.table(rows);
}
