import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, ORIGIN, provision } from "../test/client.ts";
import { door } from "./door/door.ts";

/** The largest that is gathered here when nobody says how long it is. */
const GATHERED = 15 * 1024 * 1024;

let alice: Login;

beforeAll(async () => {
  alice = await provision();
});

const at = (limit: number) => ({ ...env, BLOB_UPLOAD_LIMIT: String(limit) });

/** Bytes say how long they are; a stream does not. */
const upload = async (limit: number, body: Uint8Array<ArrayBuffer> | ReadableStream) => {
  const length = body instanceof Uint8Array ? { "content-length": String(body.length) } : undefined;
  const request = new Request(`${ORIGIN}/xrpc/com.atproto.repo.uploadBlob`, { method: "POST", body, headers: { authorization: alice.access, "content-type": "text/plain", ...length } });
  const answer = await door(request, at(limit));
  return { status: answer.status, ...(await answer.json<{ error?: string; blob?: { size: number } }>()) };
};
const streamed = (size: number) => new Blob([new Uint8Array(size)]).stream();

describe("the largest blob", () => {
  it("is as large as the operator says, and said to those who ask", async () => {
    const said = await door(new Request(`${ORIGIN}/xrpc/com.atproto.server.describeServer`), at(1_000));
    expect((await said.json<{ blobUploadLimit: number }>()).blobUploadLimit).toBe(1_000);
    expect(await upload(1_000, new Uint8Array(1_000))).toMatchObject({ status: 200, blob: { size: 1_000 } });
    for (const body of [new Uint8Array(1_001), streamed(1_001)]) expect(await upload(1_000, body)).toMatchObject({ status: 413, error: "PayloadTooLarge" });
  });

  it("is no larger than what an isolate can gather, where nobody says how long it is", async () => {
    expect(await upload(GATHERED + 2, new Uint8Array(GATHERED + 2))).toMatchObject({ status: 200, blob: { size: GATHERED + 2 } });
    expect(await upload(GATHERED + 2, streamed(GATHERED + 1))).toMatchObject({ status: 413, error: "PayloadTooLarge" });
    expect(await upload(GATHERED + 2, streamed(GATHERED))).toMatchObject({ status: 200, blob: { size: GATHERED } });
  });
});
