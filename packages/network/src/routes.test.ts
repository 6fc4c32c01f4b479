import { env, listDurableObjectIds } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type ErrorBody, type Login, ORIGIN, RELAY, ask, login, provision, xrpc } from "../test/client.ts";
import type { SessionGrant } from "@rookery/pds";
import { signToken } from "../test/service-token.ts";
import { configOf } from "./config.ts";
import type { Access, SessionClass } from "./door/authenticate.ts";
import type { AnyRoute } from "./door/route.ts";
import { hostOf } from "./host/host.ts";
import { stream } from "./http/stream.ts";
import { relayStream } from "./relay-view/stream.ts";
import { relayViewRoutes } from "./routes/relay-view.ts";
import { routes } from "./routes.ts";

type Base = "nobody" | "garbage" | "agent" | "refresh" | "admin" | "admin-basic" | "wrong-admin";
/** Sessions that may less than those of the account's own password. */
type Lesser = "app" | "app-privileged" | "takendown";
/** Service JWTs: of an account here for this method, for another one, for another host; of the moderation service. */
type Service = "service" | "service-other-method" | "service-elsewhere" | "moderator";
type Kind = Base | Lesser | Service;

/** Who gets past the door, by access rule: written here again, so that the code cannot agree with itself. */
const admitted: Record<Access, Base[]> = {
  public: ["nobody", "garbage", "agent", "refresh", "admin", "admin-basic", "wrong-admin"],
  optional: ["nobody", "agent", "admin", "admin-basic"],
  agent: ["agent"],
  refresh: ["refresh"],
  "refresh-or-expired": ["refresh"],
  admin: ["admin", "admin-basic"],
  moderator: ["admin", "admin-basic"],
  "agent-or-service": ["agent"],
  // A session says nothing of an account elsewhere.
  "optional-or-service": ["nobody", "admin", "admin-basic"],
  "agent-or-moderator": ["agent"],
};

/** Of those whom a route lets in as agents, the sessions that it does not mean. */
const shutOut: Record<SessionClass, Lesser[]> = { any: [], privileged: ["app"], full: ["app", "app-privileged"] };

const isLesser = (kind: Kind): kind is Lesser => kind === "app" || kind === "app-privileged" || kind === "takendown";

const isService = (kind: string): kind is Service => kind === "moderator" || kind.startsWith("service");

const admits = ({ access, session = "any", takendown = false }: AnyRoute, kind: Base | Lesser): boolean => {
  if (!isLesser(kind)) return admitted[access].includes(kind);
  if (access === "public") return true;
  if (!admitted[access].includes("agent")) return false;
  return kind === "takendown" ? takendown : !shutOut[session].includes(kind);
};

/** Which service JWTs get past the door. */
const admitsService = ({ access, nsid }: AnyRoute, kind: Service): boolean => {
  if (access === "public") return true;
  if (nsid === undefined || kind === "service-other-method" || kind === "service-elsewhere") return false;
  return kind === "moderator" ? access === "moderator" || access === "agent-or-moderator" : access === "agent-or-service" || access === "optional-or-service";
};

/** Answers that mean "not you", whatever the route. */
const turnedAway = new Set([
  "AuthMissing", "AuthenticationRequired", "InvalidToken", "ExpiredToken",
  "BadJwt", "BadJwtType", "BadJwtExpiration", "BadJwtLexiconMethod", "BadJwtIss", "BadJwtSignature", "BadJwtAudience", "JwtExpired", "JwtReplayed", "UntrustedIss",
]);

let alice: Login;

/** Sign in with an app password. */
const loginByApp = async ({ access, handle }: Login, privileged: boolean): Promise<string> => {
  const made = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: access, json: { name: `app ${privileged}`, privileged } });
  return (await login(handle, made.body.password)).access;
};
let callers: Record<Base | Lesser, string | undefined>;

/** Each is good for one method, and once. To account methods the moderation service is an account like others, elsewhere. */
const serviceCallers = async ({ nsid = "com.example.none", access }: AnyRoute): Promise<Partial<Record<Service, string>>> => {
  const { hostDid, modService } = configOf(env);
  const own = async (aud: string, lxm: string) => {
    const token = await hostOf(env).agent(alice.did).signServiceAuth({ aud, lxm });
    return `Bearer ${token.ok ? token.value : ""}`;
  };
  return {
    service: await own(hostDid, nsid),
    "service-other-method": await own(hostDid, "com.example.other"),
    "service-elsewhere": await own(`${hostDid}.example.com`, nsid),
    ...(access.endsWith("-or-service") ? {} : { moderator: `Bearer ${await signToken({ iss: modService?.did ?? "", aud: hostDid, lxm: nsid })}` }),
  };
};

