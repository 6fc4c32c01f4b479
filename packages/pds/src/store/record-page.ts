import { CID_LENGTH } from "@rookery/repo";
import type { ListRecordsInput } from "../agent-api.ts";
import { LARGE, numbersOf } from "./packs.ts";
import { readRecord } from "./records.ts";

/** A record of a page: its CID at `cid` of `source`, its block at [start, end). */
export interface PagedRecord {
  key: string;
  source: Uint8Array;
  cid: number;
  start: number;
  end: number;
}

type Pack = [keys: string | null, lengths: string, bytes: ArrayBuffer];

const pageOf = (order: "ASC" | "DESC", shown: string): string => `
  SELECT group_concat(key), group_concat(length(data)),
    CAST(group_concat(cid || CASE WHEN length(data) > ${LARGE} THEN x'' ELSE data END, '') AS BLOB)
  FROM (SELECT key, cid, data FROM record WHERE key > ? AND key < ? ${shown} ORDER BY key ${order} LIMIT ?)`;

const ALL = { true: pageOf("ASC", ""), false: pageOf("DESC", "") };
const WITHOUT_TAKEN_DOWN = "AND key NOT IN (SELECT subject FROM taken_down)";
const SHOWN = { true: pageOf("ASC", WITHOUT_TAKEN_DOWN), false: pageOf("DESC", WITHOUT_TAKEN_DOWN) };

/** Bounds of a collection's keys: `/` is 0x2f and `0` is 0x30, so all keys `collection/...` lie between. */
const from = (collection: string) => `${collection}/`;
const to = (collection: string) => `${collection}0`;

/**
 * A page of a collection, newest (highest key) first unless `reverse`. SQLite puts it together in one value (packs.ts); large
 * records are read as they are asked for.
 * @param anyTakenDown whether any record may have been taken down; those are left out.
 */
export function* readPage(sql: SqlStorage, { collection, limit, cursor, reverse = false }: ListRecordsInput, anyTakenDown: boolean): Generator<PagedRecord> {
  const low = reverse && cursor !== undefined ? from(collection) + cursor : from(collection);
  const high = !reverse && cursor !== undefined ? from(collection) + cursor : to(collection);
  const pack = sql.exec((anyTakenDown ? SHOWN : ALL)[`${reverse}`], low, high, limit).raw<Pack>().next().value;
  if (pack === undefined || pack[0] === null) return;
  const lengths = numbersOf(pack[1]);
  const source = new Uint8Array(pack[2]);
  let cid = 0;
  let next = 0;
  for (const key of pack[0].split(",")) {
    const length = lengths[next++] as number;
    const start = cid + CID_LENGTH;
    const end = length > LARGE ? start : start + length;
    yield length > LARGE ? alone(sql, key) : { key, source, cid, start, end };
    cid = end;
  }
}

/** A large record. Nothing is written while a page is read: it is there. */
function alone(sql: SqlStorage, key: string): PagedRecord {
  const row = readRecord(sql, key);
  if (row === undefined) throw new Error(`no record at ${key}`);
  const source = new Uint8Array(CID_LENGTH + row.data.length);
  source.set(row.cid);
  source.set(row.data, CID_LENGTH);
  return { key, source, cid: 0, start: CID_LENGTH, end: source.length };
}
