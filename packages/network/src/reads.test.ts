import { env, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { readCar } from "@rookery/repo";
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ADMIN, ORIGIN, type Login, ask, freshName, note, provision, xrpc } from "../test/client.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const COLLECTION = "com.example.note";

let alice: Login;
const post = (nsid: string, json: unknown) => xrpc<{ uri: string; cid: string; commit: { cid: string; rev: string } }>(nsid, { json, auth: alice.access });
const create = async (record: Record<string, unknown>, rkey?: string) => {
  const made = await post("com.atproto.repo.createRecord", { repo: alice.did, collection: COLLECTION, record, ...(rkey === undefined ? {} : { rkey }) });
  expect(made.status).toBe(200);
  return made.body;
};

/** One request, its body as bytes. */
const fetchRaw = async (nsid: string, params: Record<string, string>, headers: Record<string, string> = {}, method = "GET") => {
  const answer = await exports.default.fetch(new Request(`${ORIGIN}/xrpc/${nsid}?${new URLSearchParams(params)}`, { method, headers }));
  return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
};

beforeEach(async () => {
  alice = await provision(freshName(), "self");
});

describe("what is read from a repository", () => {
  it("comes with the repository's rev", async () => {
    const { commit } = await create(note("hello"), "a");
    const asked: [string, Record<string, string>][] = [
      ["com.atproto.repo.getRecord", { repo: alice.handle, collection: COLLECTION, rkey: "a" }],
      ["com.atproto.repo.listRecords", { repo: alice.did, collection: COLLECTION }],
      ["com.atproto.sync.getRepo", { did: alice.did }],
      ["com.atproto.sync.getRecord", { did: alice.did, collection: COLLECTION, rkey: "a" }],
      ["com.atproto.sync.getBlocks", { did: alice.did, cids: commit.cid }],
      ["com.atproto.sync.listBlobs", { did: alice.did }],
    ];
    for (const [nsid, params] of asked) {
      const answer = await fetchRaw(nsid, params);
      expect([nsid, answer.status, answer.headers.get("atproto-repo-rev")]).toEqual([nsid, 200, commit.rev]);
      expect(answer.headers.get("access-control-expose-headers")).toContain("Atproto-Repo-Rev");
    }
  });

  it("is not sent again to who has it, until it changes", async () => {
    const { cid, commit } = await create(note("hello"), "a");
    const asked: [string, Record<string, string>, string][] = [
      ["com.atproto.repo.getRecord", { repo: alice.did, collection: COLLECTION, rkey: "a" }, cid],
      ["com.atproto.sync.getRepo", { did: alice.did }, commit.cid],
      ["com.atproto.sync.getRecord", { did: alice.did, collection: COLLECTION, rkey: "none" }, commit.cid],
    ];
    for (const [nsid, params, content] of asked) {
      const { headers } = await fetchRaw(nsid, params);
      expect([headers.get("etag"), headers.get("vary")?.split(", ")]).toEqual([`"${content}"`, expect.arrayContaining(["Accept-Encoding"])]);
      for (const tag of [`"${content}"`, `W/"${content}"`, `"other", "${content}"`, "*"]) {
        const again = await fetchRaw(nsid, params, { "if-none-match": tag });
        expect([nsid, again.status, again.bytes.length, again.headers.get("etag"), again.headers.get("atproto-repo-rev")]).toEqual([nsid, 304, 0, `"${content}"`, commit.rev]);
      }
      expect((await fetchRaw(nsid, params, { "if-none-match": '"other"' })).status).toBe(200);
    }
    await post("com.atproto.repo.putRecord", { repo: alice.did, collection: COLLECTION, rkey: "a", record: note("changed") });
    for (const [nsid, params, content] of asked) expect([nsid, (await fetchRaw(nsid, params, { "if-none-match": `"${content}"` })).status]).toEqual([nsid, 200]);
  });

  it("may be asked about with HEAD, which opens no export", async () => {
    const { commit } = await create(note("hello"));
    for (let i = 0; i < 12; i++) {
      const head = await fetchRaw("com.atproto.sync.getRepo", { did: alice.did }, {}, "HEAD");
      expect([head.status, head.bytes.length, head.headers.get("etag"), head.headers.get("content-type")]).toEqual([200, 0, `"${commit.cid}"`, "application/vnd.ipld.car"]);
    }
    expect((await fetchRaw("com.atproto.repo.listRecords", { repo: alice.did, collection: COLLECTION }, {}, "HEAD")).status).toBe(200);
    // And is told no more than that nothing is new (RFC 9110, 13.1.2).
    for (const [tag, status] of [[`"${commit.cid}"`, 304], ['"other"', 200]] as const)
      expect((await fetchRaw("com.atproto.sync.getRepo", { did: alice.did }, { "if-none-match": tag }, "HEAD")).status).toBe(status);
  });

  it("has the commit first, then nodes before what is in them", async () => {
    for (let i = 0; i < 40; i++) await create(note(`${i}`));
    const { bytes } = await fetchRaw("com.atproto.sync.getRepo", { did: alice.did });
    const { roots, blocks } = readCar(bytes, sha256);
    expect([...blocks.keys()][0]).toBe(Buffer.from(roots[0] as Uint8Array).toString("latin1"));
    expect(blocks.size).toBeGreaterThan(40);
  });

  it("is also to be had by its deprecated names", async () => {
    const { commit } = await create(note("hello"), "a");
    expect(await xrpc("com.atproto.sync.getHead", { params: { did: alice.did } })).toMatchObject({ status: 200, body: { root: commit.cid } });
    const whole = await fetchRaw("com.atproto.sync.getRepo", { did: alice.did });
    // There is no `since` in it, so everything is told.
    const checkout = await fetchRaw("com.atproto.sync.getCheckout", { did: alice.did, since: commit.rev });
    expect([checkout.status, checkout.headers.get("content-type"), checkout.headers.get("atproto-repo-rev")]).toEqual([200, "application/vnd.ipld.car", commit.rev]);
    expect(checkout.bytes).toEqual(whole.bytes);
  });

  it("is refused while the account is inactive, but to itself and the admin", async () => {
    const { commit } = await create(note("hello"), "a");
    expect((await xrpc("com.atproto.server.deactivateAccount", { json: {}, auth: alice.access })).status).toBe(200);
    const sync: [string, Record<string, string>][] = [
      ["com.atproto.sync.getRepo", { did: alice.did }],
      ["com.atproto.sync.getRecord", { did: alice.did, collection: COLLECTION, rkey: "a" }],
      ["com.atproto.sync.getBlocks", { did: alice.did, cids: commit.cid }],
      ["com.atproto.sync.listBlobs", { did: alice.did }],
      ["com.atproto.sync.getLatestCommit", { did: alice.did }],
      ["com.atproto.sync.getHead", { did: alice.did }],
      ["com.atproto.sync.getCheckout", { did: alice.did }],
    ];
    for (const [nsid, params] of sync) {
      expect([nsid, await xrpc(nsid, { params })]).toMatchObject([nsid, { status: 400, body: { error: "RepoDeactivated", message: `Repo has been deactivated: ${alice.did}` } }]);
      for (const auth of [alice.access, ADMIN]) expect([nsid, (await fetchRaw(nsid, params, { authorization: auth })).status]).toEqual([nsid, 200]);
    }
    expect(await xrpc("com.atproto.repo.listRecords", { params: { repo: alice.did, collection: COLLECTION } })).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: `Could not find repo: ${alice.did}` } });
    expect(await xrpc("com.atproto.repo.describeRepo", { params: { repo: alice.did }, auth: alice.access })).toMatchObject({ status: 400, body: { error: "RepoDeactivated" } });
  });
});

