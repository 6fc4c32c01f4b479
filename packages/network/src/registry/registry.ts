import type { KnownAgent, StandingCopy } from "@rookery/pds";
import { type AccountStatus, type Outcome, fail, ok } from "@rookery/sync";
import { InviteStore } from "../invites/invite-store.ts";
import { BriefCache } from "./brief-cache.ts";
import { InBulk } from "./in-bulk.ts";

/** Of a row, what the door needs. */
interface KnownRow {
  did: string;
  handle: string;
  /** Copy of the agent's own; null when it takes part. */
  status: string | null;
}

const STATUSES: readonly AccountStatus[] = ["takendown", "suspended", "deactivated", "deleted"];

const knownOf = ({ did, handle, status: text }: KnownRow): KnownAgent => {
  const status = STATUSES.find((known) => known === text);
  return status === undefined ? { did, handle } : { did, handle, status };
};

/** A row of the colony's registry (migrations/0001_registry.sql). */
export interface AgentRow extends KnownRow {
  email: string | null;
  state: "reserved" | "active" | "deleting";
  idempotency_key: string | null;
  /** Signed PLC genesis operation, JSON. */
  genesis: string;
  signing_key: ArrayBuffer;
  model: string | null;
  plc_end: PlcEnd | null;
  owner_key: string | null;
  lease_until: number;
  created_at: number;
  /** Id of the master key that the agent's keys are wrapped under; null for the colony's first. */
  master_key: string | null;
  /** 1: its DID is its owner's, and is left as it is whatever becomes of the account here. */
  plc_kept: number;
  /** When it was deactivated (ISO datetime), or null. */
  deactivated_at: string | null;
}

/** A row that is about to be written: of an account that is made here, or of one that comes from elsewhere and is deactivated for now. */
export type Reservation = Omit<AgentRow, "state" | "plc_end" | "owner_key" | "plc_kept" | "status" | "deactivated_at"> &
  Partial<Pick<AgentRow, "plc_kept" | "status" | "deactivated_at">> & { /** Used up with it. */ inviteCode?: string };

/** An agent as the admin sees it; one in `deleting` waits for the PLC directory to end its DID. */
export type ListedAgent = Pick<AgentRow, "did" | "handle" | "state" | "created_at" | "model">;

/** What becomes of a DID when its agent is destroyed. */
export type PlcEnd = "tombstone" | "handover";

/** How long an answer of D1 is believed by an isolate. Long enough to keep D1 off the hot path, short enough to forget. */
const KNOWN_MS = 30_000;
const UNKNOWN_MS = 2_000;

/** Longest DID (DID syntax of the AT Protocol); handles are shorter. */
const MAX_ACTOR = 2048;

/** One cache per isolate and database; an isolate serves one colony. */
const cache = new BriefCache<KnownAgent>(10_000, KNOWN_MS, UNKNOWN_MS);

/** Who lives here, in D1. Only active agents are found by name; unfinished ones exist for provisioning alone. */
export class Registry {
  readonly #db: D1Database;
  /** The same for many agents at a time. */
  readonly inBulk: InBulk;
  /** Who may come in. */
  readonly invites: InviteStore;

