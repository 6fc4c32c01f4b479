/**
 * The way of an event into a log, for one account's part of a batch: row by row, then once its row in `repos`. All of it runs
 * in the caller's transaction, synchronously. Per event that is one log row, and one row per recipient who lives here.
 */
import { sequenceFrame, type DeliveryHint, type OutboxRow } from "@rookery/sync";
import type { Addressees, Deliveries } from "./deliveries.ts";
import type { Profiles } from "./directory/profiles.ts";
import type { EventLog, LoggedFrame } from "./log.ts";
import type { Purge } from "./purge.ts";
import type { Repo, Repos } from "./repos.ts";

/** Tables that an event changes on its way into a log. */
export interface LogStores {
  log: EventLog;
  repos: Repos;
  deliveries: Deliveries;
  profiles: Profiles;
  purge: Purge;
}

/** What a batch did, gathered account by account. */
export interface Taken {
  /** New events in order. */
  frames: LoggedFrame[];
  addressees: Addressees;
  /** An account became active: what waited for it can be delivered. */
  activated: boolean;
  /** An account was deleted, and rows remain to be purged. */
  purging: boolean;
  /** Something was put aside for recipients alone, which is to go one day. */
  kept: boolean;
}

/** A batch that has done nothing yet. */
export const nothingTaken = (): Taken => ({ frames: [], addressees: { direct: new Set(), everybody: false }, activated: false, purging: false, kept: false });

/** One account's part of a batch: its events are appended one after the other, and its row is written at the end. */
export class AccountTurn {
  readonly #stores: LogStores;
  readonly #taken: Taken;
  readonly #known: Repo;
  #repo: Repo;
  /** Seq of the account's last event before its deletion. */
  #lastAlive: number;

  constructor(stores: LogStores, known: Repo, taken: Taken) {
    this.#stores = stores;
    this.#taken = taken;
    this.#known = known;
    this.#repo = known;
    this.#lastAlive = known.seq;
  }

  /** The account as of the rows so far. */
  get repo(): Repo {
    return this.#repo;
  }

  /** Sequence and append one row, whatever its position: the caller knows that it is no repeat. */
  append(row: OutboxRow, now: number): void {
    const { log, deliveries, profiles } = this.#stores;
    if (this.#repo.status !== "deleted") this.#lastAlive = this.#repo.seq;
    const seq = log.lastSeq + 1;
    const frame = sequenceFrame(row.frame, row.seqAt, seq);
    this.#taken.frames.push(log.append(frame, this.#repo.id, this.#repo.seq, now));
    this.#repo = { ...advance(this.#repo, row), seq, at: now };
    if (row.kind === "commit") profiles.take(this.#repo, frame);
    if (row.profile !== undefined) profiles.say(this.#repo, row.profile);
    if (row.deliveries !== undefined) deliveries.add(this.#repo, seq, row.deliveries, this.#taken.addressees);
  }

  /** Put one row's frame aside for its recipients alone: the readers of the log do not see it. */
  keep(row: OutboxRow, hints: DeliveryHint[], now: number): void {
    const { log, deliveries } = this.#stores;
    const seq = log.keep(sequenceFrame(row.frame, row.seqAt, log.lastSeq + 1), this.#repo.id, now, false);
    this.#taken.kept = true;
    this.note(row);
    deliveries.add(this.#repo, seq, hints, this.#taken.addressees);
  }

  /** Remember a row's account as it is after the row, which goes nowhere. */
  note(row: OutboxRow): void {
    this.#repo = advance(this.#repo, row);
  }

  /** The account lives here from now on: what was broadcast before is not for it. */
  arrive(): void {
    const { log, repos } = this.#stores;
    repos.acknowledge(this.#repo, log.lastSeq);
    this.#repo = { ...this.#repo, acked: Math.max(this.#repo.acked, log.lastSeq) };
  }

  /** What is known of the account changes, not by an event. */
  amend(change: Partial<Pick<Repo, "host" | "epoch" | "n" | "active" | "status" | "carried">>): void {
    this.#repo = { ...this.#repo, ...change };
  }

  /** After the last row: write the account's row, and begin to purge what a deleted account left. */
  finish(): void {
    if (this.#repo === this.#known) return;
    this.#stores.repos.save(this.#repo);
    if (this.#known.n < 0 && this.#repo.n >= 0 && this.#repo.host === "") this.#stores.deliveries.claim(this.#repo, this.#taken.addressees);
    if (this.#repo.active && !this.#known.active) this.#taken.activated = true;
    if (this.#repo.status !== "deleted" || this.#known.status === "deleted") return;
    this.#stores.profiles.remove(this.#repo.id);
    if (this.#stores.purge.begin(this.#repo, this.#lastAlive)) this.#taken.purging = true;
  }
}

/** What is known of an account after a row. */
export function advance(repo: Repo, row: OutboxRow): Repo {
  const next = { ...repo, epoch: row.epoch, n: row.n };
  if (row.kind === "account") return { ...next, active: row.active === true, status: row.active === true ? null : (row.status ?? null) };
  return row.head === undefined || row.rev === undefined ? next : { ...next, head: row.head, rev: row.rev };
}
