/**
 * Preferences of applications (app.bsky.actor.getPreferences), as the reference keeps them (actor-store/preference): a list in the
 * order it was put, replaced as a whole by namespace. They say what somebody hides from, and when he was born, so they are in
 * the vault. How much they may be is bounded by the request that puts them (JSON_LIMIT of the route table).
 */
import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentState } from "../state.ts";
import { refusalOf } from "../standing/standing.ts";
import type { Vault } from "../vault/vault.ts";
import type { Preference, PreferenceScope } from "./preferences-api.ts";

const KIND = "preferences";
const ALL = "all";

/** Birth date and the like: for sessions of the account's own password. */
const PERSONAL = "app.bsky.actor.defs#personalDetailsPref";
/** What follows from the birth date, told to every session and set by none. */
const DECLARED_AGE = "app.bsky.actor.defs#declaredAgePref";

const isOf = (namespace: string, type: string): boolean => type === namespace || type.startsWith(`${namespace}.`);

const mayTouch = ({ full }: PreferenceScope, type: string): boolean => full || type !== PERSONAL;

const all = (vault: Vault): Preference[] => vault.getJson<Preference[]>(KIND, ALL) ?? [];

/** What the session may see of a namespace. @throws KeyUnavailableError @throws VaultError */
export const readPreferences = (vault: Vault, scope: PreferenceScope, now = new Date()): Preference[] => {
  const found = all(vault).filter(({ $type }) => isOf(scope.namespace, $type));
  const birthDate = found.find(({ $type }) => $type === PERSONAL)?.["birthDate"];
  if (typeof birthDate === "string" && birthDate !== "") found.push(declaredAge(new Date(birthDate), now));
  return found.filter(({ $type }) => mayTouch(scope, $type));
};

/** Replace what the session may touch of a namespace. Errors: `InvalidRequest` (400), `AccountTakedown` (401). @throws KeyUnavailableError @throws VaultError */
export const putPreferences = ({ vault, account }: AgentState, scope: PreferenceScope, preferences: Preference[]): Outcome<null> => {
  const refusal = refusalOf(account);
  if (refusal !== undefined && account.status !== "deactivated") return { ok: false, error: refusal };
  const { namespace } = scope;
  if (!preferences.every(({ $type }) => isOf(namespace, $type))) return fail(400, "InvalidRequest", `Some preferences are not in the ${namespace} namespace`);
  const forbidden = preferences.filter(({ $type }) => !mayTouch(scope, $type)).map(({ $type }) => $type);
  if (forbidden.length > 0) return fail(400, "InvalidRequest", `Do not have authorization to set preferences: ${forbidden.join(", ")}`);
  const kept = all(vault).filter(({ $type }) => !isOf(namespace, $type) || !mayTouch(scope, $type));
  vault.putJson(KIND, ALL, [...kept, ...preferences.filter(({ $type }) => $type !== DECLARED_AGE)]);
  return ok(null);
};

/** app.bsky.actor.defs#declaredAgePref: years between two days, in UTC. */
const declaredAge = (born: Date, now: Date): Preference => {
  const hadBirthday = now.getUTCMonth() > born.getUTCMonth() || (now.getUTCMonth() === born.getUTCMonth() && now.getUTCDate() >= born.getUTCDate());
  const age = now.getUTCFullYear() - born.getUTCFullYear() - (hadBirthday ? 0 : 1);
  return { $type: DECLARED_AGE, isOverAge13: age >= 13, isOverAge16: age >= 16, isOverAge18: age >= 18 };
};
