import { fail, ok, type Outcome } from "@rookery/sync";
import type { SeenProfile } from "../directory/directory-api.ts";
import type { RepoPage } from "../relay-api.ts";
import type { Job, JobName } from "../scheduler.ts";
import { SequencerObject } from "../sequencer-object.ts";
import { FOLLOW_PATIENCE_MS, FOLLOW_PAUSE_MS, FOLLOW_RETRY_MS, MAX_LISTED_BY_COLLECTION, MAX_LISTED_HOSTS } from "../settings.ts";
import { Collections } from "./collections.ts";
import { Follower } from "./follower.ts";
import { Hosts } from "./hosts.ts";
import { ingestBatch } from "./ingest-batch.ts";
import type { CarriedRepo, CarriedRow, HostSummary, NetworkApi, NetworkPorts, NetworkStats, PeerBatch, ProvenRecord } from "./network-api.ts";
import { deliverProven } from "./proven.ts";

/** Where crash tests may stop the object (see NetworkRelayObject.fault). */
export type NetworkFaultPoint = "network.ingest.transaction" | "network.follow.transaction" | "network.follow.committed";

/**
 * The one object behind the relay view: own accounts, whose events it follows in the colony's log, and those of peers, which
 * their objects bring; all in a seq space of its own. While nobody reads it follows in long steps, so that a colony whose
 * relay view is not used pays next to nothing for it; whoever begins to read or asks makes it catch up first.
 */
