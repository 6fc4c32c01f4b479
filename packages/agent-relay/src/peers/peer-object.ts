import { createHash } from "node:crypto";
import { DurableObject } from "cloudflare:workers";
import { fail, ok, type Outcome } from "@rookery/sync";
import { Scheduler } from "../scheduler.ts";
import type { Request } from "./host-client.ts";
import type { PeerFaultPoint } from "./intake.ts";
import { faultOfConfig } from "./peer-config.ts";
import type { PeerApi, PeerConfig, PeerPorts, PeerStatus } from "./peer-api.ts";
import { Peer } from "./peer.ts";
import { migrate } from "./schema.ts";
import { PEER_LIMITS, type PeerLimits } from "./settings.ts";

/**
 * One peer host (see PeerApi). A shell: what it does is in peer.ts and the modules around it. The composition root extends it and
 * says what only it knows. An object that was never configured writes nothing.
 *
 * The overridden methods are called while this constructor runs: they may use `this.env`, but no fields of the subclass.
 */
export abstract class PeerObject<Env = unknown> extends DurableObject<Env> implements PeerApi {
  #parts: { peer: Peer; scheduler: Scheduler } | undefined;
  /** While everything is being forgotten; what is configured meanwhile begins after that, with nothing. */
  #ending: Promise<void> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const tables = ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migration'").toArray();
    if (tables.length > 0) this.#open();
  }

  /** What the object needs of the house around it. */
  protected abstract ports(): PeerPorts;

  protected limits(): PeerLimits {
    return PEER_LIMITS;
  }

  /** Whether plain http and names of this machine are allowed: in development. */
  protected allowLoopback(): boolean {
    return false;
  }

  /** How the peer is asked: `fetch`, or a test's. */
  protected request(): Request {
    return (url, init) => fetch(url, init);
  }

  /** Milliseconds since 1970. */
  protected now(): number {
    return Date.now();
  }

  protected random(): number {
    return Math.random();
  }

  /** Crash tests override this to stop at a point; it does nothing otherwise. */
  protected fault(_point: PeerFaultPoint): void {}

  async configure(config: PeerConfig): Promise<Outcome<null>> {
    const fault = faultOfConfig(config, this.ctx.id.name, this.allowLoopback());
    if (fault !== undefined) return fail(400, "InvalidRequest", fault);
    while (this.#ending !== undefined) await this.#ending;
    const { peer } = this.#parts ?? this.#open();
    peer.configure(config);
    await this.check();
    return ok(null);
  }

  async check(): Promise<void> {
    if (this.#parts === undefined) return;
    const { peer, scheduler } = this.#parts;
    const next = peer.check();
    if (next !== undefined) scheduler.at("connect", next);
  }

  async status(): Promise<PeerStatus | undefined> {
    return this.#parts?.peer.status();
  }

  async forget(): Promise<void> {
    this.#ending ??= this.#end().finally(() => (this.#ending = undefined));
    await this.#ending;
  }

  async #end(): Promise<void> {
    const parts = this.#parts;
    this.#parts = undefined;
    await parts?.peer.stop();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    await this.#parts?.scheduler.run(this.now());
  }

  #open(): { peer: Peer; scheduler: Scheduler } {
    const { storage } = this.ctx;
    migrate(storage);
    const scheduler: Scheduler = new Scheduler(storage, { connect: () => peer.check(), resync: () => peer.resync() });
    const peer = new Peer({
      storage,
      ports: this.ports(),
      limits: this.limits(),
      sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
      request: this.request(),
      wakeAt: (job, at) => scheduler.at(job, at),
      waitUntil: (work) => this.ctx.waitUntil(work),
      fault: (point) => this.fault(point),
      now: () => this.now(),
      random: () => this.random(),
    });
    this.#parts = { peer, scheduler };
    this.ctx.waitUntil(scheduler.recover());
    return this.#parts;
  }
}
