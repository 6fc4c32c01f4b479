import { type Outcome, fail, ok } from "@rookery/sync";
import type { SessionGrant } from "../agent-api.ts";
import { MAX_PASSWORD_CHECKS, MAX_SESSIONS, SESSION_GRACE, SESSION_LIFE } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { blockOf, countFailure } from "./login-guard.ts";
import { verifyPassword } from "./password.ts";

const SCOPE = "com.atproto.access";

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  family: string;
  scope: string;
  expires: number;
  successor: string | null;
}

/** Password checks under way in this isolate's agents; each holds 16 MB. */
let checking = 0;

/** Log in. Errors: `AuthenticationRequired` (401), `RateLimitExceeded` (429), `AccountTakedown` (401). */
export async function createSession(state: AgentState, input: { password: string; ip?: string }): Promise<Outcome<SessionGrant>> {
  const { sql, ports } = state;
  const address = (input.ip ?? "").slice(0, 64);
  const rate = ports.rateLimits ? blockOf(sql, address, Date.now()) : undefined;
  if (rate !== undefined) return { ok: false, error: { status: 429, name: "RateLimitExceeded", message: "Rate Limit Exceeded", rate } };
  if (checking >= MAX_PASSWORD_CHECKS) return fail(429, "RateLimitExceeded", "Too many logins at a time");
  const stored = state.account.password;
  checking++;
  const matches = await verifyPassword(input.password, stored).finally(() => checking--);
  if (state.account.status === "deleted" || !matches || state.account.password !== stored) {
    if (ports.rateLimits) countFailure(sql, address, Date.now());
    return fail(401, "AuthenticationRequired", "Invalid identifier or password");
  }
  if (state.account.status === "takendown") return fail(401, "AccountTakedown", "Account has been taken down");
  return startSession(state);
}

/** A session without asking for the password: for {@link createSession}, and for whoever has just made the account. */
export function startSession(state: AgentState): Outcome<SessionGrant> {
  const id = crypto.randomUUID();
  const now = Date.now();
  return state.storage.transactionSync(() => {
    const grant = insert(state, { id, family: id, scope: SCOPE }, now);
    prune(state.sql, now);
    return ok(grant);
  });
}

/**
 * Spend a refresh token for its successor. Presented again within the grace it gives the same successor, so that a lost
 * answer does not end a session. Errors: `ExpiredToken` (400) for one that is unknown, spent or expired.
 */
export function refreshSession(state: AgentState, input: { id: string }): Outcome<SessionGrant> {
  const { sql } = state;
  const now = Date.now();
  const row = find(sql, input.id);
  if (row === undefined || row.expires <= now || state.account.status === "deleted") return fail(400, "ExpiredToken", "Token has been revoked");
  if (state.account.status === "takendown") return fail(401, "AccountTakedown", "Account has been taken down");
  return state.storage.transactionSync((): Outcome<SessionGrant> => {
    if (row.successor !== null) {
      const next = find(sql, row.successor);
      return next === undefined ? fail(400, "ExpiredToken", "Token has been revoked") : ok(grantOf(state, next));
    }
    const id = crypto.randomUUID();
    sql.exec("UPDATE session SET successor = ?, expires = ? WHERE id = ?", id, Math.min(row.expires, now + SESSION_GRACE), row.id);
    const grant = insert(state, { id, family: row.family, scope: row.scope }, now);
    prune(sql, now);
    return ok(grant);
  });
}

/** Log out: the token and everything that came from the same login. Unknown tokens are no error. */
export function deleteSession({ sql }: AgentState, { id }: { id: string }): void {
  sql.exec("DELETE FROM session WHERE family = (SELECT family FROM session WHERE id = ?)", id);
}

/** A new credential ends what the old one began. */
export function deleteAllSessions(sql: SqlStorage): void {
  sql.exec("DELETE FROM session");
}

function find(sql: SqlStorage, id: string): Row | undefined {
  return sql.exec<Row>("SELECT id, family, scope, expires, successor FROM session WHERE id = ?", id).toArray()[0];
}

function insert(state: AgentState, { id, family, scope }: Pick<Row, "id" | "family" | "scope">, now: number): SessionGrant {
  const expires = now + SESSION_LIFE;
  state.sql.exec("INSERT INTO session (id, family, scope, created, expires) VALUES (?, ?, ?, ?, ?)", id, family, scope, now, expires);
  return grantOf(state, { id, scope, expires });
}

/** Expired tokens go, and the oldest beyond the bound. */
function prune(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM session WHERE expires <= ?", now);
  sql.exec("DELETE FROM session WHERE id IN (SELECT id FROM session ORDER BY created DESC, id LIMIT -1 OFFSET ?)", MAX_SESSIONS);
}

function grantOf({ account }: AgentState, { id, scope, expires }: Pick<Row, "id" | "scope" | "expires">): SessionGrant {
  const grant: SessionGrant = { id, did: account.did, handle: account.handle, active: account.status === null, scope, expiresAt: expires };
  if (account.email !== null) grant.email = account.email;
  if (account.status !== null) grant.status = account.status;
  return grant;
}
