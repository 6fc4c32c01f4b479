import { env } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ORIGIN, RELAY, type Answer, type ErrorBody, type Login, ask, note, provision, xrpc } from "../../test/client.ts";
import { until } from "../../test/until.ts";
import { networkStub, relayStub } from "../host/stubs.ts";

let alice: Login;
let head: { cid: string; rev: string };

interface Repos {
  repos: { did: string; head: string; rev: string; active: boolean; status?: string }[];
  cursor?: string;
}

interface HostRow {
  hostname: string;
  seq?: number;
  accountCount: number;
  status: string;
}

const sync = <T = ErrorBody>(method: string, params: Record<string, string> = {}): Promise<Answer<T>> => xrpc<T>(`com.atproto.sync.${method}`, { params, at: RELAY });

const settled = async (did: string): Promise<void> => {
  // Agents' outboxes send on their own; wait until the colony's relay has the last commit.
  await until(`the relay has the last commit of ${did}`, async () => {
    const { rev } = (await xrpc<{ rev: string }>("com.atproto.sync.getLatestCommit", { params: { did } })).body;
    const page = await relayStub(env).listRepos({ limit: 1000 });
    return page.ok && page.value.repos.some((repo) => repo.did === did && repo.rev === rev);
  });
};

beforeAll(async () => {
  alice = await provision();
  const written = await xrpc<{ commit: { cid: string; rev: string } }>("com.atproto.repo.createRecord", {
    auth: alice.access,
    json: { repo: alice.did, collection: "com.example.note", record: note("hello") },
  });
  head = written.body.commit;
  await settled(alice.did);
});

