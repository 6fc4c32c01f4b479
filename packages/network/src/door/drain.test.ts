import { env } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ask } from "../../test/client.ts";
import { door } from "./door.ts";

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

describe("a request of whoever asks too often", () => {
  const colony = { ...env, ORIGIN: "https://colony.example.com", RATE_LIMITS: "on" };

  const send = (address: string, body: BodyInit): Promise<Response> =>
    door(new Request(`${colony.ORIGIN}/xrpc/com.atproto.server.createAccount`, { method: "POST", body, headers: { "content-type": "application/json", "cf-connecting-ip": address } }), colony);

  /** The hundred registrations of an address. */
  const spend = async (address: string): Promise<void> => {
    for (let i = 0; i < 100; i++) expect((await send(address, "{}")).status).toBe(400);
  };

  afterEach(() => void vi.useRealTimers());

  it("is taken in up to 16 MB", async () => {
    await spend("192.0.2.101");
    const small = upload(15);
    expect((await send("192.0.2.101", small.body)).status).toBe(429);
    expect(small.taken).toEqual({ megabytes: 15, isWhole: true });
    const large = upload(MEGABYTES);
    expect((await send("192.0.2.101", large.body)).status).toBe(429);
    // The piece that passes the bound, and one that was made ahead.
    expect(large.taken.megabytes).toBeGreaterThanOrEqual(17);
    expect(large.taken.megabytes).toBeLessThanOrEqual(18);
  });

  it("is taken in for ten seconds", async () => {
    await spend("192.0.2.102");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let status: number | undefined;
    const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(PIECE.slice()) });
    void send("192.0.2.102", endless).then((answer) => (status = answer.status));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(status).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(status).toBe(429);
  });
});
