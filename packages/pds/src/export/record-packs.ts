import { CID_LENGTH, type CarChunk } from "@rookery/repo";
import { type RecordRow, readOldRecord, readRecord } from "../store/records.ts";
import { LARGE, PACK_ROWS, numbersOf } from "../store/packs.ts";
import { DamagedRepositoryError, sameCid } from "./damage.ts";

type Pack = [last: string | null, lengths: string, large: string | null, bytes: ArrayBuffer];

/** CIDs with their blocks, one after the other; of large ones the CID and, in a list, the key. */
const packOf = (rows: string): string => `
  SELECT max(key), group_concat(length(data)), group_concat(CASE WHEN length(data) > ${LARGE} THEN key END),
    CAST(group_concat(cid || CASE WHEN length(data) > ${LARGE} THEN x'' ELSE data END, '') AS BLOB)
  FROM (${rows} ORDER BY key LIMIT ${PACK_ROWS})`;

const NEWEST = packOf("SELECT key, cid, data FROM record WHERE key > ?1 AND rev <= ?2");
/** Of each key the one version that was there at the rev: still the newest, or kept aside since. */
const PINNED = packOf(`SELECT key, cid, data FROM record WHERE key > ?1 AND rev <= ?2
  UNION ALL SELECT key, cid, data FROM record_old WHERE key > ?1 AND rev <= ?2 AND until > ?2`);

/** All records of one rev, in key order, some at a time. */
export class RecordPacks {
  readonly #sql: SqlStorage;
  readonly #rev: string;
  /** Whether versions may be kept aside by now. */
  readonly #anyKept: () => boolean;
  #last: string | null = "";
  #bytes = new Uint8Array();
  #at = 0;
  #lengths: number[] = [];
  #large: string[] = [];
  #next = 0;
  #nextLarge = 0;

  constructor(sql: SqlStorage, rev: string, anyKept: () => boolean) {
    this.#sql = sql;
    this.#rev = rev;
    this.#anyKept = anyKept;
  }

  /** Write the next record's block, which must have the CID at `cid` of `source`. Throws DamagedRepositoryError. */
  take(source: Uint8Array, cid: number, chunk: CarChunk): void {
    if (this.#next === this.#lengths.length && !this.#read()) throw new DamagedRepositoryError(`a record is missing at ${this.#rev}`);
    const length = this.#lengths[this.#next++] as number;
    const start = this.#at;
    if (!sameCid(source, cid, this.#bytes, start)) throw new DamagedRepositoryError(`record and tree differ at ${this.#rev}, after ${this.#next} of those up to ${this.#last}`);
    if (length > LARGE) {
      this.#at = start + CID_LENGTH;
      const { cid: found, data } = this.#whole(this.#large[this.#nextLarge++] as string);
      if (!sameCid(source, cid, found, 0)) throw new DamagedRepositoryError(`record and tree differ at ${this.#rev}`);
      chunk.block(found, data);
    } else {
      this.#at = start + CID_LENGTH + length;
      chunk.packed(this.#bytes, start, this.#at);
    }
  }

  /** Whether all were taken. */
  get done(): boolean {
    return this.#next === this.#lengths.length && !this.#read();
  }

  #whole(key: string): RecordRow {
    const row = (this.#anyKept() ? readOldRecord(this.#sql, key, this.#rev) : undefined) ?? readRecord(this.#sql, key);
    if (row === undefined) throw new DamagedRepositoryError(`no block for ${key} at ${this.#rev}`);
    return row;
  }

  #read(): boolean {
    if (this.#last === null) return false;
    const pack = this.#sql.exec(this.#anyKept() ? PINNED : NEWEST, this.#last, this.#rev).raw<Pack>().next().value;
    this.#next = this.#nextLarge = this.#at = 0;
    this.#lengths = [];
    this.#last = pack?.[0] ?? null;
    if (pack === undefined || this.#last === null) return false;
    this.#lengths = numbersOf(pack[1]);
    this.#large = pack[2]?.split(",") ?? [];
    this.#bytes = new Uint8Array(pack[3]);
    return true;
  }
}
