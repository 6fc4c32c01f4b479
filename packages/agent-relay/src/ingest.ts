/**
 * The way of an event into the log: step 5 of the way of a write.
 *
 *   1. rows already seen are left out, by (epoch, n) of their account;
 *   2. each new row gets the next seq, spliced into the frame that the agent encoded;
 *   3. the frame is appended, deliveries are noted, the account's row is advanced;
 * all in one transaction, synchronously. Per event that is one log row, one update for the whole batch, and one row per
 * local recipient. What happens afterwards (sending, waking) may be lost: the log and the delivery rows are the truth.
 */
import { fail, MAX_FRAME_BYTES, ok, sequenceFrame, type Outcome, type OutboxRow } from "@rookery/sync";
import type { Addressees, Deliveries } from "./deliveries.ts";
import type { EventLog, LoggedFrame } from "./log.ts";
import type { Purge } from "./purge.ts";
import type { Repo, Repos } from "./repos.ts";
import { MAX_INGEST_ROWS } from "./settings.ts";

export interface IngestStores {
  storage: DurableObjectStorage;
  log: EventLog;
  repos: Repos;
  deliveries: Deliveries;
  purge: Purge;
  /** Called inside the transaction, after its last statement: crash tests throw here. */
  beforeCommit?: () => void;
}

export interface Ingested {
  /** Highest (epoch, n) now held for the account. */
  position: { epoch: number; n: number };
  /** New events in order. */
  frames: LoggedFrame[];
  addressees: Addressees;
  /** The account became active: what waited for it can be delivered. */
  activated: boolean;
  /** The account was deleted, and rows remain to be purged. */
  purging: boolean;
}

/** Take rows of one account, in order. An error means a broken outbox, and nothing was taken. */
export function ingest(stores: IngestStores, rows: OutboxRow[], now: number): Outcome<Ingested> {
  const fault = faultOf(rows);
  if (fault !== undefined) return fail(400, "InvalidRequest", fault);
  try {
    return ok(stores.storage.transactionSync(() => take(stores, rows, now)));
  } catch (error) {
    // Rolled back: what memory believes must follow.
    stores.log.reload();
    stores.repos.reload();
    throw error;
  }
}

function take({ log, repos, deliveries, purge, beforeCommit }: IngestStores, rows: OutboxRow[], now: number): Ingested {
  const did = rows[0]?.did ?? "";
  const known = repos.find(did) ?? repos.add(did, log.lastSeq);
  const frames: LoggedFrame[] = [];
  const addressees: Addressees = { direct: new Set(), everybody: false };
  let repo = known;
  /** The account's last event before its deletion. */
  let lastAlive = known.seq;
  for (const row of rows) {
    if (!isNew(row, repo)) continue;
    if (repo.status !== "deleted") lastAlive = repo.seq;
    const seq = log.lastSeq + 1;
    const frame = sequenceFrame(row.frame, row.seqAt, seq);
    frames.push(log.append(frame, repo.id, repo.seq, now));
    repo = advance(repo, row, seq, now);
    if (row.deliveries !== undefined) deliveries.add(repo, seq, row.deliveries, addressees);
  }
  if (frames.length > 0) repos.save(repo);
  const purging = repo.status === "deleted" && known.status !== "deleted" && purge.begin(repo, lastAlive);
  beforeCommit?.();
  return { position: { epoch: repo.epoch, n: repo.n }, frames, addressees, activated: repo.active && !known.active, purging };
}

/** An epoch begins when a backup was restored, and `n` starts anew with it. */
function isNew(row: OutboxRow, repo: Repo): boolean {
  return row.epoch > repo.epoch || (row.epoch === repo.epoch && row.n > repo.n);
}

function advance(repo: Repo, row: OutboxRow, seq: number, now: number): Repo {
  const next = { ...repo, epoch: row.epoch, n: row.n, seq, at: now };
  if (row.kind === "account") return { ...next, active: row.active === true, status: row.active === true ? null : (row.status ?? null) };
  return row.head === undefined || row.rev === undefined ? next : { ...next, head: row.head, rev: row.rev };
}

/** Agents are ours, so this finds bugs, not attacks: it is said loudly and nothing is taken. */
function faultOf(rows: OutboxRow[]): string | undefined {
  const [first] = rows;
  if (first === undefined) return "no rows";
  if (rows.length > MAX_INGEST_ROWS) return `${rows.length} rows, at most ${MAX_INGEST_ROWS}`;
  let last: OutboxRow | undefined;
  for (const row of rows) {
    const at = `row (${row.epoch}, ${row.n}) of ${row.did}`;
    if (row.did !== first.did) return `rows of ${first.did} and ${row.did} in one batch`;
    if (!Number.isSafeInteger(row.epoch) || !Number.isSafeInteger(row.n) || row.epoch < 0 || row.n < 0) return `${at} has no valid position`;
    if (last !== undefined && (row.epoch < last.epoch || (row.epoch === last.epoch && row.n <= last.n))) return `${at} is out of order after (${last.epoch}, ${last.n})`;
    if (row.frame.length + 9 > MAX_FRAME_BYTES) return `${at} has a frame of ${row.frame.length} bytes, limit ${MAX_FRAME_BYTES}`;
    if (!Number.isInteger(row.seqAt) || row.seqAt < 1 || row.seqAt > row.frame.length) return `${at} has seqAt ${row.seqAt} outside its frame`;
    last = row;
  }
  return undefined;
}
