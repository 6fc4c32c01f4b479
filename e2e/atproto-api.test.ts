import { AtpAgent, type ComAtprotoRepoApplyWrites, XRPCError } from "@atproto/api";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { headOf, NOTES, type Person, signUp } from "./test/people.ts";
import { ask } from "./test/xrpc.ts";

/** The name of the XRPC error that a call ends with. */
const errorOf = async (call: Promise<unknown>): Promise<{ status: number; error: string }> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof XRPCError) return { status: error.status, error: error.error };
    throw error;
  }
  throw new Error("the call succeeded");
};

const jtiOf = (jwt: string): string => (JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as { jti: string }).jti;

let ann: Person;

beforeAll(async () => {
  ann = await signUp("api-ann");
});

describe("@atproto/api: sessions", () => {
  test("an account that signed up is signed in, and its DID document names this host", async () => {
    expect(ann.agent.did).toBe(ann.did);
    expect(ann.agent.session?.handle).toBe("api-ann.test");
    // The client takes its host from the DID document that came with the session.
    expect(ann.agent.pdsUrl?.origin).toBe(inject("origin"));
    const { data } = await ann.agent.com.atproto.server.getSession();
    expect(data).toMatchObject({ did: ann.did, handle: ann.handle, email: "api-ann@example.com", active: true });
    expect(data.didDoc).toMatchObject({ id: ann.did, alsoKnownAs: [`at://${ann.handle}`] });
  });

  test("logs in by handle, by DID, and not with another password", async () => {
    for (const identifier of [ann.handle, ann.did, ann.handle.toUpperCase()]) {
      const agent = new AtpAgent({ service: inject("origin") });
      await agent.login({ identifier, password: ann.password });
      expect(agent.did).toBe(ann.did);
    }
    const agent = new AtpAgent({ service: inject("origin") });
    expect(await errorOf(agent.login({ identifier: ann.handle, password: "not it" }))).toEqual({ status: 401, error: "AuthenticationRequired" });
    expect(await errorOf(agent.login({ identifier: "nobody.test", password: "not it" }))).toEqual({ status: 401, error: "AuthenticationRequired" });
  });

  test("resumes a session and refreshes it by itself", async () => {
    const first = new AtpAgent({ service: inject("origin") });
    await first.login({ identifier: ann.handle, password: ann.password });
    const session = first.session!;
    const second = new AtpAgent({ service: inject("origin") });
    await second.resumeSession(session);
    expect(second.did).toBe(ann.did);
    await second.sessionManager.refreshSession();
    expect(jtiOf(second.session!.refreshJwt)).not.toBe(jtiOf(session.refreshJwt));
    expect((await second.com.atproto.server.getSession()).data.did).toBe(ann.did);
  });

  test("a refresh token has one successor, however often it is presented, and none after logging out", async () => {
    const agent = new AtpAgent({ service: inject("origin") });
    await agent.login({ identifier: ann.did, password: ann.password });
    const first = agent.session!.refreshJwt;
    const refresh = (token: string) => ask<{ accessJwt: string; refreshJwt: string; error?: string }>("com.atproto.server.refreshSession", { method: "POST", token });
    const [a, b, c] = [await refresh(first), await refresh(first), await refresh(first)];
    expect([a.status, b.status, c.status]).toEqual([200, 200, 200]);
    expect(jtiOf(a.json.refreshJwt)).not.toBe(jtiOf(first));
    expect([jtiOf(b.json.refreshJwt), jtiOf(c.json.refreshJwt)]).toEqual([jtiOf(a.json.refreshJwt), jtiOf(a.json.refreshJwt)]);

    const out = await ask("com.atproto.server.deleteSession", { method: "POST", token: a.json.refreshJwt });
    expect(out.status).toBe(200);
    for (const token of [first, a.json.refreshJwt]) {
      const refused = await refresh(token);
      expect([refused.status, refused.json.error]).toEqual([400, "ExpiredToken"]);
    }
  });

  test("an access token does not refresh, a refresh token does not write", async () => {
    const { accessJwt, refreshJwt } = ann.agent.session!;
    const refresh = await ask("com.atproto.server.refreshSession", { method: "POST", token: accessJwt });
    expect([refresh.status, refresh.json.error]).toEqual([400, "InvalidToken"]);
    const write = await ask("com.atproto.repo.createRecord", { token: refreshJwt, body: { repo: ann.did, collection: NOTES, record: { text: "no" } } });
    expect([write.status, write.json.error]).toEqual([400, "InvalidToken"]);
  });

  test("logs out", async () => {
    const agent = new AtpAgent({ service: inject("origin") });
    await agent.login({ identifier: ann.did, password: ann.password });
    const { refreshJwt } = agent.session!;
    await agent.logout();
    expect(agent.hasSession).toBe(false);
    const refused = await ask("com.atproto.server.refreshSession", { method: "POST", token: refreshJwt });
    expect([refused.status, refused.json.error]).toEqual([400, "ExpiredToken"]);
  });
});

