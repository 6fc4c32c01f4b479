import { exports } from "cloudflare:workers";
import { readCar } from "@rookery/repo";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ORIGIN, type Login, freshName, note, provision, xrpc } from "../../test/client.ts";

const COLLECTION = "com.example.note";
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

let alice: Login;

beforeAll(async () => {
  alice = await provision(freshName(), "self");
  for (const [rkey, text] of [["large", "words and ".repeat(200)], ["small", "words"]] as const)
    await xrpc("com.atproto.repo.putRecord", { json: { repo: alice.did, collection: COLLECTION, rkey, record: note(text) }, auth: alice.access });
});

const LARGE = () => ({ repo: alice.did, collection: COLLECTION, rkey: "large" });

const read = async (nsid: string, params: Record<string, string>, headers: Record<string, string>, method = "GET") => {
  const answer = await exports.default.fetch(new Request(`${ORIGIN}/xrpc/${nsid}?${new URLSearchParams(params)}`, { method, headers }));
  return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
};

const codingOf = async (encodings: string | undefined, nsid = "com.atproto.repo.getRecord", params = LARGE(), method = "GET") =>
  (await read(nsid, params, encodings === undefined ? {} : { "accept-encoding": encodings }, method)).headers.get("content-encoding");

describe("large answers", () => {
  it.each(["gzip", "GZIP", "gzip, deflate, br, zstd", "deflate, gzip;q=0.5", "*", "br;q=1.0,gzip;q=0.8,*;q=0.1", "identity;q=0.5, gzip"])("are packed for who accepts %s", async (encodings) =>
    expect(await codingOf(encodings)).toBe("gzip"));

  it.each([undefined, "", "identity", "br", "gzip;q=0", "gzip;q=0, *", "*;q=0", "gzip;q=0.5, identity", "gzip;q=much", "gzipped"])("are not for who accepts %s", async (encodings) =>
    expect(await codingOf(encodings)).toBeNull());

  it("are JSON and CARs, and say the same as before", async () => {
    for (const [nsid, params] of [["com.atproto.repo.getRecord", LARGE()], ["com.atproto.repo.listRecords", { repo: alice.did, collection: COLLECTION }], ["com.atproto.sync.getRepo", { did: alice.did }], ["com.atproto.sync.getRecord", { ...LARGE(), did: alice.did }]] as const) {
      const plain = await read(nsid, params, {});
      const packed = await read(nsid, params, { "accept-encoding": "gzip" });
      expect([nsid, packed.status, packed.headers.get("content-encoding"), plain.headers.get("content-encoding")]).toEqual([nsid, 200, "gzip", null]);
      expect(packed.bytes).toEqual(plain.bytes);
      // Caches keep both forms apart (RFC 9110, 12.5.5), and take neither for the other byte by byte (8.8.3.3).
      for (const { headers } of [plain, packed]) expect(headers.get("vary")?.split(", ").filter((name) => name === "Accept-Encoding")).toEqual(["Accept-Encoding"]);
      const tag = plain.headers.get("etag");
      expect(packed.headers.get("etag")).toBe(tag === null ? null : `W/${tag}`);
      expect(packed.headers.get("content-length")).toBeNull();
    }
    expect(readCar((await read("com.atproto.sync.getRepo", { did: alice.did }, { "accept-encoding": "gzip" })).bytes, sha256).roots).toHaveLength(1);
  });

  it("that a client has already are not sent, under the tag they came with", async () => {
    const { headers } = await read("com.atproto.repo.getRecord", LARGE(), { "accept-encoding": "gzip" });
    const again = await read("com.atproto.repo.getRecord", LARGE(), { "accept-encoding": "gzip", "if-none-match": headers.get("etag") ?? "" });
    expect([again.status, again.bytes.length, again.headers.get("content-encoding"), again.headers.get("etag")]).toEqual([304, 0, null, headers.get("etag")]);
  });

  it("of agent.* go as they are: what is sealed packs badly", async () => {
    const hosted = await provision();
    const answer = await exports.default.fetch(new Request(`${ORIGIN}/xrpc/agent.network.getAgent?actor=${hosted.did}`, { headers: { authorization: hosted.access, "accept-encoding": "gzip" } }));
    expect([answer.status, (await answer.text()).length > 1024, answer.headers.get("content-encoding")]).toEqual([200, true, null]);
  });

  it("are packed by nobody when they are small, or only their head is asked for", async () => {
    expect(await codingOf("gzip", "com.atproto.repo.getRecord", { ...LARGE(), rkey: "small" })).toBeNull();
    expect(await codingOf("gzip", "com.atproto.repo.getRecord", { ...LARGE(), rkey: "none" })).toBeNull();
    expect(await codingOf("gzip", "com.atproto.repo.getRecord", LARGE(), "HEAD")).toBeNull();
  });
});