describe("blobs", () => {
  const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  interface Uploaded { blob: { $type: "blob"; ref: { $link: string }; mimeType: string; size: number } }
  const upload = async (bytes: Uint8Array | ReadableStream<Uint8Array>, type: string) =>
    ask<Uploaded & { error: string; message: string }>("/xrpc/com.atproto.repo.uploadBlob", { body: bytes as BodyInit, auth: alice.access, headers: { "content-type": type } });
  /** Upload and refer to it. */
  const put = async (bytes: Uint8Array, type: string) => {
    const { blob } = (await upload(bytes, type)).body;
    await create({ ...note("with a file"), file: blob }, "file");
    return { did: alice.did, cid: blob.ref.$link };
  };

  it("are what their bytes say, whatever the client says", async () => {
    const gif = Buffer.from("GIF89a\x01\x00\x01\x00\x00\x00\x00;", "latin1");
    const webp = Buffer.concat([Buffer.from("RIFF\x24\x00\x00\x00WEBPVP8 ", "latin1"), Buffer.alloc(24)]);
    const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 0x18]), Buffer.from("ftypmp42\x00\x00\x00\x00mp42isom", "latin1"), Buffer.alloc(5_000)]);
    const cases: [Uint8Array, string, string][] = [
      [PNG, "text/plain", "image/png"], [gif, "image/png", "image/gif"], [webp, "application/octet-stream", "image/webp"], [mp4, "video/quicktime", "video/mp4"],
      [Buffer.from("<script>alert(1)</script>"), "text/html; charset=utf-8", "text/html"], [Buffer.from("plain"), "Text/Plain", "Text/Plain"], [new Uint8Array(), "image/png", "image/png"],
    ];
    for (const [bytes, said, is] of cases) expect((await upload(new Uint8Array(bytes), said)).body.blob).toMatchObject({ mimeType: is, size: bytes.length });
    // Without a length, in pieces.
    const pieces = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < PNG.length; at += 5) controller.enqueue(new Uint8Array(PNG.subarray(at, at + 5)));
        controller.close();
      },
    });
    expect((await upload(pieces, "text/plain")).body.blob).toMatchObject({ mimeType: "image/png", size: PNG.length });
    expect(await upload(new Uint8Array(PNG), "nonsense")).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "Request encoding (Content-Type) required but not provided" } });
  });

  it("that are an archive with much in it are looked into, and stored whole", async () => {
    // Larger than what the detector takes in at once.
    const entry = (name: string, size: number) => {
      const head = Buffer.alloc(30);
      head.writeUInt32LE(0x04034b50, 0);
      head.writeUInt32LE(size, 18);
      head.writeUInt32LE(size, 22);
      head.writeUInt16LE(name.length, 26);
      return Buffer.concat([head, Buffer.from(name), Buffer.alloc(size, 0x61)]);
    };
    const docx = Buffer.concat([entry("junk/first.bin", 1_500_000), entry("[Content_Types].xml", 100), entry("word/document.xml", 100), entry("junk/last.bin", 900_000)]);
    const { body } = await upload(new Uint8Array(docx), "application/zip");
    expect(body.blob.size).toBe(docx.length);
    await create({ ...note("with a file"), file: body.blob }, "file");
    const back = await fetchRaw("com.atproto.sync.getBlob", { did: alice.did, cid: body.blob.ref.$link });
    expect(createHash("sha256").update(back.bytes).digest("hex")).toBe(createHash("sha256").update(docx).digest("hex"));
    expect(back.headers.get("content-type")).toBe(body.blob.mimeType);
  });

  it("are never executed here", async () => {
    const params = await put(Buffer.from("<script>alert(1)</script>"), "text/html");
    const { status, headers } = await fetchRaw("com.atproto.sync.getBlob", params);
    expect([status, Object.fromEntries(headers)]).toMatchObject([200, {
      "vary": "Accept-Encoding, Authorization",
      "content-type": "text/html", "content-length": "25", "content-security-policy": "default-src 'none'; sandbox", "x-content-type-options": "nosniff",
      "content-disposition": `attachment; filename="${params.cid}"`, etag: `"${params.cid}"`, "accept-ranges": "bytes",
    }]);
  });

  it("are sent in parts", async () => {
    const bytes = new Uint8Array(3_000).map((_, i) => i % 251);
    const params = await put(bytes, "application/x-test");
    const part = (range: string, more: Record<string, string> = {}) => fetchRaw("com.atproto.sync.getBlob", params, { range, ...more });
    for (const [range, from, to] of [["bytes=0-0", 0, 1], ["bytes=100-299", 100, 300], ["bytes=2990-", 2990, 3000], ["bytes=-10", 2990, 3000], ["bytes=0-99999", 0, 3000]] as const) {
      const answer = await part(range);
      expect([answer.status, answer.headers.get("content-range"), answer.headers.get("content-length")]).toEqual([206, `bytes ${from}-${to - 1}/3000`, String(to - from)]);
      expect(answer.bytes).toEqual(bytes.slice(from, to));
    }
    for (const range of ["bytes=3000-", "bytes=-0"]) {
      const answer = await part(range);
      expect([answer.status, answer.headers.get("content-range"), answer.bytes.length]).toEqual([416, "bytes */3000", 0]);
    }
    for (const range of ["bytes=5-2", "bytes=0-1,5-6", "pages=1-2"]) expect((await part(range)).bytes.length).toBe(3000);
    expect((await part("bytes=0-1", { "if-range": `"${params.cid}"` })).status).toBe(206);
    expect((await part("bytes=0-1", { "if-range": '"another"' })).status).toBe(200);
    expect((await part("bytes=0-1", { "if-none-match": `"${params.cid}"` })).status).toBe(304);
  });

  it("are asked about with HEAD", async () => {
    const params = await put(Buffer.from("twelve bytes"), "text/plain");
    const head = await fetchRaw("com.atproto.sync.getBlob", params, {}, "HEAD");
    expect([head.status, head.bytes.length, head.headers.get("content-length"), head.headers.get("content-type")]).toEqual([200, 0, "12", "text/plain"]);
    // Parts are of GET alone (RFC 9110, 14.2).
    for (const range of ["bytes=0-1", "bytes=99-"]) {
      const part = await fetchRaw("com.atproto.sync.getBlob", params, { range }, "HEAD");
      expect([range, part.status, part.headers.get("content-length"), part.headers.get("content-range")]).toEqual([range, 200, "12", null]);
    }
    expect((await fetchRaw("com.atproto.sync.getBlob", params, { "if-none-match": `"${params.cid}"` }, "HEAD")).status).toBe(304);
  });

  it("are not to be had while nothing refers to them, or while the account is inactive", async () => {
    const { blob } = (await upload(Buffer.from("nobody's"), "text/plain")).body;
    const params = { did: alice.did, cid: blob.ref.$link };
    expect(await xrpc("com.atproto.sync.getBlob", { params })).toMatchObject({ status: 400, body: { error: "BlobNotFound", message: "Blob not found" } });
    await create({ ...note("x"), file: blob });
    const open = await fetchRaw("com.atproto.sync.getBlob", params);
    expect([open.status, open.headers.get("cache-control")]).toEqual([200, "public, max-age=300, no-transform"]);
    await xrpc("com.atproto.server.deactivateAccount", { json: {}, auth: alice.access });
    expect(await xrpc("com.atproto.sync.getBlob", { params })).toMatchObject({ status: 400, body: { error: "RepoDeactivated" } });
    const own = await fetchRaw("com.atproto.sync.getBlob", params, { authorization: alice.access });
    expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, max-age=300, no-transform"]);
  });

  it("that an old profile names in the form of 2022 are named as today's when it is changed, as in the official PDS", async () => {
    const { blob } = (await upload(PNG, "image/png")).body;
    const avatar = { cid: blob.ref.$link, mimeType: "image/png" };
    const change = (record: object) => post("com.atproto.repo.putRecord", { repo: alice.did, collection: "app.bsky.actor.profile", rkey: "self", record });
    expect(await change({ avatar })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect((await change({ displayName: "Alice" })).status).toBe(200);
    expect((await change({ displayName: "Alice", avatar })).status).toBe(200);
    const { body } = await xrpc<{ value: object }>("com.atproto.repo.getRecord", { params: { repo: alice.did, collection: "app.bsky.actor.profile", rkey: "self" } });
    expect(body.value).toEqual({ $type: "app.bsky.actor.profile", displayName: "Alice", avatar: blob });
    expect((await fetchRaw("com.atproto.sync.getBlob", { did: alice.did, cid: avatar.cid })).status).toBe(200);
    expect(await change({ avatar: { ...avatar, cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" } })).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "Blob not found" } });
  });

  it("leave R2 with the last record that refers to them", async () => {
    const params = await put(Buffer.from("soon gone"), "text/plain");
    const objects = async () => (await env.BLOBS.list({ prefix: `blobs/${alice.did}/` })).objects.length;
    expect(await objects()).toBe(1);
    await post("com.atproto.repo.putRecord", { repo: alice.did, collection: COLLECTION, rkey: "file", record: note("without it") });
    expect((await fetchRaw("com.atproto.sync.getBlob", params)).status).toBe(400);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
    try {
      await runInDurableObject(env.AGENT.get(env.AGENT.idFromName(alice.did)), (instance) => instance.alarm());
    } finally {
      vi.useRealTimers();
    }
    expect(await objects()).toBe(0);
  });
});
