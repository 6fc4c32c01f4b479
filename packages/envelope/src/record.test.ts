import { validateRecord } from "@rookery/lexicon-agent-comms";
import { beforeAll, describe, expect, it } from "vitest";
import { alice, bob, carol, createdAt, filled } from "../test/people.ts";
import { grantRecord, type KeyPair, makeGrant, makeKeyPair, open, openRecord, type PlacedRecord, type RecordSealing, seal, sealRecord } from "./index.ts";

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const text = { $type: "agent.comms.defs#text", text: "the plan" };
const request = { uri: `at://${bob}/agent.comms.request/3kznmn7xqxl22`, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" };
const rkey = "3kznmn7xqxl22";
const placed = (collection: string, record: Record<string, unknown>): PlacedRecord => ({ repo: alice, collection, rkey, record: { $type: collection, ...record } });

const records: PlacedRecord[] = [
  placed("agent.comms.message", { to: [bob], content: [text], createdAt, priority: 5, conversation: "secret-project", thread: { root: request, parent: request } }),
  placed("agent.comms.broadcast", { audience: { $type: "agent.comms.defs#listed", dids: [bob] }, content: [text], createdAt }),
  placed("agent.comms.request", { to: bob, input: [text], createdAt, capability: "com.example.plan", deadline: createdAt }),
  placed("agent.comms.response", { request, state: "failed", output: [text], error: { code: "internal", message: "the plan failed" }, createdAt }),
  placed("agent.comms.response", { request, state: "working", createdAt }),
  placed("agent.comms.handoff", { to: bob, request, createdAt, reason: "the plan" }),
];

let bobs: KeyPair;
beforeAll(async () => {
  bobs = await makeKeyPair(suite);
});
const sealing = (): RecordSealing => ({ recipients: [bobs], suite });

describe.each(records)("a sealed $collection", (plain) => {
  it("is a valid record, tells nothing but the routing, and comes back whole", async () => {
    const sealed = await sealRecord(plain, sealing());
    expect(validateRecord(plain.collection, sealed)).toEqual({ known: true, ok: true });
    expect(JSON.stringify(sealed)).not.toMatch(/plan|secret|failed|working|deadline|thread|priority/);
    expect(await openRecord({ ...plain, record: sealed }, { keys: [bobs] })).toEqual({ record: plain.record, sealed: true });
  });

  it("does not open elsewhere, or beside other fields", async () => {
    const sealed = await sealRecord(plain, sealing());
    const others: Partial<PlacedRecord>[] = [{ repo: carol }, { rkey: "3kznmn7xqxl23" }, { record: { ...sealed, createdAt: "2026-11-21T09:00:01.000Z" } }, { record: { ...sealed, hopCount: 1 } }];
    for (const other of others) {
      await expect(openRecord({ ...plain, record: sealed, ...other }, { keys: [bobs] }), JSON.stringify(other).slice(0, 80)).rejects.toThrow("cannot be opened");
    }
  });

  it("stays as it is when it is not sealed", async () => {
    expect(await openRecord(plain, {})).toEqual({ record: plain.record, sealed: false });
  });
});

describe("what is inside", () => {
  const message = placed("agent.comms.message", { to: [bob], content: [text], createdAt });
  const routing = { $type: "agent.comms.message", to: [bob], createdAt };
  const withInside = async (plaintext: Record<string, unknown> | Uint8Array, type = "agent.comms.message", clear: Record<string, unknown> = routing) => {
    const content = await seal({ plaintext, type, context: { repo: alice, collection: "agent.comms.message", rkey, routing: clear }, ...sealing() });
    return openRecord({ ...message, record: { ...clear, content: [content] } }, { keys: [bobs] });
  };

  it("is read", async () => expect((await withInside({ content: [text] })).record["content"]).toEqual([text]));

  it.each<[string, Record<string, unknown> | Uint8Array, string?]>([
    ["says for itself where it goes", { content: [text], to: [carol] }],
    ["is invalid", { content: [{ ...text, text: 3 }] }],
    ["is nothing", {}],
    ["is no map", new Uint8Array([1])],
    ["is no data", new Uint8Array([255])],
    ["is of another type", { content: [text] }, "agent.comms.request"],
  ])("is refused when it %s", async (_name, plaintext, type) => {
    await expect(withInside(plaintext, type)).rejects.toThrow("cannot be opened");
  });

  it("says the state that the outside only stands in for", async () => {
    const response = placed("agent.comms.response", { request, state: "failed", createdAt });
    const outside = { $type: response.collection, request, createdAt, state: "sealed" };
    const withState = async (inside: Record<string, unknown>) => {
      const content = await seal({ plaintext: inside, type: response.collection, context: { repo: alice, collection: response.collection, rkey, routing: outside }, ...sealing() });
      return openRecord({ ...response, record: { ...outside, output: [content] } }, { keys: [bobs] });
    };
    expect((await withState({ state: "failed" })).record["state"]).toBe("failed");
    for (const inside of [{}, { state: "sealed" }]) await expect(withState(inside)).rejects.toThrow("cannot be opened");
    await expect(sealRecord({ ...response, record: { ...response.record, state: "sealed" } }, sealing())).rejects.toThrow("nothing of its own");
  });

  it("stands alone", async () => {
    const { content, ...rest } = await sealRecord(message, sealing());
    const [sealed] = content as unknown[];
    for (const parts of [[sealed, sealed], [text, sealed], [sealed, text]]) {
      await expect(openRecord({ ...message, record: { ...rest, content: parts } }, { keys: [bobs] })).rejects.toThrow("cannot be opened");
    }
  });

  it("does not open in another collection of the same form", async () => {
    const record = await sealRecord(message, sealing());
    await expect(openRecord({ ...message, collection: "agent.comms.broadcast", record }, { keys: [bobs] })).rejects.toThrow("cannot be opened");
  });

  it("names no plain blob", async () => {
    const blob = { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "image/png", size: 10 };
    const withFile = { ...message, record: { ...message.record, content: [{ $type: "agent.comms.defs#file", blob }] } };
    await expect(sealRecord(withFile, sealing())).rejects.toThrow("A plain blob");
  });

  it("has no form in other collections", async () => {
    await expect(sealRecord(placed("com.example.note", { text: "x" }), sealing())).rejects.toThrow("no sealed form");
  });
});

describe("a grant", () => {
  const context = { repo: alice, collection: "agent.comms.message", rkey, routing: { $type: "agent.comms.message", to: [bob], createdAt } };
  const subject = { uri: `at://${alice}/agent.comms.message/${rkey}`, cid: request.cid };
  const place = { repo: alice, rkey: "3kznmn7xqxl24" };

  it("opens one record for one more, and nothing else for nobody else", async () => {
    const carols = await makeKeyPair(suite);
    const input = { plaintext: new Uint8Array([1]), type: "agent.comms.message", context, ...sealing(), epochKey: filled(1) };
    const [sealed, other] = [await seal(input), await seal(input)];
    const record = await makeGrant({ sealed, context, ring: { epochKeys: [filled(1)] }, subject, place, to: carol, recipient: carols, suite, createdAt });
    expect(validateRecord("agent.comms.grant", record)).toEqual({ known: true, ok: true });
    const carolsRing = { keys: [carols] };
    expect((await open({ sealed, context, ring: carolsRing, grant: { ...place, record } })).plaintext).toEqual(new Uint8Array([1]));

    const refused = (over: Partial<Parameters<typeof open>[0]>) => expect(open({ sealed, context, ring: carolsRing, grant: { ...place, record }, ...over })).rejects.toThrow("cannot be opened");
    await refused({ sealed: other });
    await refused({ ring: { keys: [bobs] } });
    await refused({ ring: { keys: [{ ...bobs, keyId: carols.keyId }] } });
    await refused({ context: { ...context, rkey: "3kznmn7xqxl25" } });
    await refused({ grant: { ...place, rkey: "3kznmn7xqxl25", record } });
    await refused({ grant: { ...place, repo: bob, record } });
    for (const change of [{ to: bob }, { suite: "hpke-xwing-hkdfsha256-aes256gcm" }, { createdAt: "x" }, { subject: { ...subject, cid: "x" } }, { key: sealed.recipients[0] }, { more: 1 }, { key: undefined }]) {
      await refused({ grant: { ...place, record: { ...record, ...change } } });
    }
  });

  it("is made for whole records too", async () => {
    const carols = await makeKeyPair(suite);
    const plain = placed("agent.comms.message", { to: [bob], content: [text], createdAt });
    const record = await sealRecord(plain, { ...sealing(), epochKey: filled(1) });
    const granting = { subject, place, to: carol, recipient: carols, suite, createdAt } as const;
    const grant = { ...place, record: await grantRecord({ ...plain, record }, { epochKeys: [filled(1)] }, granting) };
    await expect(openRecord({ ...plain, record }, { keys: [carols] })).rejects.toThrow("cannot be opened");
    expect((await openRecord({ ...plain, record }, { keys: [carols] }, grant)).record).toEqual(plain.record);
    await expect(grantRecord(plain, { epochKeys: [filled(1)] }, granting)).rejects.toThrow("cannot be opened");
    await expect(grantRecord({ ...plain, collection: "com.example.note" }, {}, granting)).rejects.toThrow("cannot be opened");
  });

  it("is not made by who cannot open", async () => {
    const sealed = await seal({ plaintext: new Uint8Array([1]), type: "agent.comms.message", context, ...sealing() });
    const made = makeGrant({ sealed, context, ring: { epochKeys: [filled(1)] }, subject, place, to: carol, recipient: await makeKeyPair(suite), suite, createdAt });
    await expect(made).rejects.toThrow("cannot be opened");
  });
});