describe("@atproto/api: identity and host", () => {
  test("describes the server and resolves handles", async () => {
    const { data } = await ann.agent.com.atproto.server.describeServer();
    expect(data).toMatchObject({ availableUserDomains: [".test"], inviteCodeRequired: false });
    expect(data.did).toBe(`did:web:${encodeURIComponent(new URL(inject("origin")).host)}`);
    expect((await ann.agent.resolveHandle({ handle: ann.handle })).data.did).toBe(ann.did);
    expect(await errorOf(ann.agent.resolveHandle({ handle: "nobody.test" }))).toEqual({ status: 400, error: "HandleNotFound" });
  });

  test("one name, one account", async () => {
    const agent = new AtpAgent({ service: inject("origin") });
    expect(await errorOf(agent.createAccount({ handle: ann.handle, email: "other@example.com", password: "12345678" }))).toEqual({ status: 400, error: "HandleNotAvailable" });
    expect(await errorOf(agent.createAccount({ handle: "api-ann.example.com", email: "other@example.com", password: "12345678" }))).toEqual({ status: 400, error: "UnsupportedDomain" });
    expect(await errorOf(agent.createAccount({ handle: "ab.test", email: "other@example.com", password: "12345678" }))).toEqual({ status: 400, error: "InvalidHandle" });
  });

  test("a token of one account does not write to another's repository", async () => {
    const ben = await signUp("api-ben");
    expect(await errorOf(ben.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, record: { text: "forged" } }))).toEqual({ status: 401, error: "AuthenticationRequired" });
  });
});