beforeAll(async () => {
  alice = await provision();
  const gone: SessionGrant = { ...alice, id: "none", active: false, emailConfirmed: false, scope: "com.atproto.takendown", expiresAt: Date.now() + 60_000 };
  callers = {
    nobody: undefined,
    garbage: "Bearer abc.def.ghi",
    agent: alice.access,
    app: await loginByApp(alice, false),
    "app-privileged": await loginByApp(alice, true),
    takendown: `Bearer ${(await configOf(env).tokens.mint(gone)).accessJwt}`,
    refresh: alice.refresh,
    admin: ADMIN,
    "admin-basic": `Basic ${btoa("admin:admin-secret")}`,
    "wrong-admin": `Basic ${btoa("admin:guess")}`,
  };
});

/** Parameters that get a read past its lexicon; bodies are left out, so procedures stop at their input at the latest. */
const reading = "aud=did:web:example.com&actor=nobody.test&dids=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa&did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa&repo=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa&collection=com.example.note&rkey=a&handle=nobody.test&cid=bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku&cids=bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku&lxm=com.atproto.server.createAccount&actors=nobody.test&feed=at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.generator/a&uri=at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/a";

/** Streams are WebSockets, refused without an upgrade: stream.test.ts connects to them. */
const isStream = (route: AnyRoute) => "plain" in route && (route.plain === stream || route.plain === relayStream);

describe.each([
  ["the origin", ORIGIN, routes],
  ["the relay view", RELAY, relayViewRoutes],
])("the route table of %s", (_, at, table) => {
  it("has one row for each method and path", () => {
    const seen = table.map((route) => `${route.method} ${route.path}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  // Ending a session is the one thing here that would spoil the callers for the next row, hence a session of its own.
  for (const route of table) {
    if (isStream(route)) continue;
    it(`${route.method} ${route.path} admits ${route.access} only`, async () => {
      const services = await serviceCallers(route);
      for (const [kind, auth] of Object.entries({ ...callers, ...services })) {
        const ends = route.path.endsWith("Session") && kind === "refresh" && route.access.startsWith("refresh");
        const own = ends ? (await login(alice.handle, alice.password)).refresh : auth;
        const path = route.path.replace(":name", "nobody-there").replace(":nsid", "com.example.unknown");
        const answer = await ask(route.method === "GET" ? `${path}?${reading}` : path, {
          at,
          method: route.method,
          ...(own === undefined ? {} : { auth: own }),
        });
        const refused = turnedAway.has((answer.body as Partial<ErrorBody>).error ?? "");
        const expected = isService(kind) ? admitsService(route, kind) : admits(route, kind as Base | Lesser);
        expect({ kind, refused, status: answer.status, body: answer.body }).toMatchObject({ kind, refused: !expected });
        expect(answer.headers.get("access-control-allow-origin")).toBe("*");
        expect(answer.status).toBeLessThan(502);
        expect(answer.status).not.toBe(500);
      }
    });
  }

  it("answers preflight for every path, known or not", async () => {
    for (const path of [...table.map((route) => route.path), "/xrpc/com.example.unknown", "/nowhere"]) {
      const answer = await ask(path, { at, method: "OPTIONS", headers: { "access-control-request-headers": "authorization,x-custom" } });
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-headers")).toBe("authorization,x-custom");
    }
  });

  it("refuses what has no row", async () => {
    // At the origin there is a row for every method: it is passed on, for whoever is signed in.
    expect((await ask("/xrpc/com.example.unknown", { at })).status).toBe(at === RELAY ? 501 : 401);
    expect((await ask("/xrpc/not a method", { at })).status).toBe(400);
    expect((await ask("/nowhere", { at })).status).toBe(404);
    const wrong = await ask("/xrpc/com.atproto.sync.listRepos", { at, method: "POST" });
    expect(wrong).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("wakes no object for a DID that nobody has", async () => {
    const before = (await listDurableObjectIds(env.AGENT)).length;
    for (const route of table.filter((one) => one.method === "GET" && !isStream(one))) {
      for (const auth of [undefined, ADMIN, alice.access]) {
        await ask(`${route.path}?${reading}`, { at, ...(auth === undefined ? {} : { auth }) });
      }
    }
    await ask("/agents/nobody-there", { method: "DELETE", auth: ADMIN });
    await ask("/xrpc/com.atproto.server.createSession", { json: { identifier: "nobody.test", password: "x" } });
    expect((await listDurableObjectIds(env.AGENT)).length).toBe(before);
  });
});

describe("the two hosts", () => {
  it("do not serve each other's methods", async () => {
    for (const nsid of ["requestCrawl", "listHosts", "getHostStatus", "listReposByCollection"]) expect((await ask(`/xrpc/com.atproto.sync.${nsid}`)).status).toBe(401);
    for (const path of ["com.atproto.server.describeServer", "com.atproto.repo.getRecord", "com.atproto.sync.getRecord", "com.atproto.server.createSession"]) {
      expect((await ask(`/xrpc/${path}`, { at: RELAY })).status).toBe(501);
    }
    for (const path of ["/agents", "/admin/relay", "/.well-known/atproto-did", "/.well-known/did.json"]) expect((await ask(path, { at: RELAY, auth: ADMIN })).status).toBe(404);
  });
});
