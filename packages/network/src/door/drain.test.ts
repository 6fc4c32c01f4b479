import { describe, expect, it } from "vitest";
import { ask } from "../../test/client.ts";

const PIECE = new Uint8Array(1_000_000);

/** A body of so many megabytes, and how many of them were taken. */
const upload = (megabytes: number) => {
  const taken = { megabytes: 0, isWhole: false };
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (taken.megabytes < megabytes) {
        taken.megabytes++;
        return controller.enqueue(PIECE.slice());
      }
      taken.isWhole = true;
      controller.close();
    },
  });
  return { body, taken };
};

/** Larger than what a client's and a server's socket hold, and than any JSON body. */
const MEGABYTES = 40;

describe("a request that is refused", () => {
  it.each([
    ["a repository of nobody", "/xrpc/com.atproto.repo.importRepo", 401],
    ["what has no row", "/nowhere", 404],
    ["a body that is too large", "/xrpc/com.atproto.server.createSession", 413],
  ])("%s is taken in whole: whoever is answered while still sending never sees why", async (_, path, status) => {
    const { body, taken } = upload(MEGABYTES);
    expect(await ask(path, { method: "POST", body, headers: { "content-type": "application/vnd.ipld.car" } })).toMatchObject({ status });
    expect(taken).toEqual({ megabytes: MEGABYTES, isWhole: true });
  });
});