  constructor(db: D1Database) {
    this.#db = db;
    this.inBulk = new InBulk(db, (row) => this.#forget(row));
    this.invites = new InviteStore(db);
  }

  /** An active agent by DID or handle. Cached briefly: this stands before every request. */
  async find(actor: string): Promise<KnownAgent | undefined> {
    // Neither asked of D1 nor remembered: the cache is bounded in entries, and a name that is none may be a megabyte.
    if (actor.length > MAX_ACTOR) return undefined;
    const cached = cache.get(actor);
    if (cached !== undefined) return cached.value;
    const { changes } = cache;
    const column = actor.startsWith("did:") ? "did" : "handle";
    const row = await this.#db
      .prepare(`SELECT did, handle, status FROM agent WHERE ${column} = ? AND state = 'active'`)
      .bind(actor)
      .first<KnownRow>();
    const known = row === null ? undefined : knownOf(row);
    // What D1 said before a change of ours may be the state before it. Who does not take part may do so again at any
    // moment, and is to be let in at once: remembered is only that somebody does, which its object contradicts if it must.
    if (cache.changes === changes && known?.status === undefined) cache.set(actor, known);
    return known;
  }

  /** An active agent by what a person signs in with: handle, DID or e-mail address. */
  async findLogin(identifier: string): Promise<KnownAgent | undefined> {
    if (!identifier.includes("@") || identifier.length > MAX_ACTOR) return this.find(identifier);
    const row = await this.byEmail(identifier);
    return row?.state === "active" ? knownOf(row) : undefined;
  }

  /** Those of these DIDs whose agents are active, in one query. Not cached: strangers choose what is asked. */
  async activeAmong(dids: string[]): Promise<string[]> {
    if (dids.length === 0) return [];
    const found = await this.#db
      .prepare("SELECT did FROM agent WHERE state = 'active' AND did IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(dids))
      .all<{ did: string }>();
    return found.results.map(({ did }) => did);
  }

  async byDid(did: string): Promise<AgentRow | null> {
    return this.#db.prepare("SELECT * FROM agent WHERE did = ?").bind(did).first<AgentRow>();
  }

  async byHandle(handle: string): Promise<AgentRow | null> {
    return this.#db.prepare("SELECT * FROM agent WHERE handle = ?").bind(handle).first<AgentRow>();
  }

  /** By any of these forms of one key. */
  async byIdempotencyKey(forms: string[]): Promise<AgentRow | null> {
    return this.#db.prepare("SELECT * FROM agent WHERE idempotency_key IN (SELECT value FROM json_each(?)) LIMIT 1").bind(JSON.stringify(forms)).first<AgentRow>();
  }

  async byEmail(email: string): Promise<AgentRow | null> {
    return this.#db.prepare("SELECT * FROM agent WHERE email = ?").bind(email.toLowerCase()).first<AgentRow>();
  }

  /** Write a name down before anything is posted. False when the handle, e-mail, key or invitation was taken meanwhile. */
  async reserve(row: Reservation): Promise<boolean> {
    const reservation = this.#db
      .prepare(
        `INSERT INTO agent (did, handle, email, state, idempotency_key, genesis, signing_key, model, lease_until, created_at, master_key, plc_kept, status, deactivated_at)
         SELECT ?1, ?2, ?3, 'reserved', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
         WHERE NOT EXISTS (SELECT 1 FROM handle_change WHERE handle = ?2)
           AND (?14 IS NULL OR EXISTS (SELECT 1 FROM invite_use WHERE code = ?14 AND used_by = ?1)) ON CONFLICT DO NOTHING`,
      )
      .bind(
        row.did, row.handle, row.email?.toLowerCase() ?? null, row.idempotency_key, row.genesis, row.signing_key, row.model, row.lease_until, row.created_at, row.master_key,
        row.plc_kept ?? 0, row.status ?? null, row.deactivated_at ?? null, row.inviteCode ?? null,
      );
    if (row.inviteCode === undefined) return (await reservation.run()).meta.changes === 1;
    // In one transaction: who gets no row has used no invitation, and the other way round.
    const [, reserved] = await this.#db.batch([
      this.invites.use(row.inviteCode, row.did, new Date(row.created_at).toISOString()), reservation, this.invites.giveBack(row.did),
    ]);
    return reserved?.meta.changes === 1;
  }

  /** Give an account this mail address. Errors: InvalidRequest when it is another's. */
  async holdEmail(did: string, email: string): Promise<Outcome<null>> {
    const held = await this.#change("UPDATE agent SET email = ?1 WHERE did = ?2 AND NOT EXISTS (SELECT 1 FROM agent WHERE email = ?1 AND did <> ?2)", email, did);
    return held ? ok(null) : fail(400, "InvalidRequest", "This email address is already in use, please use a different email.");
  }

  /** Hash of the token that is good for a new password of this account; the one before is forgotten. */
  async noteReset(did: string, hash: string): Promise<void> {
    await this.#change("INSERT INTO password_reset (did, hash) VALUES (?, ?) ON CONFLICT (did) DO UPDATE SET hash = excluded.hash", did, hash);
  }

