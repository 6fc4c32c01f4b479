import { CidError, carBytes, cidFromString, cidKey, cidToString, type CidBytes, type NodeBlock } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAX_GET_BLOCKS, MAX_SCANS, SCAN_SLICE_ROWS } from "./limits.ts";
import type { AgentState } from "./state.ts";
import { readRecord } from "./store/records.ts";

/** CAR that proves what is at a path, or that nothing is (com.atproto.sync.getRecord). */
export function proofOf(state: AgentState, key: string): Uint8Array {
  const { head, tree, sql } = state;
  const blocks: NodeBlock[] = [{ cid: head.cid, bytes: head.commit }, ...tree.coveringProof([key])];
  const record = readRecord(sql, key);
  if (record !== undefined) blocks.push({ cid: record.cid, bytes: record.data });
  return carBytes(head.cid, blocks);
}

/** Scans under way, by agent. */
const scans = new WeakMap<AgentState, number>();

/**
 * CAR with the current blocks of these CIDs (com.atproto.sync.getBlocks). There is no index by CID, which would cost
 * every commit a row per level: this looks through the tables in slices, others having their turn between them.
 * Errors: `BlockNotFound` (400) names the missing; `InvalidRequest` (400); `RateLimitExceeded` (429).
 */
export async function blocksOf(state: AgentState, cids: string[]): Promise<Outcome<Uint8Array>> {
  if (cids.length > MAX_GET_BLOCKS) return fail(400, "InvalidRequest", `At most ${MAX_GET_BLOCKS} CIDs at a time, not ${cids.length}`);
  const wanted = parse(cids);
  if (!wanted.ok) return wanted;
  const running = scans.get(state) ?? 0;
  if (running >= MAX_SCANS) return fail(429, "RateLimitExceeded", "Too many block look-ups at a time");
  scans.set(state, running + 1);
  try {
    const root = state.head.cid;
    const found = await scan(state, wanted.value);
    if (wanted.value.size > 0)
      return fail(400, "BlockNotFound", `Could not find cids: ${[...wanted.value.values()].map(cidToString).join(", ")}`);
    return ok(carBytes(root, found));
  } finally {
    scans.set(state, (scans.get(state) ?? 1) - 1);
  }
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
async function scan({ sql, head }: AgentState, wanted: Map<string, CidBytes>): Promise<NodeBlock[]> {
  const found: NodeBlock[] = [];
  if (wanted.delete(cidKey(head.cid))) found.push({ cid: head.cid, bytes: head.commit });
  for (const table of ["node", "record_block"]) {
    const slice = `SELECT id, cid FROM ${table} WHERE id > ? ORDER BY id LIMIT ${SCAN_SLICE_ROWS}`;
    for (let after = 0; wanted.size > 0; ) {
      const rows = sql.exec<{ id: number; cid: ArrayBuffer }>(slice, after).toArray();
      for (const { id, cid } of rows) {
        const bytes = new Uint8Array(cid);
        if (!wanted.delete(cidKey(bytes))) continue;
        found.push({ cid: bytes, bytes: new Uint8Array(sql.exec<{ data: ArrayBuffer }>(`SELECT data FROM ${table} WHERE id = ?`, id).one().data) });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < SCAN_SLICE_ROWS) break;
      after = last.id;
      await scheduler.wait(0);
    }
  }
  return found;
}
