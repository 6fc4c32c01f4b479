/**
 * The way of an event into the log: step 5 of the way of a write.
 *
 *   1. rows already seen are left out, by (epoch, n) of their account, and by rev where an agent went back to a backup;
 *   2. each new row gets the next seq, spliced into the frame that the agent encoded;
 *   3. the frame is appended, deliveries are noted, the account's row is advanced;
 * all in one transaction, synchronously. Per event that is one log row, one update for the whole batch, and one row per
 * local recipient. What happens afterwards (sending, waking) may be lost: the log and the delivery rows are the truth.
 */
import { fail, MAX_FRAME_BYTES, ok, type Outcome, type OutboxRow } from "@rookery/sync";
import { AccountTurn, nothingTaken, type LogStores, type Taken } from "./account-turn.ts";
import type { Repo } from "./repos.ts";
import { MAX_INGEST_ROWS } from "./settings.ts";
import { isUnheard } from "./unheard.ts";

/** What became of the rows, and how far the account is now. */
export interface Ingested extends Taken {
  /** Highest (epoch, n) now held for the account. */
  position: { epoch: number; n: number };
}

/** Take rows of one account, in order, within the caller's transaction. An error means a broken outbox, and nothing was taken. */
export function ingest(stores: LogStores, rows: OutboxRow[], now: number): Outcome<Ingested> {
  const fault = faultOf(rows);
  if (fault !== undefined) return fail(400, "InvalidRequest", fault);
  const { log, repos } = stores;
  const did = rows[0]?.did ?? "";
  const taken = nothingTaken();
  const turn = new AccountTurn(stores, repos.find(did) ?? repos.add(did, log.lastSeq), taken);
  // It comes to live here now.
  if (isUnheard(turn.repo)) turn.arrive();
  for (const row of rows) {
    const wentBack = hasNumberAgain(row, turn.repo);
    if (wentBack) console.error({ event: "relay.agent_went_back", did, n: row.n, known: turn.repo.n });
    if (wentBack || isNew(row, turn.repo)) turn.append(row, now);
  }
  turn.finish();
  return ok({ ...taken, position: { epoch: turn.repo.epoch, n: turn.repo.n } });
}

/** An epoch begins when a backup was restored, and `n` starts anew with it. */
export function isNew(row: OutboxRow, repo: Repo): boolean {
  return row.epoch > repo.epoch || (row.epoch === repo.epoch && row.n > repo.n);
}

/**
 * Whether a commit that was never here (revs only increase) has a number that was: an agent that went back to a backup gives
 * numbers out again, and its new commits are not to be taken for those that it lost.
 */
function hasNumberAgain(row: OutboxRow, repo: Repo): boolean {
  return row.epoch === repo.epoch && row.n <= repo.n && row.rev !== undefined && repo.rev !== null && row.rev > repo.rev;
}

/** Agents are ours, so this finds bugs, not attacks: it is said loudly and nothing is taken. */
function faultOf(rows: OutboxRow[]): string | undefined {
  const [first] = rows;
  if (first === undefined) return "no rows";
  const other = rows.find((row) => row.did !== first.did);
  return other === undefined ? faultOfRows(rows) : `rows of ${first.did} and ${other.did} in one batch`;
}

/** What is wrong with rows of one account. */
export function faultOfRows(rows: OutboxRow[]): string | undefined {
  if (rows.length > MAX_INGEST_ROWS) return `${rows.length} rows, at most ${MAX_INGEST_ROWS}`;
  let last: OutboxRow | undefined;
  for (const row of rows) {
    const at = `row (${row.epoch}, ${row.n}) of ${row.did}`;
    if (!Number.isSafeInteger(row.epoch) || !Number.isSafeInteger(row.n) || row.epoch < 0 || row.n < 0) return `${at} has no valid position`;
    if (last !== undefined && (row.epoch < last.epoch || (row.epoch === last.epoch && row.n <= last.n))) return `${at} is out of order after (${last.epoch}, ${last.n})`;
    if (row.frame.length + 9 > MAX_FRAME_BYTES) return `${at} has a frame of ${row.frame.length} bytes, limit ${MAX_FRAME_BYTES}`;
    if (!Number.isInteger(row.seqAt) || row.seqAt < 1 || row.seqAt > row.frame.length) return `${at} has seqAt ${row.seqAt} outside its frame`;
    last = row;
  }
  return undefined;
}
