import { carBytes, type NodeBlock } from "@rookery/repo";
import type { AgentState } from "./state.ts";
import { readRecord } from "./store/records.ts";

/** CAR that proves what is at a path, or that nothing is (com.atproto.sync.getRecord). */
export function proofOf(state: AgentState, key: string): Uint8Array {
  const { head, tree, sql } = state;
  const blocks: NodeBlock[] = [{ cid: head.cid, bytes: head.commit }, ...tree.pathProof(key)];
  const record = readRecord(sql, key);
  if (record !== undefined) blocks.push({ cid: record.cid, bytes: record.data });
  return carBytes(head.cid, blocks);
}
