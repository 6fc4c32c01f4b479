/**
 * The way of verified events of one host into the network's log: any number of accounts in one transaction, each with one
 * update of its row. Per event that is one log row, and one row per recipient who lives here.
 */
import { fail, ok, type Outcome } from "@rookery/sync";
import { nothingTaken, type AccountTurn, type Taken } from "../account-turn.ts";
import { faultOfRows } from "../ingest.ts";
import type { Sequencer } from "../sequencer.ts";
import { MAX_INGEST_ROWS } from "../settings.ts";
import type { Collections } from "./collections.ts";
import type { Hosts } from "./hosts.ts";
import type { CarriedRow, PeerBatch } from "./network-api.ts";
import { placingOf } from "./placing.ts";

/** Tables that a peer's batch changes. */
export interface NetworkStores {
  sequencer: Sequencer;
  collections: Collections;
  hosts: Hosts;
}

/** Take a peer's batch within the caller's transaction. An error means a peer's object that does not keep the limits, and nothing was taken. */
export function ingestBatch(stores: NetworkStores, { host, rows, seq = 0 }: PeerBatch, now: number): Outcome<Taken> {
  if (host === "") return fail(400, "InvalidRequest", "a peer's host has a name");
  if (rows.length > MAX_INGEST_ROWS) return fail(400, "InvalidRequest", `${rows.length} rows, at most ${MAX_INGEST_ROWS}`);
  const fault = [...Map.groupBy(rows, ({ did }) => did).values()].map(faultOfRows).find((found) => found !== undefined);
  if (fault !== undefined) return fail(400, "InvalidRequest", fault);
  const taken = nothingTaken();
  const { added, refused } = takeRows(stores, host, rows, taken, now);
  if (refused > 0) console.warn({ event: "network.host_full", host, refused });
  stores.hosts.heard(host, added, seq, now);
  return ok(taken);
}

/** Take rows of a host (empty for the colony's own) within the caller's transaction. */
export function takeRows({ sequencer, collections, hosts }: NetworkStores, host: string, rows: CarriedRow[], taken: Taken, now: number): { added: number; refused: number } {
  const turns = new Map<string, AccountTurn>();
  let room = host === "" ? Infinity : hosts.room(host);
  let added = 0;
  let refused = 0;
  for (const row of rows) {
    let turn = turns.get(row.did);
    if (turn === undefined) {
      const isUnknown = sequencer.repos.find(row.did) === undefined;
      if (isUnknown && room <= 0) {
        refused++;
        continue;
      }
      if (isUnknown) {
        room--;
        added++;
      }
      turn = sequencer.turn(row.did, host, taken);
      turns.set(row.did, turn);
    }
    if (!takeRow(turn, row, host, now)) continue;
    if (row.collections !== undefined && row.collections.length > 0) collections.note(turn.repo.id, row.collections);
    if (row.kind === "sync" && host !== "") sequencer.profiles.doubt(turn.repo, row.collections ?? []);
  }
  for (const turn of turns.values()) {
    turn.finish();
    if (turn.repo.status === "deleted") collections.forget(turn.repo.id);
  }
  return { added, refused };
}

/** Whether the row's event went into the log. */
function takeRow(turn: AccountTurn, row: CarriedRow, host: string, now: number): boolean {
  const placing = placingOf(row, host, turn.repo);
  if (placing === "repeat" || placing === "elsewhere") return false;
  if (host === "" && turn.repo.host !== "") turn.arrive();
  // An account of a host that was forgotten may come back on another.
  if (placing === "moved" || turn.repo.host !== host) turn.amend({ host, active: true, status: null, carried: host === "" });
  const carry = row.carry || host === "";
  if (carry) {
    turn.amend({ carried: true });
    turn.append(row, now);
  } else if (row.deliveries !== undefined && row.deliveries.length > 0) turn.keep(row, row.deliveries, now);
  else turn.note(row);
  return carry;
}
