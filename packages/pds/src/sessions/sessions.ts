import { type Outcome, fail, ok } from "@rookery/sync";
import type { SessionGrant } from "../agent-api.ts";
import type { AppPassword } from "../credentials/app-passwords.ts";
import { MAX_SESSIONS, SESSION_GRACE, SESSION_LIFE } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { type Attempt, TAKEN_DOWN, checkPassword, isTakenDown } from "./login.ts";
import { type AccessScope, SCOPES, isAccessScope } from "./scope.ts";

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  family: string;
  scope: string;
  expires: number;
  successor: string | null;
  app_password: string | null;
}

/** What a login may, by what it was made with. */
const scopeOf = (app: AppPassword | undefined): AccessScope =>
  app === undefined ? SCOPES.access : app.privileged ? SCOPES.appPassPrivileged : SCOPES.appPass;

/**
 * Log in, with the account's password or one of its apps'. An account that was taken down gets a session only when that is asked
 * for, with the account's own password, and it cannot be refreshed. Errors: `AuthenticationRequired` (401),
 * `RateLimitExceeded` (429), `AccountTakedown` (401).
 */
export async function createSession(state: AgentState, input: Omit<Attempt, "appPasswords"> & { allowTakendown?: boolean }): Promise<Outcome<SessionGrant>> {
  const { allowTakendown = false, ...attempt } = input;
  const checked = await checkPassword(state, { ...attempt, appPasswords: true });
  if (!checked.ok) return checked;
  const { appPassword } = checked.value;
  if (!isTakenDown(state)) return startSession(state, appPassword);
  if (!allowTakendown) return TAKEN_DOWN;
  // Not kept, so that it ends with its access token.
  return ok(grantOf(state, { id: crypto.randomUUID(), scope: SCOPES.takendown, expires: Date.now() + SESSION_LIFE }));
}

/** A session without asking for the password: for {@link createSession}, and for whoever has just made the account. Errors: `AccountTakedown` (401). */
export function startSession(state: AgentState, appPassword?: AppPassword): Outcome<SessionGrant> {
  if (isTakenDown(state)) return TAKEN_DOWN;
  const id = crypto.randomUUID();
  const now = Date.now();
  return state.storage.transactionSync(() => {
    const grant = insert(state, { id, family: id, scope: scopeOf(appPassword), app_password: appPassword?.name ?? null }, now);
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
  if (isTakenDown(state)) return TAKEN_DOWN;
  const row = find(sql, input.id);
  if (row === undefined || row.expires <= now || state.account.status === "deleted") return fail(400, "ExpiredToken", "Token has been revoked");
  return state.storage.transactionSync((): Outcome<SessionGrant> => {
    if (row.successor !== null) {
      const next = find(sql, row.successor);
      return next === undefined ? fail(400, "ExpiredToken", "Token has been revoked") : ok(grantOf(state, next));
    }
    const id = crypto.randomUUID();
    sql.exec("UPDATE session SET successor = ?, expires = ? WHERE id = ?", id, Math.min(row.expires, now + SESSION_GRACE), row.id);
    const grant = insert(state, { id, family: row.family, scope: row.scope, app_password: row.app_password }, now);
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
  return sql.exec<Row>("SELECT id, family, scope, expires, successor, app_password FROM session WHERE id = ?", id).toArray()[0];
}

function insert(state: AgentState, { id, family, scope, app_password }: Pick<Row, "id" | "family" | "scope" | "app_password">, now: number): SessionGrant {
  const expires = now + SESSION_LIFE;
  state.sql.exec(
    "INSERT INTO session (id, family, scope, created, expires, app_password) VALUES (?, ?, ?, ?, ?, ?)", id, family, scope, now, expires, app_password,
  );
  return grantOf(state, { id, scope, expires });
}

/** Expired tokens go, and the oldest beyond the bound. */
function prune(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM session WHERE expires <= ?", now);
  sql.exec("DELETE FROM session WHERE id IN (SELECT id FROM session ORDER BY created DESC, id LIMIT -1 OFFSET ?)", MAX_SESSIONS);
}

function grantOf({ account }: AgentState, { id, scope, expires }: Pick<Row, "id" | "scope" | "expires">): SessionGrant {
  if (!isAccessScope(scope)) throw new Error(`session with an unknown scope: ${scope}`);
  const { did, handle, email, emailConfirmedAt, status } = account;
  const grant: SessionGrant = { id, did, handle, emailConfirmed: emailConfirmedAt !== null, active: status === null, scope, expiresAt: expires };
  if (email !== null) grant.email = email;
  if (status !== null) grant.status = status;
  return grant;
}
