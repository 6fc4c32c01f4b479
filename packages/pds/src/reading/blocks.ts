import { CidError, carBlock, carBytes, carHeader, cidFromString, cidKey, cidToString, type CidBytes } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAX_GET_BLOCKS, MAX_SCANS, PART_BYTES, SCAN_SLICE_ROWS } from "../limits.ts";
import type { Pin } from "../pins.ts";
import type { AgentState } from "../state.ts";
import { partStream } from "./part-stream.ts";

/** Scans under way, by agent. */
const scans = new WeakMap<AgentState, number>();

/** Where a block was found. */
interface Place {
  cid: CidBytes;
  /** Bytes. */
  length: number;
  /** The bytes, as long as the rev of the scan is pinned. */
  read: () => Uint8Array;
}

/**
 * CAR with the current blocks of these CIDs (com.atproto.sync.getBlocks), as a stream where it is large: 200 blocks may have 200 MB.
 * There is no index by CID, which would cost every commit a row per level: this looks through the tables in slices, others having
 * their turn between them. What is superseded meanwhile is kept aside by a pin, as for exports.
 * Errors: `BlockNotFound` (400) names the missing; `InvalidRequest` (400); `RateLimitExceeded` (429).
 */
export async function blocksOf(state: AgentState, cids: string[]): Promise<Outcome<Uint8Array | ReadableStream<Uint8Array>>> {
  if (cids.length > MAX_GET_BLOCKS) return fail(400, "InvalidRequest", `At most ${MAX_GET_BLOCKS} CIDs at a time, not ${cids.length}`);
  const wanted = parse(cids);
  if (!wanted.ok) return wanted;
  const { pins, head } = state;
  let isOver = false;
  const pin = (scans.get(state) ?? 0) >= MAX_SCANS ? undefined : pins.open(head.rev, () => (isOver = true));
  if (pin === undefined) return fail(429, "RateLimitExceeded", "Too many block look-ups at a time");
  scans.set(state, (scans.get(state) ?? 0) + 1);
  let handedOver = false;
  try {
    const found = await scan(state, wanted.value, pin);
    if (wanted.value.size > 0)
      return fail(400, "BlockNotFound", `Could not find cids: ${[...wanted.value.values()].map(cidToString).join(", ")}`);
    if (found.reduce((size, { length }) => size + length, 0) <= PART_BYTES) return ok(carBytes(head.cid, found.map(({ cid, read }) => ({ cid, bytes: read() }))));
    handedOver = true;
    return ok(streamOf(head.cid, found, pin, () => isOver, () => pins.close(pin)));
  } finally {
    scans.set(state, (scans.get(state) ?? 1) - 1);
    if (!handedOver) pins.close(pin);
  }
}

/** The CAR block by block, each read when it is asked for. */
function streamOf(root: CidBytes, found: Place[], pin: Pin, isOver: () => boolean, ended: () => void): ReadableStream<Uint8Array> {
  let at = -1;
  return partStream(() => {
    if (isOver()) throw new Error("the look-up took too long");
    pin.used = Date.now();
    const place = found[at++];
    if (at === 0) return carHeader(root);
    return place && carBlock(place.cid, place.read());
  }, ended);
}

function parse(cids: string[]): Outcome<Map<string, CidBytes>> {
  try {
    return ok(new Map(cids.map(cidFromString).map((cid) => [cidKey(cid), cid])));
  } catch (error) {
    if (error instanceof CidError) return fail(400, "InvalidRequest", error.message);
    throw error;
  }
}

/** Find blocks; what is found is taken out of `wanted`. */
async function scan({ sql, head }: AgentState, wanted: Map<string, CidBytes>, pin: Pin): Promise<Place[]> {
  const found: Place[] = [];
  if (wanted.delete(cidKey(head.cid))) found.push({ cid: head.cid, length: head.commit.length, read: () => head.commit });
  for (const table of ["node", "record_block"] as const) {
    const slice = `SELECT id, cid, length(data) AS length FROM ${table} WHERE id > ? ORDER BY id LIMIT ${SCAN_SLICE_ROWS}`;
    for (let after = 0; wanted.size > 0; ) {
      const rows = sql.exec<{ id: number; cid: ArrayBuffer; length: number }>(slice, after).toArray();
      for (const { id, cid, length } of rows) {
        const bytes = new Uint8Array(cid);
        if (wanted.delete(cidKey(bytes))) found.push({ cid: bytes, length, read: () => blockAt(sql, table, id, bytes) });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < SCAN_SLICE_ROWS) break;
      after = last.id;
      pin.used = Date.now();
      await scheduler.wait(0);
    }
  }
  return found;
}

const KEPT = { node: "node_old", record_block: "record_old" } as const;

/** The block with this CID, where it was found or where it was kept aside since. */
function blockAt(sql: SqlStorage, table: keyof typeof KEPT, id: number, cid: CidBytes): Uint8Array {
  const rows = (query: string, ...by: (number | CidBytes)[]) => sql.exec<{ data: ArrayBuffer }>(`SELECT data FROM ${query} LIMIT 1`, ...by).toArray();
  const [row] = [...rows(`${table} WHERE id = ? AND cid = ?`, id, cid), ...rows(`${KEPT[table]} WHERE cid = ?`, cid)];
  if (row === undefined) throw new Error(`no block ${cidToString(cid)}`);
  return new Uint8Array(row.data);
}
