import { runInDurableObject } from "cloudflare:test";
import { CODEC_RAW, cidOf, cidToString } from "@rookery/repo";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { type Made, makeAgent, op, value } from "./agents.ts";
import { world } from "./worker.ts";

const COLLECTION = "com.example.picture";
const cidFor = (text: string) => cidToString(cidOf(sha256, new TextEncoder().encode(text), CODEC_RAW));

const upload = (agent: Made, text: string, key = `key-${text}`) => agent.api.putBlob({ cid: cidFor(text), mimeType: "image/png", size: 5, key });

const picture = (rkey: string, texts: string[], blob: object = {}) =>
  op({
    action: "put", collection: COLLECTION, rkey,
    record: { images: texts.map((text) => ({ $type: "blob", ref: { $link: cidFor(text) }, mimeType: "image/png", size: 5, ...blob })) },
  });

const remove = (rkey: string) => op({ action: "delete", collection: COLLECTION, rkey });

const listed = async (agent: Made, since?: string) => value(await agent.api.syncBlobs({ reader: "owner", limit: 100, ...(since === undefined ? {} : { since }) })).cids;

/** Let some time pass, and the alarm ring. */
async function alarm(agent: Made, ms = 10_000): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

afterEach(() => {
  vi.useRealTimers();
  world.deleted.length = 0;
});

