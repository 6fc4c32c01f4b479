import { fail, ok, type Outcome } from "@rookery/sync";
import type { DeliveryPage, DeliveryQuery, ListedDelivery } from "./delivery-api.ts";
import type { Repos } from "./repos.ts";
import { MAX_LISTED_DELIVERIES } from "./settings.ts";

type Row = {
  recipient_id: number; recipient: string | null; seq: number; op: number; author: string; path: string; cid: string | null;
  action: ListedDelivery["action"]; reason: string | null; tries: number | null; at: number | null; again: number | null;
};

/** One row of any of the three tables; recipient 0 is everybody. */
const select = (table: "delivery" | "broadcast" | "parked", where: string): string => `
  SELECT ${table === "broadcast" ? "0" : "d.recipient"} AS recipient_id, ${table === "broadcast" ? "NULL" : "me.did"} AS recipient,
         d.seq AS seq, d.op AS op, COALESCE(r.did, s.did) AS author, d.path AS path, d.cid AS cid, d.action AS action,
         ${table === "parked" ? "d.reason AS reason, d.tries AS tries, d.at AS at, d.again AS again" : "NULL AS reason, NULL AS tries, NULL AS at, NULL AS again"}
    FROM ${table} d LEFT JOIN repos r ON r.id = d.author LEFT JOIN stranger s ON s.id = -d.author
    ${table === "broadcast" ? "" : "JOIN repos me ON me.id = d.recipient"}
   WHERE (d.seq, ${table === "broadcast" ? "0" : "d.recipient"}, d.op) > (?1, ?2, ?3) AND ${where}`;

const ANYBODY = "?4 IS NULL AND ?5 IS NULL";
const ONE = "d.recipient = ?4 AND ?5 IS NOT NULL";

/** A page of deliveries in one state, by (seq, recipient, op). */
export function listDeliveries(sql: SqlStorage, repos: Repos, { state, recipient, limit, cursor = "0-0-0" }: DeliveryQuery): Outcome<DeliveryPage> {
  const [, seq, id, op] = /^(\d{1,15})-(\d{1,15})-(\d{1,9})$/.exec(cursor) ?? [];
  if (seq === undefined) return fail(400, "InvalidRequest", `malformed cursor: ${cursor.slice(0, 60)}`);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED_DELIVERIES) return fail(400, "InvalidRequest", `limit must be an integer of 1 to ${MAX_LISTED_DELIVERIES}, is ${limit}`);
  const mine = recipient === undefined ? undefined : repos.find(recipient);
  if (recipient !== undefined && mine === undefined) return ok({ deliveries: [] });
  const who = mine === undefined ? ANYBODY : ONE;
  // A broadcast waits for whoever has not acknowledged it and is not its author.
  const theirs = mine === undefined ? ANYBODY : "d.seq > ?5 AND d.author <> ?4";
  const query = state === "parked" ? select("parked", who) : `${select("delivery", who)} UNION ALL ${select("broadcast", theirs)}`;
  const rows = sql
    .exec<Row>(`${query} ORDER BY seq, recipient_id, op LIMIT ?6`, Number(seq), Number(id), Number(op), mine?.id ?? null, mine?.acked ?? null, limit)
    .toArray();
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return ok({ deliveries: rows.map(listed), ...(last === undefined ? {} : { cursor: `${last.seq}-${last.recipient_id}-${last.op}` }) });
}

function listed({ recipient, author, path, cid, action, seq, reason, tries, at, again }: Row): ListedDelivery {
  return {
    ...(recipient === null ? {} : { recipient }),
    author, path, action, seq,
    ...(cid === null ? {} : { cid }),
    ...(reason === null ? {} : { parked: { reason, tries: tries ?? 0, at: new Date(at ?? 0).toISOString(), again: again === 1 } }),
  };
}
