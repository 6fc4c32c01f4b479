import { type Outcome, fail, ok } from "@rookery/sync";

/** A cursor of this agent as the id it stands for; 0, the beginning, when absent. Errors: `InvalidRequest` (400). */
export function cursorOf(cursor: string | undefined): Outcome<number> {
  if (cursor === undefined) return ok(0);
  return /^\d{1,15}$/.test(cursor) ? ok(Number(cursor)) : fail(400, "InvalidRequest", `Malformed cursor: ${cursor.slice(0, 40)}`);
}