describe("blobs", () => {
  it("are not taken by an account that is going", async () => {
    const agent = await makeAgent();
    value(await agent.api.announceDeletion());
    expect(await upload(agent, "late")).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
    expect(value(await agent.api.takeBlobKeys({ limit: 10 }))).toEqual([]);
  });

  it("are readable once a record refers to them", async () => {
    const agent = await makeAgent();
    value(await upload(agent, "a"));
    expect(await agent.api.syncBlob({ reader: "owner", cid: cidFor("a") })).toMatchObject({ ok: false, error: { name: "BlobNotFound" } });
    expect(await listed(agent)).toEqual([]);
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    expect(value(await agent.api.syncBlob({ reader: "owner", cid: cidFor("a") }))).toEqual({ cid: cidFor("a"), mimeType: "image/png", size: 5, key: "key-a" });
    expect(await listed(agent)).toEqual([cidFor("a")]);
  });

  it("must be there, as the record says they are", async () => {
    const agent = await makeAgent();
    expect(await agent.api.write({ ops: [picture("1", ["a"])] })).toMatchObject({ error: { status: 400, name: "BlobNotFound" } });
    value(await upload(agent, "a"));
    expect(await agent.api.write({ ops: [picture("1", ["a"], { mimeType: "image/gif" })] })).toMatchObject({ error: { status: 400, name: "InvalidMimeType" } });
    expect(await agent.api.write({ ops: [picture("1", ["a"], { size: 6 })] })).toMatchObject({ error: { status: 400, name: "InvalidSize" } });
    expect(await listed(agent)).toEqual([]);
  });

  it("are compared with what is said of them once", async () => {
    const agent = await makeAgent();
    value(await upload(agent, "a"));
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    value(await agent.api.write({ ops: [picture("2", ["a"], { mimeType: "image/jpeg", size: 7 })] }));
    expect(value(await agent.api.syncBlob({ reader: "owner", cid: cidFor("a") }))).toMatchObject({ mimeType: "image/png", size: 5 });
  });

  it("go with their last reference, by alarm, and not before", async () => {
    const agent = await makeAgent();
    for (const text of ["a", "b", "c"]) value(await upload(agent, text));
    value(await agent.api.write({ ops: [picture("1", ["a", "b"]), picture("2", ["b", "c"])] }));
    value(await agent.api.write({ ops: [picture("1", ["c"])] }));
    expect((await listed(agent)).toSorted()).toEqual([cidFor("b"), cidFor("c")].toSorted());
    expect(world.deleted).toEqual([]);
    await alarm(agent);
    expect(world.deleted).toEqual(["key-a"]);
    // The reference moves within one commit: never without one.
    value(await agent.api.write({ ops: [remove("2"), picture("3", ["b"])] }));
    expect((await listed(agent)).toSorted()).toEqual([cidFor("b"), cidFor("c")].toSorted());
    value(await agent.api.write({ ops: [remove("1"), remove("3")] }));
    await alarm(agent);
    expect(world.deleted.toSorted()).toEqual(["key-a", "key-b", "key-c"]);
  });

  it("list with since and cursor", async () => {
    const agent = await makeAgent();
    for (const text of ["a", "b", "c"]) value(await upload(agent, text));
    const first = value(await agent.api.write({ ops: [picture("1", ["a", "b"])] }));
    value(await agent.api.write({ ops: [picture("2", ["b", "c"])] }));
    // In records that came since, also those that were there before.
    expect(await listed(agent, first.commit?.rev)).toEqual([cidFor("b"), cidFor("c")].toSorted());
    expect(await listed(agent, value(await agent.api.getHead()).rev)).toEqual([]);
    const page = value(await agent.api.syncBlobs({ reader: "owner", limit: 2 }));
    const rest = value(await agent.api.syncBlobs({ reader: "owner", limit: 2, cursor: page.cursor ?? "" }));
    expect([...page.cids, ...rest.cids]).toEqual([cidFor("a"), cidFor("b"), cidFor("c")].toSorted());
    // A cursor whenever there is a last one, as the reference.
    expect(rest.cursor).toBe(rest.cids.at(-1));
    expect(value(await agent.api.syncBlobs({ reader: "owner", limit: 2, cursor: rest.cursor ?? "" }))).toMatchObject({ cids: [] });
  });

  it("uploaded twice keep one object, and the other goes", async () => {
    const agent = await makeAgent();
    value(await upload(agent, "a", "one"));
    value(await upload(agent, "a", "two"));
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    value(await upload(agent, "a", "three"));
    // Said twice, because the first answer was lost.
    value(await upload(agent, "a", "two"));
    expect(value(await agent.api.syncBlob({ reader: "owner", cid: cidFor("a") })).key).toBe("two");
    await alarm(agent);
    expect(world.deleted.toSorted()).toEqual(["one", "three"]);
  });

  it("whose upload came to nothing leave no object, whether or not anybody says so", async () => {
    const agent = await makeAgent();
    for (const key of ["done", "said", "unsaid"]) value(await agent.api.reserveBlob({ key }));
    value(await upload(agent, "a", "done"));
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    value(await agent.api.discardBlob({ key: "said" }));
    await alarm(agent);
    expect(world.deleted).toEqual(["said"]);
    await alarm(agent, 25 * 3_600_000);
    expect(world.deleted).toEqual(["said", "unsaid"]);
    expect(value(await agent.api.syncBlob({ reader: "owner", cid: cidFor("a") })).key).toBe("done");
  });

  it("are bounded while nothing refers to them, those under way included", async () => {
    const agent = await makeAgent();
    await runInDurableObject(agent.stub, (_, { storage: { sql } }) => {
      for (let i = 0; i < 999; i++) sql.exec("INSERT INTO blob (cid, mime, size, r2_key, temp_since) VALUES (?, 'a/b', 1, ?, 1)", `c${i}`, `k${i}`);
    });
    value(await agent.api.reserveBlob({ key: "last" }));
    expect(await agent.api.reserveBlob({ key: "one too many" })).toMatchObject({ ok: false, error: { status: 429, name: "RateLimitExceeded" } });
    value(await upload(agent, "a", "last"));
    expect((await agent.api.reserveBlob({ key: "still" })).ok).toBe(false);
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    expect((await agent.api.reserveBlob({ key: "now" })).ok).toBe(true);
  });

  it("are counted once they are here, not while they are on their way", async () => {
    const agent = await makeAgent();
    const imported = async () => value(await agent.api.countAccount()).importedBlobs;
    value(await agent.api.reserveBlob({ key: "one" }));
    expect(await imported()).toBe(0);
    value(await upload(agent, "a", "one"));
    expect(await imported()).toBe(1);
  });

  it("nobody refers to expire after a day", async () => {
    const agent = await makeAgent();
    value(await upload(agent, "a"));
    await alarm(agent);
    expect(world.deleted).toEqual([]);
    await alarm(agent, 25 * 3_600_000);
    expect(world.deleted).toEqual(["key-a"]);
    expect(await runInDurableObject(agent.stub, (_, { storage: { sql } }) => sql.exec("SELECT * FROM due").toArray())).toEqual([]);
  });

  it("are handed out when the account goes", async () => {
    const agent = await makeAgent();
    for (const text of ["a", "b", "c"]) value(await upload(agent, text));
    value(await agent.api.write({ ops: [picture("1", ["a"])] }));
    const keys: string[] = [];
    for (let some = value(await agent.api.takeBlobKeys({ limit: 2 })); some.length > 0; some = value(await agent.api.takeBlobKeys({ limit: 2 }))) keys.push(...some);
    expect(keys.toSorted()).toEqual(["key-a", "key-b", "key-c"]);
  });
});
