import type { RateStatus } from "@rookery/sync";
import type { AgentState } from "../state.ts";

/** A limit of an account: so many calls in a window that begins with the first. */
export interface AccountRate {
  /** Name of the counter. */
  name: string;
  points: number;
  windowMs: number;
}

interface Used extends Record<string, SqlStorageValue> {
  since: number;
  points: number;
}

/**
 * Count one call under each of these limits, as the reference counts: refused calls too. Gives the tightest of them, or the one that
 * does not hold the call. Exact: there is one object for an account, and it writes its counters down.
 */
export function spendRates({ storage, sql }: AgentState, rates: AccountRate[], now = Date.now()): RateStatus & { exceeded: boolean } {
  return storage.transactionSync(() => {
    const spent = rates.map(({ name, points, windowMs }) => {
      const row = sql.exec<Used>("SELECT since, points FROM rate_used WHERE name = ?", name).toArray()[0];
      const isOver = row === undefined || now >= row.since + windowMs;
      const since = isOver ? now : row.since;
      const used = isOver ? 1 : row.points + 1;
      sql.exec("INSERT INTO rate_used (name, since, points) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET since = excluded.since, points = excluded.points", name, since, used);
      return {
        limit: points,
        remaining: Math.max(0, points - used),
        reset: Math.floor((since + windowMs) / 1000),
        policy: `${points};w=${windowMs / 1000}`,
        exceeded: used > points,
      };
    });
    const [first, ...others] = spent;
    if (first === undefined) throw new Error("no limit to spend");
    return others.reduce((tightest, one) => (isTighter(one, tightest) ? one : tightest), first);
  });
}

const isTighter = (one: RateStatus & { exceeded: boolean }, than: RateStatus & { exceeded: boolean }): boolean =>
  one.exceeded === than.exceeded ? one.remaining < than.remaining : one.exceeded;
