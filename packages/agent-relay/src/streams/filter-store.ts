import { fail, ok, type FilterSpec, type Outcome } from "@rookery/sync";
import { INLINE_FILTER_CHARS, MAX_FILTER_CHARS, TOTAL_FILTER_CHARS } from "../settings.ts";
import type { Attachment } from "./attachment.ts";

/**
 * Where long filters live: an attachment has 16 KB, a filter may name 10,000 DIDs. Each belongs to one socket and goes with it.
 */
export class FilterStore {
  readonly #sql: SqlStorage;
  /** Characters in all rows: what they take in memory, where each reader needs its filter, is about as much. */
  #total: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#total = sql.exec<{ total: number }>("SELECT COALESCE(SUM(LENGTH(body)), 0) AS total FROM filter").one().total;
  }

  /** Put a filter where it fits. A refusal says why, and nothing was stored. */
  put(spec: FilterSpec): Outcome<NonNullable<Attachment["filter"]>> {
    const body = JSON.stringify(spec);
    if (body.length <= INLINE_FILTER_CHARS) return ok(spec);
    if (body.length > MAX_FILTER_CHARS) return fail(400, "InvalidRequest", `a filter of ${body.length} characters, at most ${MAX_FILTER_CHARS}`);
    if (this.#total + body.length > TOTAL_FILTER_CHARS) return fail(503, "TooManySubscribers", "no more long filters are possible now; try again later");
    const { id } = this.#sql.exec<{ id: number }>("INSERT INTO filter (body) VALUES (?) RETURNING id", body).one();
    this.#total += body.length;
    return ok({ row: id });
  }

  /** The filter of a reader. @throws Error when its row is gone, which nothing here does while the socket lives. */
  get(filter: Attachment["filter"]): FilterSpec | undefined {
    if (filter === undefined || !("row" in filter)) return filter;
    const [found] = this.#sql.exec<{ body: string }>("SELECT body FROM filter WHERE id = ?", filter.row).toArray();
    if (found === undefined) throw new Error(`filter ${filter.row} of a reader is gone`);
    // A named boundary: written by `put`.
    return JSON.parse(found.body) as FilterSpec;
  }

  /** The socket is gone, or has another filter now. */
  drop(filter: Attachment["filter"]): void {
    if (filter === undefined || !("row" in filter)) return;
    const [gone] = this.#sql.exec<{ size: number }>("DELETE FROM filter WHERE id = ? RETURNING LENGTH(body) AS size", filter.row).toArray();
    this.#total -= gone?.size ?? 0;
  }

  /** After a start: drop what belongs to no socket, since sockets do not survive every end of an object. */
  keepOnly(filters: Attachment["filter"][]): void {
    const rows = new Set(filters.map((filter) => (filter !== undefined && "row" in filter ? filter.row : 0)));
    for (const { id } of this.#sql.exec<{ id: number }>("SELECT id FROM filter").toArray()) if (!rows.has(id)) this.drop({ row: id });
  }
}