describe("accounts", () => {
  it("are the colony's own, as of now", async () => {
    const { status, body } = await sync<Repos>("listRepos");
    expect(status).toBe(200);
    expect(body.repos).toContainEqual({ did: alice.did, head: head.cid, rev: head.rev, active: true });
    expect((await sync("getLatestCommit", { did: alice.did })).body).toEqual(head);
    expect((await sync("getRepoStatus", { did: alice.did })).body).toEqual({ did: alice.did, active: true, rev: head.rev });
    expect((await sync<Repos>("listReposByCollection", { collection: "com.example.note" })).body).toEqual({ repos: [{ did: alice.did }] });
    expect((await sync<Repos>("listReposByCollection", { collection: "com.example.nothing" })).body).toEqual({ repos: [] });
  });

  it("are read at their own host, where the query goes along", async () => {
    const answer = await sync("getRepo", { did: alice.did, since: head.rev });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe(`${ORIGIN}/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(alice.did)}&since=${head.rev}`);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("that nobody knows are not found, and nonsense is refused", async () => {
    const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
    for (const method of ["getLatestCommit", "getRepoStatus", "getRepo"]) {
      expect(await sync(method, { did })).toMatchObject({ status: 400, body: { error: "RepoNotFound" } });
      expect(await sync(method, { did: "nonsense" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    }
    for (const method of ["listRepos", "listHosts"]) expect(await sync(method, { cursor: "x" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(await sync("listReposByCollection")).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(await sync("listRepos", { limit: "1001" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("of peers are told apart by status, and read where they live", async () => {
    const network = networkStub(env);
    const time = "2026-11-21T10:00:00.000Z";
    const did = (i: number) => `did:plc:${String(i).padStart(24, "b")}`;
    const common = { epoch: 0, time, frame: new Uint8Array(40), seqAt: 20, carry: true };
    const commit = (i: number) => ({ ...common, did: did(i), n: i, kind: "commit" as const, rev: "3kaaaaaaaaa2a", head: head.cid, collections: ["agent.comms.message"] });
    const away = (i: number, status: "takendown" | "suspended" | "deactivated" | "deleted") => ({ ...common, did: did(i), n: 100 + i, kind: "account" as const, active: false, status });
    await network.ingest({ host: "pds.example.com", rows: [commit(1), commit(2), commit(3), commit(4), away(1, "takendown"), away(2, "suspended"), away(3, "deactivated"), away(4, "deleted")] });
    await network.ingest({ host: "localhost:3999", rows: [commit(5)] });
    expect((await sync("getRepo", { did: did(1) })).headers.get("location")).toContain("https://pds.example.com/xrpc/com.atproto.sync.getRepo?did=");
    expect((await sync("getRepo", { did: did(5) })).headers.get("location")).toContain("http://localhost:3999/xrpc/");
    expect(await sync("getLatestCommit", { did: did(1) })).toMatchObject({ status: 400, body: { error: "RepoTakendown" } });
    expect(await sync("getLatestCommit", { did: did(2) })).toMatchObject({ status: 400, body: { error: "RepoSuspended" } });
    expect(await sync("getLatestCommit", { did: did(3) })).toMatchObject({ status: 400, body: { error: "RepoDeactivated" } });
    expect(await sync("getLatestCommit", { did: did(4) })).toMatchObject({ status: 400, body: { error: "RepoNotFound" } });
    expect((await sync("getRepoStatus", { did: did(1) })).body).toEqual({ did: did(1), active: false, status: "takendown" });
    expect((await sync<Repos>("listReposByCollection", { collection: "agent.comms.message" })).body).toEqual({ repos: [{ did: did(5) }] });
    await network.forgetHost("pds.example.com");
    await network.forgetHost("localhost:3999");
  });
});

describe("hosts", () => {
  const add = (url: string, more: Record<string, unknown> = {}) =>
    env.DB.prepare("INSERT INTO peer (name, kind, origin, direction, approved, blocked, listening, attempts, next_attempt_at, created_at, updated_at) VALUES (?, ?, ?, 'out', 1, ?, ?, 0, 0, ?, 0)")
      .bind(url, more["kind"] ?? "host", `https://${url}`, more["blocked"] ?? 0, more["listening"] ?? 1, more["createdAt"] ?? 1)
      .run();

  it("are this colony and those that are listened to, oldest first, in pages", async () => {
    expect((await sync<{ hosts: HostRow[] }>("listHosts")).body).toEqual({ hosts: [{ hostname: "localhost:3000", seq: expect.any(Number) as number, accountCount: 1, status: "active" }] });
    await add("second.example.com", { createdAt: 2 });
    await add("first.example.com", { createdAt: 1 });
    await add("quiet.example.com", { listening: 0 });
    await add("wss://relay.example.com/x", { kind: "relay" });
    const names = async (params: Record<string, string>) => {
      const { body } = await sync<{ hosts: HostRow[]; cursor?: string }>("listHosts", params);
      return { names: body.hosts.map(({ hostname }) => hostname), cursor: body.cursor };
    };
    expect(await names({})).toEqual({ names: ["localhost:3000", "first.example.com", "second.example.com"], cursor: undefined });
    const first = await names({ limit: "1" });
    expect(first.names).toEqual(["localhost:3000"]);
    const second = await names({ limit: "1", cursor: first.cursor ?? "" });
    expect(second.names).toEqual(["first.example.com"]);
    expect(await names({ limit: "1", cursor: second.cursor ?? "" })).toEqual({ names: ["second.example.com"], cursor: undefined });
  });

  it("have a status, also by themselves", async () => {
    await add("banned.example.com", { blocked: 1, listening: 0 });
    expect((await sync("getHostStatus", { hostname: "localhost:3000" })).body).toMatchObject({ hostname: "localhost:3000", status: "active", accountCount: 1 });
    expect((await sync("getHostStatus", { hostname: "banned.example.com" })).body).toEqual({ hostname: "banned.example.com", status: "banned", accountCount: 0 });
    expect((await sync("getHostStatus", { hostname: "Quiet.example.com" })).body).toMatchObject({ status: "idle" });
    expect(await sync("getHostStatus", { hostname: "nobody.example.com" })).toMatchObject({ status: 400, body: { error: "HostNotFound" } });
    expect(await sync("getHostStatus", { hostname: "wss://relay.example.com/x" })).toMatchObject({ status: 400, body: { error: "HostNotFound" } });
    expect(await sync("getHostStatus")).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("ask to be listened to, and are answered by the policy", async () => {
    const ask1 = (json: unknown) => xrpc("com.atproto.sync.requestCrawl", { json, at: RELAY });
    expect(await ask1({ hostname: "stranger.example.com" })).toMatchObject({ status: 403, body: { error: "PeeringClosed" } });
    expect(await ask1({ hostname: "banned.example.com" })).toMatchObject({ status: 400, body: { error: "HostBanned" } });
    for (const json of [{}, { hostname: "" }, { hostname: "not a host" }, { hostname: "a.example.com:8080" }, { hostname: 7 }]) {
      expect(await ask1(json)).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    }
    expect((await ask1({ hostname: "localhost:3000" })).status).toBe(200);
  });
});

describe("the relay view", () => {
  it("says what it is, and is healthy", async () => {
    const landing = await ask<string>("/", { at: RELAY });
    expect(landing.body).toContain("ws://localhost:4000/xrpc/com.atproto.sync.subscribeRepos");
    expect((await ask("/xrpc/_health", { at: RELAY })).status).toBe(200);
    expect((await ask<string>("/robots.txt", { at: RELAY })).body).toContain("Allow: /");
    expect((await ask<string>("/", { at: RELAY, method: "HEAD" })).status).toBe(200);
  });

  it.each(["/xrpc/com.atproto.sync.subscribeRepos", "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"])("has the stream %s", async (path) => {
    const plain = await ask(path, { at: RELAY });
    expect(plain).toMatchObject({ status: 426, body: { error: "UpgradeRequired" } });
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    const answer = await exports.default.fetch(new Request(RELAY + path, { headers: { upgrade: "websocket" } }));
    expect(answer.status).toBe(101);
    answer.webSocket?.accept();
    answer.webSocket?.close(1000);
  });
});