describe("@atproto/api: records", () => {
  test("writes and reads back, by DID and by handle", async () => {
    const record = { $type: NOTES, text: "first", createdAt: new Date().toISOString(), deep: { list: [1, 2, { yes: true }], nothing: null } };
    const { data } = await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, record });
    expect(data.validationStatus).toBe("unknown");
    expect(data.commit).toEqual(await headOf(ann.did));
    const rkey = data.uri.split("/").at(-1)!;
    for (const repo of [ann.did, ann.handle]) {
      const read = await ann.agent.com.atproto.repo.getRecord({ repo, collection: NOTES, rkey });
      expect(read.data).toEqual({ uri: `at://${ann.did}/${NOTES}/${rkey}`, cid: data.cid, value: record });
    }
    expect((await ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey, cid: data.cid })).data.value).toEqual(record);
    expect(await errorOf(ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "nothere" }))).toEqual({ status: 400, error: "RecordNotFound" });
  });

  test("lists newest first, in pages without gap or repeat, and the other way round", async () => {
    const collection = "org.example.page";
    const rkeys = Array.from({ length: 25 }, (_, i) => `k${String(i).padStart(3, "0")}`);
    for (const rkey of rkeys) await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection, rkey, record: { n: rkey } });
    const pages = async (reverse: boolean, limit: number) => {
      const seen: string[] = [];
      for (let cursor: string | undefined, i = 0; i < 30; i++) {
        const { data } = await ann.agent.com.atproto.repo.listRecords({ repo: ann.did, collection, limit, reverse, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...data.records.map((record) => record.uri.split("/").at(-1)!));
        cursor = data.cursor;
        if (cursor === undefined || data.records.length === 0) break;
      }
      return seen;
    };
    expect(await pages(false, 10)).toEqual(rkeys.toReversed());
    expect(await pages(false, 25)).toEqual(rkeys.toReversed());
    expect(await pages(true, 7)).toEqual(rkeys);
    expect((await ann.agent.com.atproto.repo.listRecords({ repo: ann.handle, collection })).data.records).toHaveLength(25);
    for (const limit of [0, 101]) expect(await errorOf(ann.agent.com.atproto.repo.listRecords({ repo: ann.did, collection, limit }))).toEqual({ status: 400, error: "InvalidRequest" });
    expect((await ann.agent.com.atproto.repo.listRecords({ repo: ann.did, collection: "org.example.none" })).data.records).toEqual([]);
  });

  test("puts: creates, updates with swapRecord, and refuses a swap that is out of date", async () => {
    const at = { repo: ann.did, collection: NOTES, rkey: "self" };
    const one = await ann.agent.com.atproto.repo.putRecord({ ...at, record: { v: 1 }, swapRecord: null });
    const two = await ann.agent.com.atproto.repo.putRecord({ ...at, record: { v: 2 }, swapRecord: one.data.cid });
    expect(two.data.cid).not.toBe(one.data.cid);
    const before = await headOf(ann.did);
    expect(await errorOf(ann.agent.com.atproto.repo.putRecord({ ...at, record: { v: 3 }, swapRecord: one.data.cid }))).toEqual({ status: 400, error: "InvalidSwap" });
    expect(await errorOf(ann.agent.com.atproto.repo.putRecord({ ...at, record: { v: 3 }, swapRecord: null }))).toEqual({ status: 400, error: "InvalidSwap" });
    expect(await errorOf(ann.agent.com.atproto.repo.deleteRecord({ ...at, swapRecord: one.data.cid }))).toEqual({ status: 400, error: "InvalidSwap" });
    expect(await headOf(ann.did)).toEqual(before);
    // Putting what is there already changes nothing, and says so by having no commit.
    const same = await ann.agent.com.atproto.repo.putRecord({ ...at, record: { v: 2 } });
    expect([same.data.cid, same.data.commit]).toEqual([two.data.cid, undefined]);
    expect(await headOf(ann.did)).toEqual(before);
  });

  test("applyWrites: all of it in one commit, or nothing", async () => {
    const write = (writes: ComAtprotoRepoApplyWrites.InputSchema["writes"], swapCommit?: string) =>
      ann.agent.com.atproto.repo.applyWrites({ repo: ann.did, writes, ...(swapCommit === undefined ? {} : { swapCommit }) });
    const create = (rkey: string, value: Record<string, unknown>) => ({ $type: "com.atproto.repo.applyWrites#create" as const, collection: NOTES, rkey, value });
    const before = await headOf(ann.did);
    const { data } = await write([create("w1", { n: 1 }), create("w2", { n: 2 }), create("w3", { n: 3 })], before.cid);
    expect(data.results?.map((result) => result.$type)).toEqual(Array.from({ length: 3 }, () => "com.atproto.repo.applyWrites#createResult"));
    expect(data.commit).toEqual(await headOf(ann.did));
    expect(await errorOf(write([create("w4", { n: 4 })], before.cid))).toEqual({ status: 400, error: "InvalidSwap" });
    const now = await headOf(ann.did);
    expect(await errorOf(write([create("w4", { n: 4 }), create("w1", { n: 1 })]))).toEqual({ status: 400, error: "InvalidRequest" });
    expect(await headOf(ann.did)).toEqual(now);
    expect(await errorOf(ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "w4" }))).toEqual({ status: 400, error: "RecordNotFound" });
    await write([
      { $type: "com.atproto.repo.applyWrites#update", collection: NOTES, rkey: "w1", value: { n: 10 } },
      { $type: "com.atproto.repo.applyWrites#delete", collection: NOTES, rkey: "w2" },
      create("w4", { n: 4 }),
    ]);
    const left = (await ann.agent.com.atproto.repo.listRecords({ repo: ann.did, collection: NOTES, limit: 100 })).data.records;
    expect(left.flatMap(({ uri, value }) => (/\/w\d$/.test(uri) ? [[uri.split("/").at(-1), value.n]] : []))).toEqual([["w4", 4], ["w3", 3], ["w1", 10]]);
  });

  test("deletes, and deleting what is not there is no error and no commit", async () => {
    const at = { repo: ann.did, collection: NOTES, rkey: "gone" };
    await ann.agent.com.atproto.repo.createRecord({ ...at, record: { v: 1 } });
    const first = await ann.agent.com.atproto.repo.deleteRecord(at);
    expect(first.data.commit).toEqual(await headOf(ann.did));
    const again = await ann.agent.com.atproto.repo.deleteRecord(at);
    expect(again.data.commit).toBeUndefined();
    expect(await headOf(ann.did)).toEqual(first.data.commit);
  });

  test("describes a repository", async () => {
    const { data } = await ann.agent.com.atproto.repo.describeRepo({ repo: ann.handle });
    expect(data).toMatchObject({ did: ann.did, handle: ann.handle, handleIsCorrect: true });
    expect(data.collections.toSorted()).toEqual([NOTES, "org.example.page"]);
  });
});

