/**
 * Listening to one host, put together: what a PeerObject (the shell) holds once it is configured. Everything here is made anew
 * when the object wakes, from what is on disk.
 */
import type { Sha256 } from "@rookery/repo";
import type { CheckedCommit, DeliveryHint } from "@rookery/sync";
import { Accounts } from "./accounts.ts";
import { EventHandler } from "./event-handler.ts";
import { Held } from "./held.ts";
import { HostClient, type Request } from "./host-client.ts";
import { Identities } from "./identities.ts";
import { Intake, type PeerFaultPoint } from "./intake.ts";
import { Listener } from "./listener.ts";
import { Outgoing } from "./outgoing.ts";
import type { PeerConfig, PeerPorts, PeerStatus } from "./peer-api.ts";
import { PeerStore, type PeerRow } from "./peer-row.ts";
import { Resyncer } from "./resyncer.ts";
import { Serial } from "./serial.ts";
import { RESYNC_RETRY_MS, WATCHDOG_MS, type PeerLimits } from "./settings.ts";
import { Standing } from "./standing.ts";
import { Verifier } from "./verifier.ts";

/** What a peer is given by its object. */
export interface PeerOptions {
  storage: DurableObjectStorage;
  ports: PeerPorts;
  limits: PeerLimits;
  sha256: Sha256;
  request: Request;
  /** Have a job run at a time or sooner. */
  wakeAt: (job: "connect" | "resync", at: number) => void;
  waitUntil: (work: Promise<unknown>) => void;
  fault: (point: PeerFaultPoint) => void;
  now: () => number;
  random: () => number;
}

/** What depends on the settings. */
interface Tools {
  config: PeerConfig;
  epoch: number;
  verifier: Verifier;
  handler: EventHandler;
  client: HostClient;
}

