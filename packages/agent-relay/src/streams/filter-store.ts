import { fail, ok, type FilterSpec, type Outcome } from "@rookery/sync";
import { INLINE_FILTER_CHARS, MAX_FILTER_CHARS, TOTAL_FILTER_CHARS } from "../settings.ts";
import type { Attachment } from "./attachment.ts";

/**
 * Where filters live: short ones in the attachment of their socket, which has 16 KB, long ones in a row, since a filter may name
 * 10,000 DIDs. Each belongs to one socket and goes with it; all of them together are bounded, since each is in memory too.
 */
export class FilterStore {
  readonly #sql: SqlStorage;
  /** Characters of all filters as JSON. */
  #total = 0;

  /** @param filters those of the sockets there are. What belongs to none is dropped: sockets do not survive every end of an object. */
  constructor(sql: SqlStorage, filters: Attachment["filter"][]) {
    this.#sql = sql;
    const sizes = new Map<number, number>();
    for (const { id, size } of sql.exec<{ id: number; size: number }>("SELECT id, LENGTH(body) AS size FROM filter").toArray()) sizes.set(id, size);
    for (const filter of filters) {
      this.#total += filter === undefined ? 0 : "row" in filter ? (sizes.get(filter.row) ?? 0) : JSON.stringify(filter).length;
      if (filter !== undefined && "row" in filter) sizes.delete(filter.row);
    }
    for (const id of sizes.keys()) sql.exec("DELETE FROM filter WHERE id = ?", id);
  }

  /** Put a filter where it fits. A refusal says why, and nothing was stored. */
  put(spec: FilterSpec): Outcome<NonNullable<Attachment["filter"]>> {
    const body = JSON.stringify(spec);
    if (body.length > MAX_FILTER_CHARS) return fail(400, "InvalidRequest", `a filter of ${body.length} characters, at most ${MAX_FILTER_CHARS}`);
    if (this.#total + body.length > TOTAL_FILTER_CHARS) return fail(503, "TooManySubscribers", "no more filters are possible now; try again later");
    this.#total += body.length;
    if (body.length <= INLINE_FILTER_CHARS) return ok(spec);
    const { id } = this.#sql.exec<{ id: number }>("INSERT INTO filter (body) VALUES (?) RETURNING id", body).one();
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
    if (filter === undefined) return;
    if (!("row" in filter)) {
      this.#total -= JSON.stringify(filter).length;
      return;
    }
    const [gone] = this.#sql.exec<{ size: number }>("DELETE FROM filter WHERE id = ? RETURNING LENGTH(body) AS size", filter.row).toArray();
    this.#total -= gone?.size ?? 0;
  }
}
