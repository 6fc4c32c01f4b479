import { DurableObject } from "cloudflare:workers";
import { fail, ok, type Outcome } from "@rookery/sync";
import type { DeliveryApi, DeliveryPage, DeliveryQuery, DeliverySelection, ParkedByRecipient, PulledDelivery, SilentRecipient } from "./delivery-api.ts";
import type { AccountActivity, DirectoryApi, ListedAccount, ListingRule } from "./directory/directory-api.ts";
import { activityOf } from "./directory/profiles.ts";
import type { AgentWaker, RelayLimits, RelayStats, RepoPage } from "./relay-api.ts";
import { RETENTION, type RetentionLimits } from "./retention.ts";
import type { Job, JobName } from "./scheduler.ts";
import { seqFloorAt } from "./seq-floor.ts";
import { Sequencer } from "./sequencer.ts";

/**
 * The shell around a Sequencer: what both relays answer alike. The composition root extends what extends this, and says what
 * only it knows.
 *
 * The overridden methods are called while this constructor runs: they may use `this.env`, but no fields of the subclass.
 */
export abstract class SequencerObject<Env = unknown> extends DurableObject<Env> implements DeliveryApi, DirectoryApi {
  protected readonly sequencer: Sequencer;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const now = () => this.now();
    this.sequencer = new Sequencer(ctx, {
      limits: this.limits(), retention: this.retention(), waker: this.waker(), now, seqFloor: (bornAt) => this.seqFloor(bornAt), jobs: this.jobs(), listing: this.listing(),
    });
  }

  /** Bounds of the log and of subscribers. */
  protected abstract limits(): RelayLimits;
  /** How to reach agents. */
  protected abstract waker(): AgentWaker;

  /** Bounds of deliveries beyond the log's window. */
  protected retention(): RetentionLimits {
    return RETENTION;
  }

  /** No seq up to here is given out from now on. Tests that count from 1 override it. */
  protected seqFloor(bornAt: number): number {
    return seqFloorAt(this.startedAt(), bornAt);
  }

  /** When the state was last taken up, and so may have been restored before; milliseconds since 1970. */
  protected startedAt(): number {
    return this.now();
  }

  /** Milliseconds since 1970. */
  protected now(): number {
    return Date.now();
  }

  /** Which accounts are listed in the directory. */
  protected listing(): ListingRule | undefined {
    return undefined;
  }

  /** Timed work beside the sequencer's own. Jobs run after the constructor, so they may use anything. */
  protected jobs(): Partial<Record<JobName, Job>> {
    return {};
  }

  pull(input: Parameters<DeliveryApi["pull"]>[0]): Promise<PulledDelivery[]> {
    return this.sequencer.desk.pull(input);
  }

  acknowledge(input: { recipient: string; through: number }): Promise<void> {
    return this.sequencer.desk.acknowledge(input);
  }

  park(input: ParkedByRecipient): Promise<void> {
    return this.sequencer.desk.park(input);
  }

  unpark(input: { recipient: string; seq: number; path: string }): Promise<void> {
    return this.sequencer.desk.unpark(input);
  }

  listDeliveries(query: DeliveryQuery): Promise<Outcome<DeliveryPage>> {
    return this.sequencer.desk.listDeliveries(query);
  }

  listSilent(input: { recipient?: string; limit: number }): Promise<SilentRecipient[]> {
    return this.sequencer.desk.listSilent(input);
  }

  retryDeliveries(selection: DeliverySelection): Promise<{ deliveries: number; recipients: number }> {
    return this.sequencer.desk.retryDeliveries(selection);
  }

  dropDeliveries(selection: DeliverySelection): Promise<{ deliveries: number }> {
    return this.sequencer.desk.dropDeliveries(selection);
  }

  async listed(input: Parameters<DirectoryApi["listed"]>[0]): Promise<ListedAccount[]> {
    return this.sequencer.profiles.listed(input);
  }

  async activity(did: string): Promise<AccountActivity | undefined> {
    return activityOf(this.sequencer.repos.find(did));
  }

  async listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>> {
    const { cursor = "0" } = input;
    if (!/^\d{1,15}$/.test(cursor)) return fail(400, "InvalidRequest", `malformed cursor: ${cursor.slice(0, 40)}`);
    const { repos, last } = this.sequencer.repos.list(Number(cursor), input.limit);
    return ok({ repos, ...(last === undefined ? {} : { cursor: String(last) }) });
  }

  async stats(): Promise<RelayStats> {
    return this.sequencer.stats();
  }

  /** The streams. */
  override async fetch(request: Request): Promise<Response> {
    return this.sequencer.streams.fetch(request);
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    this.sequencer.streams.message(ws, data);
  }

  override async webSocketClose(ws: WebSocket, code: number): Promise<void> {
    this.sequencer.streams.closed(ws, code);
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    this.sequencer.streams.failed(ws);
  }

  override async alarm(): Promise<void> {
    await this.sequencer.scheduler.run(this.now());
  }
}
