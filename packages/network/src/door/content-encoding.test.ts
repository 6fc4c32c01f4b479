import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, ask, note, provision, xrpc } from "../../test/client.ts";

let alice: Login;

beforeAll(async () => {
  alice = await provision();
});

const write = (body: BodyInit, headers: Record<string, string>) =>
  ask<{ uri: string; error: string; message: string }>("/xrpc/com.atproto.repo.createRecord", { body, auth: alice.access, headers: { "content-type": "application/json", ...headers } });
const record = (text: string) => Buffer.from(JSON.stringify({ repo: alice.did, collection: "com.example.note", record: note(text) }));
const upload = (body: BodyInit, headers: Record<string, string>) =>
  ask<{ blob: { ref: { $link: string }; size: number }; error: string; message: string }>("/xrpc/com.atproto.repo.uploadBlob", { body, auth: alice.access, headers: { "content-type": "text/plain", ...headers } });

describe("a JSON body", () => {
  it.each([["gzip", gzipSync], ["deflate", deflateSync], ["GZIP", gzipSync]] as const)("may be packed with %s", async (coding, pack) => {
    const made = await write(pack(record(coding)), { "content-encoding": coding });
    expect(made.status).toBe(200);
    const rkey = made.body.uri.split("/").at(-1) ?? "";
    const read = await xrpc<{ value: { text: string } }>("com.atproto.repo.getRecord", { params: { repo: alice.did, collection: "com.example.note", rkey } });
    expect(read.body.value.text).toBe(coding);
  });

  it.each(["br", "zstd", "gzip, gzip", "x-gzip", "constructor"])("is refused with the coding %s, as in the reference", async (coding) => {
    expect(await write(gzipSync(record("x")), { "content-encoding": coding })).toMatchObject({
      status: 415, body: { error: "UnsupportedMediaType", message: `unsupported content encoding "${coding}"` },
    });
  });

  it("is refused when it is not what it says", async () => {
    for (const body of [record("plain"), deflateRawSync(record("raw")), gzipSync(record("cut off")).subarray(0, 40)])
      expect(await write(new Uint8Array(body), { "content-encoding": "gzip" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("is refused when it unpacks to more than may be, and no more of it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(60_000_000, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await write(new Uint8Array(bomb), { "content-encoding": "gzip" })).toMatchObject({ status: 413, body: { error: "PayloadTooLarge" } });
  });
});

describe("the bytes of a blob", () => {
  const text = Buffer.from("what is in the blob ".repeat(5_000));
  const packed: [string, Buffer][] = [
    ["gzip", gzipSync(text)], ["x-gzip", gzipSync(text)], ["deflate", deflateSync(text)], ["br", brotliCompressSync(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))], ["identity, gzip", gzipSync(text)], ["identity", text],
  ];

  it.each(packed)("may be packed with %s", async (coding, body) => {
    const plain = await upload(new Uint8Array(text), {});
    expect(plain.status).toBe(200);
    expect(await upload(new Uint8Array(body), { "content-encoding": coding })).toMatchObject({ status: 200, body: { blob: plain.body.blob } });
  });

  it("may be gzip of more than one member (RFC 1952, 2.2), as programs that pack in parallel make it", async () => {
    const plain = await upload(new Uint8Array(text), {});
    const members = Buffer.concat([gzipSync(text.subarray(0, 30_000)), gzipSync(text.subarray(30_000, 30_001)), gzipSync(text.subarray(30_001))]);
    expect(await upload(new Uint8Array(members), { "content-encoding": "gzip" })).toMatchObject({ status: 200, body: { blob: plain.body.blob } });
  });

  it.each(["zstd", "gzip, zstd", "gzip, gzip, gzip, gzip", "toString"])("are refused with the coding %s", async (coding) => {
    expect(await upload(new Uint8Array(gzipSync(text)), { "content-encoding": coding })).toMatchObject({ status: 415, body: { error: "UnsupportedMediaType", message: "unsupported content-encoding" } });
  });

  it.each(["gzip", "deflate", "br"])("are refused when they are not %s", async (coding) => {
    expect(await upload(new Uint8Array(), { "content-encoding": coding })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(await upload(new Uint8Array(text), { "content-encoding": coding })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it.each([["gzip", gzipSync], ["br", brotliCompressSync]] as const)("are refused when they break off (%s)", async (coding, pack) => {
    const body = pack(text);
    expect(await upload(new Uint8Array(body.subarray(0, body.length - 12)), { "content-encoding": coding })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it.each([["gzip", gzipSync], ["br", brotliCompressSync]] as const)("are refused when they unpack to more than a blob may have (%s)", async (coding, pack) => {
    const bomb = pack(Buffer.alloc(40_000_000));
    expect(await upload(new Uint8Array(bomb), { "content-encoding": coding })).toMatchObject({ status: 413, body: { error: "PayloadTooLarge" } });
  });
});