describe("@atproto/api: blobs", () => {
  test("uploads, is kept by a record that refers to it, and comes back as it went, harmless", async () => {
    const bytes = new TextEncoder().encode("<script>alert(1)</script>");
    const { data } = await ann.agent.uploadBlob(bytes, { encoding: "text/html" });
    expect(data.blob).toMatchObject({ mimeType: "text/html", size: bytes.length });
    const cid = data.blob.ref.toString();
    await ann.agent.com.atproto.repo.putRecord({ repo: ann.did, collection: NOTES, rkey: "withblob", record: { page: data.blob } });
    const read = await ann.agent.com.atproto.repo.getRecord({ repo: ann.did, collection: NOTES, rkey: "withblob" });
    expect(JSON.parse(JSON.stringify(read.data.value))).toMatchObject({ page: { $type: "blob", ref: { $link: cid }, mimeType: "text/html", size: bytes.length } });

    // The client turns what calls itself text into a string.
    expect((await ann.agent.com.atproto.sync.getBlob({ did: ann.did, cid })).data).toBe("<script>alert(1)</script>");
    // Compressed answers have no length of their own.
    const plain = await ask("com.atproto.sync.getBlob", { params: { did: ann.did, cid }, headers: { "accept-encoding": "identity" } });
    expect(plain.bytes).toEqual(bytes);
    expect(Object.fromEntries(plain.headers)).toMatchObject({
      "content-type": "text/html",
      "content-length": String(bytes.length),
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "content-disposition": `attachment; filename="${cid}"`,
      "access-control-allow-origin": "*",
    });
    expect((await ann.agent.com.atproto.sync.listBlobs({ did: ann.did })).data.cids).toEqual([cid]);
  });

  test("a record cannot refer to a blob that was never uploaded, nor lie about one", async () => {
    const { data } = await ann.agent.uploadBlob(new Uint8Array([1, 2, 3]), { encoding: "application/octet-stream" });
    const link = data.blob.ref.toString();
    const before = await headOf(ann.did);
    const put = (blob: unknown) => ann.agent.com.atproto.repo.putRecord({ repo: ann.did, collection: NOTES, rkey: "badblob", record: { blob } });
    const absent = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    expect(await errorOf(put({ $type: "blob", ref: { $link: absent }, mimeType: "text/plain", size: 1 }))).toEqual({ status: 400, error: "BlobNotFound" });
    expect(await errorOf(put({ $type: "blob", ref: { $link: link }, mimeType: "text/plain", size: 3 }))).toEqual({ status: 400, error: "InvalidMimeType" });
    expect(await headOf(ann.did)).toEqual(before);
  });

  test("the last record that refers to a blob takes it along", async () => {
    const { data } = await ann.agent.uploadBlob(new TextEncoder().encode("for two"), { encoding: "text/plain" });
    const cid = data.blob.ref.toString();
    for (const rkey of ["ref1", "ref2"]) await ann.agent.com.atproto.repo.putRecord({ repo: ann.did, collection: NOTES, rkey, record: { rkey, blob: data.blob } });
    await ann.agent.com.atproto.repo.deleteRecord({ repo: ann.did, collection: NOTES, rkey: "ref1" });
    expect((await ann.agent.com.atproto.sync.getBlob({ did: ann.did, cid })).success).toBe(true);
    await ann.agent.com.atproto.repo.deleteRecord({ repo: ann.did, collection: NOTES, rkey: "ref2" });
    expect(await errorOf(ann.agent.com.atproto.sync.getBlob({ did: ann.did, cid }))).toEqual({ status: 400, error: "BlobNotFound" });
  });
});
