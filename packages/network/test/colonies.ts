import type { PeerConfig, UpstreamConfig } from "@rookery/agent-relay";
import { applyD1Migrations, env } from "cloudflare:test";
import { type Outcome, ok } from "@rookery/sync";
import type { Colony } from "../src/federation/colony.ts";
import { type ColonyKey, deriveColonyKey } from "../src/federation/colony-key.ts";
import { NonceStore } from "../src/federation/nonce-store.ts";
import { type CardSource, colonyDocument, ownCard } from "../src/federation/own-card.ts";
import { PeerStore } from "../src/federation/peer-store.ts";
import type { TrustLevel } from "../src/federation/policy.ts";
import { PolicyStore } from "../src/federation/policy-store.ts";
import { UpkeepTimes } from "../src/federation/upkeep-times.ts";
import { confirmPeering, endPeering, requestPeering } from "../src/federation/respond.ts";

/** A colony of the tests' small internet, with its registry in a D1 of its own. */
export interface Neighbour extends Colony {
  name: string;
  handleDomains: string[];
  /** What its listening objects were told, by host name or URL; absent when nobody listens. */
  heard: Map<string, PeerConfig | UpstreamConfig>;
  /** Hosts that the relay view was told to forget, in order; with the agents that were kept, if any were to be. */
  forgotten: string[];
  /** Another master key: another colony key from now on. */
  rotateKey(): void;
}

type Body = Record<string, unknown>;

/** What stands between the colonies: the test may read, change or break what passes. */
export interface Wire {
  /** Every call between colonies, in order: `to method`. */
  calls: string[];
  /** Origins that do not answer. */
  down: Set<string>;
  /** Changes the body of a call on its way. */
  onRequest?: (method: string, body: Body) => Body;
  /** Changes, replaces or loses (throws) an answer on its way back. */
  onResponse?: (method: string, body: Body) => Body;
  /** What else answers, by URL. */
  pages: Map<string, () => Response>;
}

const DATABASES = (): D1Database[] => [env.DB, env.DB_B, env.DB_C];

/** Up to three colonies that know each other by nothing but their addresses, and a clock that stands until it is moved. */
export const makeColonies = async (levels: TrustLevel[]): Promise<{ colonies: Neighbour[]; wire: Wire; clock: { now: number } }> => {
  const wire: Wire = { calls: [], down: new Set(), pages: new Map() };
  const clock = { now: Date.parse("2026-11-21T12:00:00Z") };
  const byOrigin = new Map<string, Neighbour>();
  const colonies: Neighbour[] = [];
  for (const [i, level] of levels.entries()) {
    const db = DATABASES()[i];
    if (db === undefined) throw new Error("three colonies at most");
    await applyD1Migrations(db, env.TEST_MIGRATIONS);
    await db.batch(["peer", "nonce", "setting"].map((table) => db.prepare(`DELETE FROM ${table}`)));
    const one = neighbour("abc"[i] ?? "", db, level, { wire, clock, byOrigin });
    byOrigin.set(one.origin, one);
    colonies.push(one);
  }
  return { colonies, wire, clock };
};

const neighbour = (name: string, db: D1Database, level: TrustLevel, { wire, clock, byOrigin }: { wire: Wire; clock: { now: number }; byOrigin: Map<string, Neighbour> }): Neighbour => {
  const did = `did:web:${name}.example.org`;
  const heard: Neighbour["heard"] = new Map();
  const forgotten: string[] = [];
  let generation = 0;
  const key = (): Promise<ColonyKey> => deriveColonyKey(new Uint8Array(32).fill(generation), did);
  const listener = (id: string) => ({
    configure: async (config: PeerConfig | UpstreamConfig): Promise<Outcome<null>> => (heard.set(id, config), ok(null)),
    check: async () => undefined,
    status: async () => undefined,
    forget: async () => void heard.delete(id),
  });
  const reachable = (origin: string): Neighbour => {
    const found = byOrigin.get(origin);
    if (found === undefined || wire.down.has(origin)) throw new Error("connection refused");
    return found;
  };
  return {
    name,
    did,
    origin: `https://${name}.example.org`,
    allowLoopback: false,
    key,
    handleDomains: [`.${name}.example.org`],
    heard,
    forgotten,
    rotateKey: () => void generation++,
    peers: new PeerStore(db),
    nonces: new NonceStore(db),
    policy: new PolicyStore(db, level),
    upkeepTimes: new UpkeepTimes(db),
    listening: { collections: ["agent.*"], peer: listener, upstream: listener, forgetHost: async (host, keep) => void forgotten.push(keep === undefined ? host : `${host} but ${keep.join(" ")}`) },
    now: () => clock.now,
    resolve: async (asked) => {
      const found = [...byOrigin.values()].find((one) => one.did === asked);
      return found === undefined ? undefined : colonyDocument(sourceOf(reachable(found.origin)));
    },
    fetch: async (input, init) => {
      const url = new URL(String(input instanceof Request ? input.url : input));
      const page = wire.pages.get(url.href);
      if (page !== undefined) return page();
      const target = reachable(url.origin);
      if (url.pathname === "/.well-known/agent-network.json") return Response.json(await ownCard(sourceOf(target)));
      const method = url.pathname.split(".").at(-1) ?? "";
      wire.calls.push(`${target.name} ${method}`);
      const sent: Body = JSON.parse(typeof init?.body === "string" ? init.body : "null");
      const answered = await call(target, method, wire.onRequest?.(method, sent) ?? sent);
      if (!answered.ok) return Response.json({ error: answered.error.name, message: answered.error.message }, { status: answered.error.status });
      const body = { ...answered.value } as Body;
      return Response.json(wire.onResponse?.(method, body) ?? body);
    },
  };
};

const sourceOf = ({ did, origin, key, policy, handleDomains, listening }: Neighbour): CardSource => ({
  did, origin, key, policy, handleDomains, relay: undefined, collections: listening.collections,
});

/** A call as the door would hand it on; what it says was checked by the lexicon. */
const call = async (colony: Neighbour, method: string, body: Body): Promise<Outcome<object | null>> => {
  const said = body as never;
  if (method === "requestPeering") return requestPeering(colony, said);
  if (method === "confirmPeering") return confirmPeering(colony, said);
  if (method === "endPeering") return endPeering(colony, said);
  throw new Error(`nobody answers ${method}`);
};
