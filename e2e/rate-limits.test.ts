import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "./official/official.ts";
import { type House, startHouse } from "./test/house.ts";
import { NOTES } from "./test/people.ts";
import { ask } from "./test/xrpc.ts";

let house: House;
let official: Official;

beforeAll(async () => {
  house = await startHouse(["--open-registration"]);
  official = await startOfficial({ plcUrl: house.plcUrl, environment: { rateLimitsEnabled: true } });
}, OFFICIAL_TIMEOUT);

afterAll(async () => {
  await official.stop();
  await house.stop();
});

interface Told {
  what: string;
  status: number;
  limit: string | null;
  policy: string | null;
  /** Of limits that only this asks for: what is left. The address's own are spent by the other requests, too. */
  left?: string | null;
}

/** The same requests to either; what is told of limits is told the same. */
const play = async (origin: string): Promise<Told[]> => {
  const told: Told[] = [];
  const note = async (what: string, answer: ReturnType<typeof ask>, own = true) => {
    const { status, headers } = await answer;
    const limit = headers.get("ratelimit-limit");
    told.push({ what, status, limit, policy: headers.get("ratelimit-policy"), ...(own && limit !== "3000" ? { left: headers.get("ratelimit-remaining") } : {}) });
  };
  const handle = "limits-ann.test";
  const password = "limits of mine";
  const made = await ask<{ did: string; accessJwt: string }>("com.atproto.server.createAccount", { origin, body: { handle, email: "limits@example.com", password } });
  const { did, accessJwt: token } = made.json;
  await note("describeServer", ask("com.atproto.server.describeServer", { origin }));
  await note("createAccount", ask("com.atproto.server.createAccount", { origin, body: { handle: "ab.test", email: "b@example.com", password } }));
  await note("createSession", ask("com.atproto.server.createSession", { origin, body: { identifier: handle, password } }));
  await note("createSession, wrong", ask("com.atproto.server.createSession", { origin, body: { identifier: handle, password: "x" } }));
  await note("createSession, of another", ask("com.atproto.server.createSession", { origin, body: { identifier: "other.test", password } }));
  await note("createRecord", ask("com.atproto.repo.createRecord", { origin, token, body: { repo: did, collection: NOTES, rkey: "a", record: {} } }));
  await note("getRepo", ask("com.atproto.sync.getRepo", { origin, params: { did } }));
  await note("uploadBlob", ask("com.atproto.repo.uploadBlob", { origin, token, body: "bytes", contentType: "text/plain" }));
  await note("requestPasswordReset", ask("com.atproto.server.requestPasswordReset", { origin, body: { email: "nobody@example.com" } }));
  await note("resetPassword", ask("com.atproto.server.resetPassword", { origin, body: { token: "x", password: "another one" } }));
  for (const method of ["requestEmailConfirmation", "requestEmailUpdate", "requestAccountDelete"]) await note(method, ask(`com.atproto.server.${method}`, { origin, token, method: "POST", contentType: null }));
  await note("deleteAccount", ask("com.atproto.server.deleteAccount", { origin, body: { did, password: "wrong", token: "x" } }));
  const began = performance.now();
  for (let i = 0; i < 11; i++) await note(`updateHandle ${i}`, ask("com.atproto.identity.updateHandle", { origin, token, body: { handle: "ab.test" } }));
  for (let i = 0; i < 5; i++) await note(`requestEmailUpdate ${i}`, ask("com.atproto.server.requestEmailUpdate", { origin, token, method: "POST", contentType: null }));
  const refused = await ask<{ error: string; message: string }>("com.atproto.identity.updateHandle", { origin, token, body: { handle: "ab.test" } });
  expect(refused.json).toEqual({ error: "RateLimitExceeded", message: "Rate Limit Exceeded" });
  // Five minutes after the first of them; both are told in whole seconds.
  const left = 300 - (performance.now() - began) / 1000;
  for (const seconds of [Number(refused.headers.get("retry-after")), Number(refused.headers.get("ratelimit-reset")) - Date.now() / 1000]) expect(seconds >= left - 1 && seconds <= 301).toBe(true);
  return told;
};

describe("limits", () => {
  test("are told as the official PDS tells them", { timeout: 120_000 }, async () => {
    const [theirs, ours] = [await play(official.origin), await play(house.origin)];
    expect(theirs[0]).toMatchObject({ limit: "3000", policy: "3000;w=300" });
    expect(ours).toEqual(theirs);
  });
});
