import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type House, startHouse } from "./test/house.ts";
import { type Login, NOTES } from "./test/people.ts";
import { type Ask, ask as askAt } from "./test/xrpc.ts";

/** A colony as in production: closed registration, limits on. */
let house: House;
let ann: Login;
let token: string;

const ask = <T = { error: string; message: string }>(path: string, how: Ask = {}) => askAt<T>(path, { origin: house.origin, ...how });

const basic = (secret: string) => `Basic ${Buffer.from(`admin:${secret}`).toString("base64")}`;

beforeAll(async () => {
  house = await startHouse([]);
  ann = (await ask<Login>("/agents/create", { token: house.adminKey, body: { name: "ann", keys: "self" } })).json;
  token = (await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: ann.did, password: ann.password } })).json.accessJwt;
});

afterAll(async () => {
  await house.stop();
});

describe("registration", () => {
  test("is closed to strangers", async () => {
    const { status, json } = await ask("com.atproto.server.createAccount", { body: { handle: "stranger.test", email: "s@example.com", password: "12345678" } });
    expect([status, json.error]).toEqual([400, "InvalidInviteCode"]);
    expect((await ask<{ inviteCodeRequired: boolean }>("com.atproto.server.describeServer")).json.inviteCodeRequired).toBe(true);
  });

  test("is open to the admin, with the one secret as Bearer or Basic, over HTTP and XRPC", async () => {
    for (const [i, authorization] of [`Bearer ${house.adminKey}`, basic(house.adminKey)].entries()) {
      expect((await ask("/agents/create", { authorization, body: { name: `plain-${i}` } })).status).toBe(200);
      expect((await ask("agent.network.createAgent", { authorization, body: { name: `xrpc-${i}`, model: "some/model" } })).status).toBe(200);
      expect((await ask("com.atproto.server.createAccount", { authorization, body: { handle: `account-${i}.test`, password: "12345678" } })).status).toBe(200);
    }
    for (const authorization of ["Bearer wrong", basic("wrong"), basic(""), `Basic ${Buffer.from(`root:${house.adminKey}`).toString("base64")}`]) {
      const { status, json } = await ask("/agents/create", { authorization, body: { name: "nobody" } });
      expect([status, json.error], authorization).toEqual([401, "AuthenticationRequired"]);
    }
    const listed = await ask<{ agents: { handle: string }[] }>("/agents", { token: house.adminKey });
    expect(listed.json.agents.map(({ handle }) => handle)).toEqual(["account-0.test", "account-1.test", "ann.test", "plain-0.test", "plain-1.test", "xrpc-0.test", "xrpc-1.test"]);
  });

  test.each([
    [{ name: "" }, "InvalidRequest"],
    [{}, "InvalidRequest"],
    [{ name: "ab" }, "InvalidHandle"],
    [{ name: "x".repeat(19) }, "InvalidHandle"],
    [{ name: "a.b" }, "InvalidHandle"],
    [{ name: "white space" }, "InvalidHandle"],
    [{ name: "-dash" }, "InvalidHandle"],
    [{ name: "ann" }, "HandleNotAvailable"],
    [{ name: "ANN" }, "HandleNotAvailable"],
    [{ name: "admin" }, "HandleNotAvailable"],
    [{ name: "owned", recoveryKey: "did:key:nonsense" }, "InvalidRecoveryKey"],
  ])("%j is refused as %s", async (body, error) => {
    const answer = await ask("/agents/create", { token: house.adminKey, body });
    expect([answer.status, answer.json.error]).toEqual([400, error]);
  });
});

