import { type AccessScope, type Caller, SCOPES, fault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { SessionClass } from "./authenticate.ts";
import type { Route } from "./route.ts";

/** Scopes of each class of sessions (the reference's auth-scope: standard, privileged, full). */
const ADMITTED: Record<SessionClass, readonly AccessScope[]> = {
  full: [SCOPES.access],
  privileged: [SCOPES.access, SCOPES.appPassPrivileged],
  any: [SCOPES.access, SCOPES.appPassPrivileged, SCOPES.appPass],
};

/** Whether the caller's session may call this route; callers without a session have been judged already. The reference's error when not. */
export const refuseSession = ({ session = "any", takendown = false }: Pick<Route, "session" | "takendown">, caller: Caller): XrpcFault | undefined => {
  if (caller.kind !== "agent") return undefined;
  const admitted = ADMITTED[session].includes(caller.scope) || (takendown && caller.scope === SCOPES.takendown);
  return admitted ? undefined : fault(400, "InvalidToken", "Bad token scope");
};
