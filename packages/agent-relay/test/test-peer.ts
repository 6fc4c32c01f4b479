/** A peer's object as tests run it: its host is the FakeHost of the same name, its network the TestNetwork or none. */
import { PeerObject, type PeerBatch, type PeerFaultPoint, type PeerPorts, type ProvenRecord } from "../src/index.ts";
import { fail, ok, type CheckedCommit, type DeliveryHint, type Outcome } from "@rookery/sync";
import { PEER_LIMITS, type PeerLimits } from "../src/peers/settings.ts";
import type { FakeHost } from "./fake-host.ts";
import type { TestNetwork } from "./test-network.ts";

interface Env {
  HOST: DurableObjectNamespace<FakeHost>;
  NETWORK: DurableObjectNamespace<TestNetwork>;
}

/** What a test sees and moves of a peer. */
export interface PeerControls {
  limits: Partial<PeerLimits>;
  clockAhead: number;
  documents: Map<string, unknown>;
  /** Documents that are given instead until a fresh one is asked for, as a cache does. */
  cached: Map<string, unknown>;
  /** DIDs that cannot be resolved now. */
  unresolvable: Set<string>;
  /** Look-ups so far, `!` marking those that were to be fresh. */
  lookups: string[];
  faultAt: PeerFaultPoint | undefined;
  /** Name of the TestNetwork that gets what is passed on; without one it is only noted. */
  network: string | undefined;
  networkFails: boolean;
  /** How long it takes to answer. */
  networkDelayMs: number;
  batches: PeerBatch[];
  proven: ProvenRecord[];
  /** Paths of what was delivered before. */
  delivered: string[];
  deliveriesOf: (commit: CheckedCommit) => DeliveryHint[];
}

const all = new Map<string, PeerControls>();

export function peerControlsOf(host: string): PeerControls {
  const found = all.get(host) ?? {
    limits: {}, clockAhead: 0, documents: new Map<string, unknown>(), cached: new Map<string, unknown>(), unresolvable: new Set<string>(), lookups: [], faultAt: undefined,
    network: undefined, networkFails: false, networkDelayMs: 0, batches: [], proven: [], delivered: [], deliveriesOf: () => [],
  };
  all.set(host, found);
  return found;
}

export class TestPeer extends PeerObject<Env> {
  protected override limits(): PeerLimits {
    return { ...PEER_LIMITS, ...peerControlsOf(hostOf(this.ctx)).limits };
  }

  protected override now(): number {
    return Date.now() + peerControlsOf(hostOf(this.ctx)).clockAhead;
  }

  protected override random(): number {
    return 0;
  }

  protected override fault(point: PeerFaultPoint): void {
    const controls = peerControlsOf(hostOf(this.ctx));
    if (controls.faultAt !== point) return;
    controls.faultAt = undefined;
    throw new Error(`injected: ${point}`);
  }

  protected override request() {
    const { HOST } = this.env;
    return (url: string, init: RequestInit) => HOST.get(HOST.idFromName(new URL(url).host)).fetch(url, init);
  }

  protected override ports(): PeerPorts {
    const controls = peerControlsOf(hostOf(this.ctx));
    const { NETWORK } = this.env;
    return {
      resolveDid: async (did, fresh) => {
        controls.lookups.push(fresh ? `${did}!` : did);
        if (controls.unresolvable.has(did)) throw new Error("the directory is down");
        if (fresh) controls.cached.delete(did);
        return controls.cached.get(did) ?? controls.documents.get(did);
      },
      network: {
        ingest: async (batch): Promise<Outcome<null>> => {
          if (controls.networkFails) return fail(503, "NotReady", "not now");
          if (controls.networkDelayMs > 0) await scheduler.wait(controls.networkDelayMs);
          controls.batches.push(batch);
          return controls.network === undefined ? ok(null) : NETWORK.get(NETWORK.idFromName(controls.network)).ingest(batch);
        },
        deliver: async (records): Promise<Outcome<null>> => {
          if (controls.networkFails) return fail(503, "NotReady", "not now");
          controls.proven.push(...records);
          return ok(null);
        },
        delivered: async () => controls.delivered,
      },
      deliveriesOf: (commit) => controls.deliveriesOf(commit),
      localOf: async (dids) => dids.filter((did) => !did.endsWith("elsewhere")),
    };
  }

  /** End this instance as an eviction does. */
  async abort(): Promise<void> {
    this.ctx.abort("a test");
  }

  /** Resyncs that were decided and not told yet. */
  async outgoing(): Promise<number> {
    return Number(this.ctx.storage.sql.exec("SELECT COUNT(*) AS n FROM outgoing").one()["n"]);
  }

  /** Let time pass, and do what is due then. */
  async pass(ms: number): Promise<void> {
    peerControlsOf(hostOf(this.ctx)).clockAhead += ms;
    await this.alarm();
  }
}

const hostOf = (ctx: DurableObjectState): string => ctx.id.name ?? "";