  /** The account whose token it is. The agent decides whether it is still good. */
  async accountOfReset(hash: string): Promise<string | undefined> {
    return (await this.#db.prepare("SELECT did FROM password_reset WHERE hash = ?").bind(hash).first<{ did: string }>())?.did;
  }

  /** What an agent says of itself now. Repeats are harmless, and the newest word comes last: each agent says its own, one after the other. */
  async noteStanding({ did, handle, status, deactivatedAt }: StandingCopy): Promise<void> {
    const before = await this.byDid(did);
    await this.#db.batch([
      this.#db.prepare("UPDATE agent SET handle = ?, status = ?, deactivated_at = ? WHERE did = ?").bind(handle, status, deactivatedAt, did),
      this.#db.prepare("DELETE FROM handle_change WHERE did = ? AND handle = ?").bind(did, handle),
    ]);
    this.#forget({ did, handle });
    if (before !== null) this.#forget(before);
  }

  /** False when the row is not to become an agent any more: it is being destroyed, or gone. */
  async activate(row: Pick<KnownRow, "did" | "handle">): Promise<boolean> {
    const active = await this.#change("UPDATE agent SET state = 'active', lease_until = 0 WHERE did = ? AND state <> 'deleting'", row.did);
    this.#forget(row);
    return active;
  }

  /** Take a reservation up again: nobody gives it up before `until`. False when it is no reservation any more. */
  async renewLease(did: string, until: number): Promise<boolean> {
    return this.#change("UPDATE agent SET lease_until = MAX(lease_until + 1, ?) WHERE did = ? AND state = 'reserved'", until, did);
  }

  /**
   * Take up a row that nobody is at work on, to end it: a reservation is given up by this. False when somebody was
   * faster, its maker among them.
   */
  async claim({ did, state, lease_until }: AgentRow, until: number): Promise<boolean> {
    const claim = this.#db
      .prepare(
        `UPDATE agent SET state = 'deleting', plc_end = COALESCE(plc_end, 'tombstone'), lease_until = ?
         WHERE did = ? AND state = ? AND state <> 'active' AND lease_until = ?`,
      )
      .bind(until, did, state, lease_until);
    // Whoever never came in has not used up an invitation.
    const [claimed] = await this.#db.batch(state === "reserved" ? [claim, this.invites.giveBack(did)] : [claim]);
    return (claimed?.meta.changes ?? 0) > 0;
  }

  /** Let the next request or sweep take an unfinished row up at once; the sweeper begins with those that were left longest. */
  async releaseLease(did: string): Promise<void> {
    await this.#change("UPDATE agent SET lease_until = ? WHERE did = ? AND state <> 'active'", Date.now(), did);
  }

  /** `keep`: its DID stays as it is. */
  async markDeleting(row: Pick<KnownRow, "did" | "handle">, end: PlcEnd | "keep", ownerKey: string | null, leaseUntil: number): Promise<void> {
    await this.#db
      .prepare("UPDATE agent SET state = 'deleting', plc_end = ?, plc_kept = MAX(plc_kept, ?), owner_key = ?, lease_until = ? WHERE did = ?")
      .bind(end === "keep" ? null : end, end === "keep" ? 1 : 0, ownerKey, leaseUntil, row.did)
      .run();
    this.#forget(row);
  }

  /** Drop a reservation that never became an agent. */
  async abandon(row: Pick<KnownRow, "did" | "handle">): Promise<void> {
    await this.#db.batch([this.#db.prepare("DELETE FROM agent WHERE did = ? AND state = 'reserved'").bind(row.did), this.invites.giveBack(row.did)]);
    this.#forget(row);
  }

  /** The agent is gone: its name is free, its DID is remembered. */
  async bury(row: Pick<KnownRow, "did" | "handle">, end: PlcEnd | "keep", now: number): Promise<void> {
    await this.#db.batch([
      this.#db
        .prepare("INSERT INTO tombstone (did, handle, plc_end, deleted_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(row.did, row.handle, end, now),
      this.#db.prepare("DELETE FROM agent WHERE did = ?").bind(row.did),
      // A handle that it was about to have is free, too.
      this.#db.prepare("DELETE FROM handle_change WHERE did = ?").bind(row.did),
      this.#db.prepare("DELETE FROM password_reset WHERE did = ?").bind(row.did),
    ]);
    this.#forget(row);
  }

  /**
   * Reserved and deleting rows whose request is no longer at work on them. Reservations with a key stay for their maker
   * until they are older than `keyedBefore`.
   */
  async unfinished(now: number, keyedBefore: number, limit: number): Promise<AgentRow[]> {
    const found = await this.#db
      .prepare(
        `SELECT * FROM agent WHERE state <> 'active' AND lease_until <= ?
         AND (state = 'deleting' OR idempotency_key IS NULL OR created_at <= ?) ORDER BY lease_until LIMIT ?`,
      )
      .bind(now, keyedBefore, limit)
      .all<AgentRow>();
    return found.results;
  }

  /** Handles of those DIDs, at most 100 (what D1 binds in one statement), that are active agents. */
  async handles(dids: string[]): Promise<Map<string, string>> {
    if (dids.length === 0) return new Map();
    const marks = dids.map(() => "?").join(", ");
    const found = await this.#db.prepare(`SELECT did, handle FROM agent WHERE state = 'active' AND did IN (${marks})`).bind(...dids).all<KnownAgent>();
    return new Map(found.results.map(({ did, handle }) => [did, handle]));
  }

  /** Agents by handle, for the admin: active ones, and those still being destroyed. */
  async list(after: string, limit: number): Promise<ListedAgent[]> {
    const found = await this.#db
      .prepare("SELECT did, handle, state, created_at, model FROM agent WHERE state <> 'reserved' AND handle > ? ORDER BY handle LIMIT ?")
      .bind(after, limit)
      .all<ListedAgent>();
    return found.results;
  }

  /** Whether the statement changed a row. */
  async #change(statement: string, ...values: (string | number)[]): Promise<boolean> {
    return (await this.#db.prepare(statement).bind(...values).run()).meta.changes > 0;
  }

  /** Something of the agent has changed, wherever that was done: this isolate is to ask anew. */
  async forgetAll(did: string): Promise<void> {
    cache.deleteWhere((known) => known.did === did);
    const now = await this.byDid(did);
    if (now !== null) this.#forget(now);
  }

  #forget({ did, handle }: Pick<KnownRow, "did" | "handle">): void {
    cache.delete(did);
    cache.delete(handle);
  }
}
