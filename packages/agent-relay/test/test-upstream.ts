/** An upstream's object as tests run it, in a world of hosts, documents and one stream that tests make. */
import { fail, ok } from "@rookery/sync";
import { UpstreamObject, type ProvenRecord, type UpstreamPorts } from "../src/index.ts";
import type { Fetch } from "../src/upstream/proof-fetch.ts";
import { UPSTREAM_LIMITS, type UpstreamLimits } from "../src/upstream/settings.ts";
import type { TestAgent } from "../../sync/test/agent.ts";

/** Ends the connection. */
export const CLOSE = Symbol("close");

/** What a test sees and moves while the object runs; tests share the Worker's isolate. */
export interface World {
  clockAhead: number;
  limits: Partial<UpstreamLimits>;
  /** Who lives here. */
  local: Set<string>;
  /** Authors and the host name of each. */
  agents: Map<string, { agent: TestAgent; host: string }>;
  /** Documents that are given instead until a fresh one is asked for, as a cache does. */
  remembered: Map<string, unknown>;
  /** Authors that the policy does not admit. */
  unwelcome: Set<string>;
  /** What a host answers instead of a proof. */
  answers: Map<string, () => Response | Promise<Response>>;
  /** Every request, as host and path of the record. */
  asked: string[];
  /** Most requests that the hosts of one domain, and all together, had at a time. */
  mostPerDomain: number;
  most: number;
  delivered: ProvenRecord[];
  networkDown: boolean;
  directoryDown: boolean;
  registryDown: boolean;
  /** Whom the directory is asked for, and how long an answer takes, in milliseconds. */
  lookups: { now: number; most: number; takesMs: number };
  /** URLs that the stream was asked for, and how many of these connections are open. */
  connected: string[];
  open: number;
  /** What the stream sends next, to whoever is connected. */
  outbox: (string | Uint8Array | typeof CLOSE)[];
  /** Texts that were sent: with a cursor they come again. */
  history: string[];
}

const all = new Map<string, World>();

export function worldOf(name: string): World {
  let world = all.get(name);
  if (world === undefined) {
    world = {
      clockAhead: 0, limits: {}, local: new Set(), agents: new Map(), remembered: new Map(), unwelcome: new Set(), answers: new Map(), asked: [], mostPerDomain: 0, most: 0,
      delivered: [], networkDown: false, directoryDown: false, registryDown: false, lookups: { now: 0, most: 0, takesMs: 0 }, connected: [], open: 0, outbox: [], history: [],
    };
    all.set(name, world);
  }
  return world;
}

/** Whom a record is for, in the words of these tests: `to` is a list of DIDs, or `all`. */
export function recipientsOf(_collection: string, record: unknown): string[] | "all" | null {
  if (typeof record !== "object" || record === null || !("to" in record)) return null;
  const { to } = record;
  if (to === "all") return "all";
  return Array.isArray(to) && to.every((did) => typeof did === "string") ? to : null;
}

export class TestUpstream extends UpstreamObject {
  get #world(): World {
    return worldOf(this.ctx.id.name ?? "");
  }

  protected override now(): number {
    return Date.now() + this.#world.clockAhead;
  }

  protected override limits(): UpstreamLimits {
    return { ...UPSTREAM_LIMITS, reconnect: { firstMs: 20, maxMs: 40 }, doubtTries: 1, ...this.#world.limits };
  }

  protected override ports(): UpstreamPorts {
    const world = this.#world;
    return {
      prefix: "agent.comms.",
      allowLoopback: false,
      resolveDid: async (did, fresh) => {
        if (world.directoryDown) throw new Error("the directory is down");
        const { lookups } = world;
        lookups.most = Math.max(lookups.most, ++lookups.now);
        if (lookups.takesMs > 0) await scheduler.wait(lookups.takesMs);
        lookups.now--;
        if (fresh) world.remembered.delete(did);
        if (world.remembered.has(did)) return world.remembered.get(did);
        const known = world.agents.get(did);
        return known === undefined ? undefined : documentOf(known.agent, known.host);
      },
      localOf: async (dids) => {
        if (world.registryDown) throw new Error("the registry is down");
        return dids.filter((did) => world.local.has(did));
      },
      recipientsOf,
      mayDeliver: async (author) => !world.unwelcome.has(author),
      network: {
        deliver: async (records) => {
          if (world.networkDown) return fail(503, "Down", "the network's relay is down");
          world.delivered.push(...records);
          return ok(null);
        },
      },
    };
  }

  protected override fetcher(): Fetch {
    const world = this.#world;
    const busy = new Map<string, number>();
    return async (url, init) => {
      const { host, pathname, searchParams } = new URL(url);
      if (host === "stream.example.org") return streamOf(world, url);
      const path = `${searchParams.get("collection")}/${searchParams.get("rkey")}`;
      world.asked.push(`${host} ${path}`);
      const domain = host.split(".").slice(-2).join(".");
      busy.set(domain, (busy.get(domain) ?? 0) + 1);
      world.mostPerDomain = Math.max(world.mostPerDomain, busy.get(domain) ?? 0);
      world.most = Math.max(world.most, [...busy.values()].reduce((sum, n) => sum + n, 0));
      try {
        await scheduler.wait(2);
        if (pathname !== "/xrpc/com.atproto.sync.getRecord" || init.redirect !== "manual") return new Response("not that", { status: 404 });
        const answer = world.answers.get(host);
        if (answer !== undefined) return await answer();
        const known = world.agents.get(searchParams.get("did") ?? "");
        return known?.host === host ? new Response(known.agent.proof(path)) : Response.json({ error: "RepoNotFound" }, { status: 400 });
      } finally {
        busy.set(domain, (busy.get(domain) ?? 1) - 1);
      }
    };
  }
}

/** The stream's end of a new connection, within the object's own turn: it sends what the test puts into the outbox. */
function streamOf(world: World, url: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  world.connected.push(url);
  server.accept();
  const cursor = Number(new URL(url).searchParams.get("cursor") ?? Number.POSITIVE_INFINITY);
  const again = world.history.filter((text) => timeOf(text) >= cursor);
  const gone = new AbortController();
  world.open++;
  server.addEventListener("close", () => {
    world.open--;
    gone.abort();
  });
  void (async () => {
    while (!gone.signal.aborted) {
      const next = again.shift() ?? world.outbox.shift();
      if (next === CLOSE) {
        server.close(1000, "bye");
        world.open--;
        return;
      }
      if (next === undefined) await scheduler.wait(3);
      else {
        if (typeof next === "string" && !world.history.includes(next)) world.history.push(next);
        server.send(next);
      }
    }
  })();
  return new Response(null, { status: 101, webSocket: client });
}

/** `time_us` of a Jetstream message; before everything when it has none. */
const timeOf = (text: string): number => Number(/"time_us":(\d+)/.exec(text)?.[1] ?? -1);

export function documentOf(agent: TestAgent, host: string): unknown {
  return {
    id: agent.did,
    verificationMethod: [{ id: `${agent.did}#atproto`, type: "Multikey", controller: agent.did, publicKeyMultibase: agent.didKey.slice("did:key:".length) }],
    service: [{ id: `${agent.did}#atproto_pds`, type: "AtprotoPersonalDataServer", serviceEndpoint: `https://${host}` }],
  };
}