export abstract class NetworkRelayObject<Env = unknown> extends SequencerObject<Env> implements NetworkApi {
  readonly #collections: Collections;
  readonly #hosts: Hosts;
  readonly #follower: Follower;
  /** Readers that are being let in. */
  #arriving = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    const { sequencer } = this;
    this.#collections = new Collections(sql);
    this.#hosts = new Hosts(sql);
    this.#follower = new Follower({
      ...this.ports(),
      stores: { sequencer, collections: this.#collections, hosts: this.#hosts },
      sql,
      transaction: (run) => this.#transaction(run),
      publish: (taken, now) => {
        this.fault("network.follow.committed");
        sequencer.publish(taken, "", now);
      },
      now: () => this.now(),
      schedule: (due) => sequencer.scheduler.at("follow", due),
      beforeCommit: () => this.fault("network.follow.transaction"),
    });
  }

  /** The house around it. */
  protected abstract ports(): NetworkPorts;

  /** Crash tests override this to stop at a point; it does nothing otherwise. */
  protected fault(_point: NetworkFaultPoint): void {}

  protected override jobs(): Partial<Record<JobName, Job>> {
    return {
      follow: (now) =>
        this.#follower.catchUp().then(
          () => this.#follower.comparisonDue,
          () => now + FOLLOW_RETRY_MS,
        ),
    };
  }

  async ingest(batch: PeerBatch): Promise<Outcome<null>> {
    const known = await this.#knowRecipients(batch.rows.flatMap(({ deliveries = [] }) => deliveries));
    if (!known.ok) return known;
    const now = this.now();
    const { sequencer } = this;
    const taken = this.#transaction(() => {
      const outcome = ingestBatch({ sequencer, collections: this.#collections, hosts: this.#hosts }, batch, now);
      this.fault("network.ingest.transaction");
      return outcome;
    });
    if (!taken.ok) return taken;
    sequencer.publish(taken.value, "", now);
    return ok(null);
  }

  async delivered(author: string): Promise<string[]> {
    return this.sequencer.deliveries.deliveredOf(author);
  }

  async deliver(records: ProvenRecord[]): Promise<Outcome<null>> {
    const known = await this.#knowRecipients(records.map(({ hint }) => hint));
    return known.ok ? deliverProven(this.sequencer, records, this.now()) : known;
  }

  async advance(_input: { lastSeq: number }): Promise<{ pauseMs: number }> {
    await this.#follower.catchUp();
    return { pauseMs: this.sequencer.streams.count + this.#arriving > 0 ? 0 : FOLLOW_PAUSE_MS };
  }

  override async listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>> {
    await this.#beCurrent();
    return super.listRepos(input);
  }

  async repo(did: string): Promise<CarriedRepo | undefined> {
    await this.#beCurrent();
    const repo = this.sequencer.repos.find(did);
    if (repo === undefined || !repo.carried) return undefined;
    const { host, head, rev, active, status } = repo;
    return { did, host, active, ...(head === null ? {} : { head }), ...(rev === null ? {} : { rev }), ...(status === null ? {} : { status }) };
  }

  async listReposByCollection({ collection, limit, cursor = "0" }: { collection: string; limit: number; cursor?: string }): Promise<Outcome<{ repos: { did: string }[]; cursor?: string }>> {
    if (!isRowId(cursor)) return malformed(cursor);
    await this.#beCurrent();
    const { dids, last } = this.#collections.list(collection, Number(cursor), Math.min(Math.max(1, Math.trunc(limit)), MAX_LISTED_BY_COLLECTION));
    return ok({ repos: dids.map((did) => ({ did })), ...(last === undefined ? {} : { cursor: String(last) }) });
  }

  async hosts(names: string[]): Promise<HostSummary[]> {
    await this.#beCurrent();
    const now = this.now();
    const found = names.slice(0, MAX_LISTED_HOSTS).map((name) => (name === "" ? this.#hosts.own(this.#follower.through, now) : this.#hosts.find(name, now)));
    return found.filter((host) => host !== undefined);
  }

  async forgetHost(host: string, keep?: string[]): Promise<void> {
    if (host === "") return;
    this.ctx.storage.transactionSync(() => this.#hosts.forget(host, keep));
    this.sequencer.repos.reload();
    this.#collections.reload();
  }

  async doubtfulProfiles(limit: number): Promise<{ did: string; host: string }[]> {
    return this.sequencer.profiles.doubtful(limit);
  }

  async settleProfile(seen: SeenProfile): Promise<void> {
    this.sequencer.profiles.settle(seen);
  }

  override async stats(): Promise<NetworkStats> {
    const { through, error } = this.#follower;
    return { ...this.sequencer.stats(), followedThrough: through, ...(error === undefined ? {} : { followError: error }) };
  }

  /** The streams. A reader is counted while it waits for the newest events, so that following is not paused under it. */
  override async fetch(request: Request): Promise<Response> {
    this.#arriving++;
    try {
      await this.#beCurrent();
      return await super.fetch(request);
    } finally {
      this.#arriving--;
    }
  }

  #transaction<T>(run: () => T): T {
    try {
      return this.sequencer.transaction(run);
    } catch (error) {
      this.#collections.reload();
      throw error;
    }
  }

  /** Nobody who lives here is to be taken for unknown, or miss a broadcast, because the colony's log was not followed yet. */
  async #knowRecipients(hints: CarriedRow["deliveries"] & object): Promise<Outcome<null>> {
    const { deliveries } = this.sequencer;
    if (hints.every(({ to }) => to !== "all" && to.every((did) => deliveries.recipient(did) !== undefined))) return ok(null);
    return this.#follower.catchUp().then(
      () => ok(null),
      (error: unknown) => fail(503, "NotReady", `the colony's log cannot be followed: ${String(error)}`),
    );
  }

  /** Catch up, but do not wait for ever: an answer that is a little old is better than none. */
  async #beCurrent(): Promise<void> {
    const done = new AbortController();
    const patience = scheduler.wait(FOLLOW_PATIENCE_MS, { signal: done.signal }).catch(() => undefined);
    await Promise.race([this.#follower.catchUp().catch(() => undefined), patience]);
    done.abort();
  }
}

const isRowId = (cursor: string): boolean => /^\d{1,15}$/.test(cursor);

const malformed = (cursor: string) => fail(400, "InvalidRequest", `malformed cursor: ${cursor.slice(0, 40)}`);