/** See above. */
export class Peer {
  readonly #options: PeerOptions;
  readonly #standing: Standing;
  readonly #store: PeerStore;
  readonly #accounts: Accounts;
  readonly #outgoing: Outgoing;
  readonly #intake: Intake;
  readonly #listener: Listener;
  readonly #resyncer: Resyncer;
  readonly #serial = new Serial();
  readonly #identities: Identities;
  #tools: Tools | undefined;
  readonly #held = new Held();
  #resyncing: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(options: PeerOptions) {
    const { storage, ports, limits, sha256, request, now, random, fault } = options;
    this.#options = options;
    const peer = new PeerStore(storage.sql);
    const accounts = new Accounts(storage.sql);
    const standing = new Standing(limits.standing, now());
    const intake = new Intake({ storage, peer, accounts, held: this.#held, standing, network: ports.network, now, fault });
    this.#standing = standing;
    this.#store = peer;
    this.#accounts = accounts;
    this.#outgoing = new Outgoing(storage.sql);
    this.#intake = intake;
    this.#identities = new Identities({ resolveDid: (did, fresh) => ports.resolveDid(did, fresh), now, wait: (ms) => scheduler.wait(ms) });
    const shared = { peer, serial: this.#serial, now, random };
    this.#resyncer = new Resyncer({
      ...shared, storage, accounts, outgoing: this.#outgoing, network: ports.network, limits: limits.resync, maxAccounts: limits.maxAccounts, sha256,
      localOf: (dids) => ports.localOf(dids),
      client: () => this.#current.client,
      verifier: () => this.#current.verifier,
      deliveriesOf: (commit) => this.#deliveriesOf(commit),
      isKept: (collection) => this.#current.handler.isKept(collection),
      release: (did) => this.#release(did),
      drop: (did) => void this.#held.take(did),
    });
    this.#listener = new Listener({
      ...shared, intake, standing, limits, request,
      handler: () => this.#current.handler,
      afterTurn: () => this.#scheduleResync(),
      wakeAt: (at) => options.wakeAt("connect", at),
    });
  }

  /** What was cut off or stopped begins again when its settings change; the same ones change nothing, since strangers can cause them to be given. */
  configure(config: PeerConfig): void {
    const { row } = this.#store;
    const fresh: PeerRow = {
      config, cursor: 0, epoch: 0, state: "waiting", tries: 0, nextAt: null, error: null, accepted: 0, lastEventAt: null, strikes: 0, struckAt: null, sweep: null,
    };
    if (row === undefined) this.#store.save(fresh);
    else if (isSame(row.config, config)) return;
    // The host's seqs began anew: so do ours for it. What is known of its accounts stays, and refuses what they sent before.
    else if (row.state === "stopped") {
      this.#options.storage.transactionSync(() => {
        this.#store.save({ ...fresh, epoch: row.epoch + 1, accepted: row.accepted, lastEventAt: row.lastEventAt });
        this.#accounts.beginAnew();
        this.#outgoing.beginAnew();
      });
      // Their seqs are of before; what they did is in the repository that is fetched.
      this.#held.clear();
    }
    else if (row.state === "cut-off") this.#store.save({ ...row, config, state: "waiting", tries: 0, nextAt: null, error: null, strikes: 0, struckAt: null });
    else this.#store.save({ ...row, config });
    this.#options.wakeAt("connect", this.#options.now());
    this.#scheduleResync();
  }

  /** Connect if that is due; when to look again. */
  check(): number | undefined {
    if (this.#stopping.signal.aborted) return undefined;
    const next = this.#listener.check();
    // Nothing was mended while the host was throttled.
    if (this.#isTrusted()) this.#scheduleResync();
    const { running } = this.#listener;
    if (running !== undefined) this.#options.waitUntil(running);
    return next;
  }

  /** Mend what is due, aside; when to look again. */
  resync(): number | undefined {
    const { now, waitUntil } = this.#options;
    if (this.#stopping.signal.aborted || !this.#isTrusted()) return undefined;
    if (this.#resyncing !== undefined) return now() + WATCHDOG_MS;
    const due = this.#resyncer.nextDue();
    if (due === undefined || due > now()) return due;
    this.#resyncing = this.#mend().finally(() => (this.#resyncing = undefined));
    waitUntil(this.#resyncing);
    return now() + WATCHDOG_MS;
  }

  status(): PeerStatus | undefined {
    const { row, refused } = this.#store;
    if (row === undefined) return undefined;
    const { connectedAt } = this.#listener;
    const { lagMs } = this.#intake;
    return {
      config: row.config,
      state: row.state,
      cursor: row.cursor,
      accounts: this.#accounts.count,
      desynchronized: this.#accounts.desynchronized(),
      ...(connectedAt === undefined ? {} : { connectedAt: isoOf(connectedAt) }),
      ...(row.lastEventAt === null ? {} : { lastEventAt: isoOf(row.lastEventAt) }),
      ...(lagMs === undefined ? {} : { lagSeconds: Math.round(lagMs / 1000) }),
      ...(row.nextAt === null ? {} : { nextAttemptAt: isoOf(row.nextAt) }),
      ...(row.error === null ? {} : { lastError: row.error }),
      accepted: row.accepted,
      refused,
    };
  }

  /** End everything under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#listener.stop();
    await this.#resyncing;
  }

  async #mend(): Promise<void> {
    const { limits, now, wakeAt } = this.#options;
    try {
      while (!this.#stopping.signal.aborted && this.#isTrusted() && (await this.#resyncer.step())) await scheduler.wait(limits.resync.gapMs);
      const due = this.#resyncer.nextDue();
      if (due !== undefined) wakeAt("resync", due);
    } catch (error) {
      console.error({ event: "peer.resync_failed", host: this.#store.row?.config.host, error: String(error) });
      wakeAt("resync", now() + RESYNC_RETRY_MS);
    }
  }

  async #release(did: string): Promise<void> {
    const done = await this.#intake.release(this.#current.handler, did);
    if (!done.ok) throw new Error(`the network relay refused events: ${done.error.message}`);
  }

  #scheduleResync(): void {
    const due = this.#resyncer.nextDue();
    if (due !== undefined && this.#resyncing === undefined) this.#options.wakeAt("resync", due);
  }

  /** Whether the host is worth asking at all. */
  #isTrusted(): boolean {
    const state = this.#store.row?.state;
    return state !== undefined && state !== "cut-off" && state !== "stopped" && state !== "throttled";
  }

  /** Whom a commit is for, as far as the settings of the moment let it through. */
  #deliveriesOf(commit: CheckedCommit): DeliveryHint[] {
    const hints = this.#options.ports.deliveriesOf(commit);
    return this.#store.row?.config.broadcasts === false ? hints.filter(({ to }) => to !== "all") : hints;
  }

  /** Made anew when the settings change. */
  get #current(): Tools {
    const { row } = this.#store;
    if (row === undefined) throw new Error("the peer is not configured");
    const { config, epoch } = row;
    if (this.#tools === undefined || this.#tools.config !== config || this.#tools.epoch !== epoch) {
      const { limits, sha256, request, now } = this.#options;
      const verifier = new Verifier({ sha256, identities: this.#identities, host: config.host, now });
      const handler = new EventHandler({ verifier, held: this.#held, standing: this.#standing, config, epoch, maxAccounts: limits.maxAccounts, suspicionMs: limits.resync.suspicionMs, deliveriesOf: (commit) => this.#deliveriesOf(commit), now });
      this.#tools = { config, epoch, verifier, handler, client: new HostClient(config.origin, request, limits.resync.timeoutMs, this.#stopping.signal) };
    }
    return this.#tools;
  }
}

/** Whether two settings say the same, in whatever order. */
const isSame = (a: PeerConfig, b: PeerConfig): boolean => canonical(a) === canonical(b);

const canonical = (config: PeerConfig): string => JSON.stringify(Object.entries(config).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const isoOf = (at: number): string => new Date(at).toISOString();
