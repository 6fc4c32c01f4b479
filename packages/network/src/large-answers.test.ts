import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type ErrorBody, type Login, ORIGIN, note, provision, xrpc } from "../test/client.ts";

const COLLECTION = "com.example.note";
const LARGE = 990_000;
const RECORDS = 3;
/** More than an isolate holds until they are read. */
const READERS = 48;

let alice: Login;
const cids: string[] = [];

beforeAll(async () => {
  alice = await provision();
  for (let i = 0; i < RECORDS; i++) {
    const made = await xrpc<{ cid: string }>("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection: COLLECTION, rkey: `l${i}`, record: note(`${i}`.padEnd(LARGE, "x")) } });
    cids.push(made.body.cid);
  }
  await xrpc("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection: COLLECTION, rkey: "small", record: note("small") } });
});

/** Ask, and read nothing of the answer. */
const open = (nsid: string, params: Record<string, string> | [string, string][]) => exports.default.fetch(new Request(`${ORIGIN}/xrpc/${nsid}?${new URLSearchParams(params)}`));

const record = () => open("com.atproto.repo.getRecord", { repo: alice.did, collection: COLLECTION, rkey: "l0" });
const proof = () => open("com.atproto.sync.getRecord", { did: alice.did, collection: COLLECTION, rkey: "l0" });
const list = () => open("com.atproto.repo.listRecords", { repo: alice.did, collection: COLLECTION });

describe("large answers", () => {
  it.each([["getRecord", record], ["sync.getRecord", proof], ["listRecords", list]])("of %s that nobody reads are so many in an isolate; others are told to come again, and small ones go on", async (_, ask) => {
    const answers: Response[] = [];
    for (let i = 0; i < READERS; i++) answers.push(await ask());
    const [given, refused] = [answers.filter(({ status }) => status === 200), answers.filter(({ status }) => status !== 200)];
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(READERS - 10);
    for (const answer of refused) expect([answer.status, (await answer.json<ErrorBody>()).error]).toEqual([503, "NotEnoughResources"]);
    expect((await xrpc("com.atproto.repo.getRecord", { params: { repo: alice.did, collection: COLLECTION, rkey: "small" } })).status).toBe(200);
    // Read or left, each gives back what it has.
    for (const [i, answer] of given.entries()) await (i % 2 === 0 ? answer.arrayBuffer() : answer.body?.cancel());
    // An object hears of it a moment later.
    await expect.poll(async () => (await (await ask()).arrayBuffer()).byteLength).toBeGreaterThan(LARGE);
  });

  it("have all that was asked for", async () => {
    const { records } = await (await list()).json<{ records: { value: { text: string } }[] }>();
    expect(records.map(({ value }) => value.text.length)).toEqual([5, LARGE, LARGE, LARGE]);
    const blocks = await open("com.atproto.sync.getBlocks", [["did", alice.did], ...cids.map((cid): [string, string] => ["cids", cid])]);
    expect((await blocks.arrayBuffer()).byteLength).toBeGreaterThan(RECORDS * LARGE);
  });
});
