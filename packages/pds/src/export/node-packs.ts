import { CID_LENGTH } from "@rookery/repo";
import { readNodeRow, readOldNode } from "../store/nodes.ts";
import { LARGE, numbersOf } from "../store/packs.ts";
import { DamagedRepositoryError } from "./damage.ts";

/** A stored node: its CID and, right after it, its block, at [start, end) of `source`. */
export interface PackedNode {
  source: Uint8Array;
  start: number;
  end: number;
  /** Ids of its children, in order. */
  kids: number[];
}

type Pack = [lengths: string | null, kids: string, bytes: ArrayBuffer];

const PACK = `SELECT group_concat(length(data)), group_concat(length(kids)),
  CAST(group_concat(cid || CASE WHEN length(data) > ${LARGE} THEN x'' ELSE data || kids END, '') AS BLOB)`;
const NEWEST = `${PACK} FROM json_each(?1) AS asked CROSS JOIN node ON node.id = asked.value`;
/** Of each node the one version that was there at the rev: kept aside since, or still the newest. */
const PINNED = `${PACK} FROM (
  SELECT coalesce(o.cid, n.cid) AS cid, coalesce(o.data, n.data) AS data, coalesce(o.kids, n.kids) AS kids FROM json_each(?1) AS asked
    LEFT JOIN node_old AS o ON o.id = asked.value AND o.until > ?2 AND o.rev <= ?2
    LEFT JOIN node AS n ON n.id = asked.value)`;

/** Nodes of these ids as they were at `rev`, in the order asked for. Throws DamagedRepositoryError when one is missing. */
export function readNodes(sql: SqlStorage, ids: number[], rev: string, anyKept: boolean): PackedNode[] {
  const asked = JSON.stringify(ids);
  const cursor = anyKept ? sql.exec(PINNED, asked, rev) : sql.exec(NEWEST, asked);
  const pack = cursor.raw<Pack>().next().value;
  const lengths = typeof pack?.[0] === "string" ? numbersOf(pack[0]) : [];
  if (pack === undefined || lengths.length !== ids.length) throw new DamagedRepositoryError(`${ids.length - lengths.length} nodes are missing at ${rev}`);
  const kidLengths = numbersOf(pack[1]);
  const source = new Uint8Array(pack[2]);
  let at = 0;
  return ids.map((id, i) => {
    const start = at;
    const length = lengths[i] as number;
    if (length > LARGE) {
      at = start + CID_LENGTH;
      return whole(sql, id, source.subarray(start, at), rev, anyKept);
    }
    const end = start + CID_LENGTH + length;
    at = end + (kidLengths[i] as number);
    const kids: number[] = [];
    for (let kid = end; kid < at; kid += 4)
      kids.push((source[kid] as number) + (source[kid + 1] as number) * 0x100 + (source[kid + 2] as number) * 0x10000 + (source[kid + 3] as number) * 0x1000000);
    return { source, start, end, kids };
  });
}

function whole(sql: SqlStorage, id: number, cid: Uint8Array, rev: string, anyKept: boolean): PackedNode {
  const node = (anyKept ? readOldNode(sql, id, rev) : undefined) ?? readNodeRow(sql, id);
  if (node === undefined) throw new DamagedRepositoryError(`no node ${id} at ${rev}`);
  const source = new Uint8Array(CID_LENGTH + node.bytes.length);
  source.set(cid);
  source.set(node.bytes, CID_LENGTH);
  return { source, start: 0, end: source.length, kids: node.kids };
}
