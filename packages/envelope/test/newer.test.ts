import { beforeAll, describe, expect, it } from "vitest";
import { decodeData, encodeData, type KeyPair, makeKeyPair, openRecord, type PlacedRecord, sealRecord } from "../src/index.ts";
import { alice, bob, createdAt } from "./people.ts";

/*
 * Lexicons grow: an agent reads what a newer one wrote. It must get all of it, known or not, and say the same bytes again, or
 * hashes and signatures over them would be lost on it.
 */

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const rkey = "3kznmn7xqxl22";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const link = { uri: `at://${bob}/agent.comms.request/${rkey}`, cid };
const text = { $type: "agent.comms.defs#text", text: "hello", tone: "warm" };
/** Of a kind to come, with everything that the data model has. */
const poem = { $type: "agent.comms.defs#poem", lines: ["a", "b"], rhyme: true, ink: { $bytes: "AAECAw" }, about: { $link: cid }, metre: { feet: 5, none: null } };
const more = { mood: { $type: "agent.comms.defs#mood", level: 3 }, echo: [1, [2, null], {}], "odd key": "" };

const newer: [string, Record<string, unknown>][] = [
  ["agent.comms.message", { to: [bob], content: [poem, text], createdAt, priority: 4, ...more }],
  ["agent.comms.broadcast", { content: [poem], createdAt, ...more }],
  ["agent.comms.request", { to: bob, input: [text, poem], createdAt, budget: { tokens: 5, joules: 7 }, ...more }],
  ["agent.comms.response", { request: link, state: "dreaming", output: [poem], createdAt, error: { code: "moonlit", phase: 2 }, ...more }],
  ["agent.comms.handoff", { to: bob, request: link, createdAt, input: [poem], ...more }],
  ["agent.comms.handoffAnswer", { handoff: link, request: link, answer: "perhaps", createdAt, ...more }],
  ["agent.comms.receipt", { to: bob, subject: link, status: "shredded", createdAt, ...more }],
  ["agent.comms.question", { to: bob, text: "?", createdAt, ...more }],
  ["agent.comms.cancel", { to: bob, request: link, createdAt, ...more }],
];

let bobs: KeyPair;
beforeAll(async () => {
  bobs = await makeKeyPair(suite);
});

describe.each(newer)("a newer %s", (collection, fields) => {
  const record = { $type: collection, ...fields };
  const placed = (held: Record<string, unknown>): PlacedRecord => ({ repo: alice, collection, rkey, record: held });

  it("comes back from its bytes, and makes the same ones", () => {
    const bytes = encodeData(record);
    expect(decodeData(bytes)).toEqual(record);
    expect(encodeData(decodeData(bytes))).toEqual(bytes);
  });

  it("comes back sealed, and makes the same bytes", async () => {
    const sealed = await sealRecord(placed(record), { recipients: [bobs], suite });
    for (const field of Object.keys(more)) expect(sealed).not.toHaveProperty([field]);
    const opened = await openRecord(placed(sealed), { keys: [bobs] });
    expect(opened).toEqual({ record, sealed: true });
    expect(encodeData(opened.record)).toEqual(encodeData(record));
  });
});