describe("limits", () => {
  test("answers to writes tell the tightest limit, which is the address's before the account's points run low", async () => {
    const write = async (method: string, more: Record<string, unknown>) => {
      const { status, headers } = await ask(`com.atproto.repo.${method}`, { token, body: { repo: ann.did, collection: NOTES, rkey: "point", ...more } });
      expect(status).toBe(200);
      return { limit: Number(headers.get("ratelimit-limit")), left: Number(headers.get("ratelimit-remaining")), policy: headers.get("ratelimit-policy") };
    };
    const first = await write("createRecord", { record: { v: 1 } });
    expect(first).toMatchObject({ limit: 3000, policy: "3000;w=300" });
    expect((await write("putRecord", { record: { v: 2 } })).left).toBeLessThan(first.left);
    const batch = Array.from({ length: 200 }, (_, i) => ({ $type: "com.atproto.repo.applyWrites#create", collection: NOTES, rkey: `many-${i}`, value: {} }));
    // 600 points each: five of them leave less than the address has.
    let last: Headers | undefined;
    for (let i = 0; i < 5; i++) {
      const writes = batch.map((one) => ({ ...one, rkey: `${one.rkey}-${i}` }));
      last = (await ask("com.atproto.repo.applyWrites", { token, body: { repo: ann.did, writes } })).headers;
    }
    expect([last?.get("ratelimit-limit"), last?.get("ratelimit-policy"), last?.get("ratelimit-remaining")]).toEqual(["5000", "5000;w=3600", String(5000 - 3 - 2 - 5 * 600)]);
  });

  test("answers to anybody carry the limit of their address", async () => {
    const { headers } = await ask("com.atproto.server.describeServer");
    expect(headers.get("ratelimit-policy")).toBe("3000;w=300");
    expect(Number(headers.get("ratelimit-remaining"))).toBeLessThan(3000);
    expect(headers.get("access-control-expose-headers")).toMatch(/ratelimit-remaining/i);
  });

  test("guessing a password ends after thirty tries", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) statuses.push((await ask("com.atproto.server.createSession", { body: { identifier: ann.did, password: `guess ${i}` } })).status);
    // The login before all tests was the first of thirty.
    expect(statuses).toEqual([...Array.from({ length: 29 }, () => 401), 429, 429]);
  });
});

describe("what does not exist", () => {
  /** Every file of the colony's state, but the journals that SQLite makes and removes. */
  const files = () =>
    readdirSync(join(house.folder, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();

  test("no file comes into being for a DID or a name that nobody has, whatever is asked of it", async () => {
    const before = files();
    expect(before.filter((path) => path.endsWith(".sqlite")).length).toBeGreaterThan(2);
    for (const actor of ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:web:example.com", "nobody.test", "ann.example.com"]) {
      const reads: [string, Ask["params"]][] = [
        ["com.atproto.repo.getRecord", { repo: actor, collection: NOTES, rkey: "x" }],
        ["com.atproto.repo.listRecords", { repo: actor, collection: NOTES }],
        ["com.atproto.repo.describeRepo", { repo: actor }],
        ["com.atproto.identity.resolveHandle", { handle: actor }],
        ...["getRepo", "getLatestCommit", "getRepoStatus", "listBlobs"].map((name): [string, Ask["params"]] => [`com.atproto.sync.${name}`, { did: actor }]),
        ["com.atproto.sync.getRecord", { did: actor, collection: NOTES, rkey: "x" }],
        ["com.atproto.sync.getBlob", { did: actor, cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" }],
        ["com.atproto.sync.getBlocks", { did: actor, cids: ["bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"] }],
      ];
      for (const [method, params] of reads) for (const who of [undefined, token, house.adminKey]) expect((await ask(method, { params: params ?? {}, token: who })).status, `${method} ${actor}`).toBeGreaterThanOrEqual(400);
      const writes: [string, Record<string, unknown>][] = [
        ["com.atproto.server.createSession", { identifier: actor, password: "x" }],
        ["com.atproto.repo.createRecord", { repo: actor, collection: NOTES, record: {} }],
        ["com.atproto.repo.putRecord", { repo: actor, collection: NOTES, rkey: "x", record: {} }],
        ["com.atproto.repo.deleteRecord", { repo: actor, collection: NOTES, rkey: "x" }],
        ["com.atproto.repo.applyWrites", { repo: actor, writes: [] }],
      ];
      for (const [method, body] of writes) expect((await ask(method, { body, token })).status, `${method} ${actor}`).toBeGreaterThanOrEqual(400);
      expect((await ask(`/agents/${actor}`, { method: "DELETE", token: house.adminKey })).status).toBe(404);
    }
    expect(files()).toEqual(before);
  });
});
