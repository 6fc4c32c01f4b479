import { ids } from "@rookery/lexicon-agent-comms";
import type { XrpcFault } from "@rookery/sync";
import { isServiceAudience } from "../service-audience.ts";
import { type Handler, answer, fault, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";
import { PRIVILEGED_METHODS, PROTECTED_METHODS } from "../service-methods.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Asked {
  aud: string;
  exp?: number;
  lxm?: string;
}

/** com.atproto.server.getServiceAuth: a token by which the caller is known at another service. */
export const getServiceAuth: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const { aud, exp, lxm } = call.params as Partial<Asked> & Pick<Asked, "aud">;
  const scope = call.caller.kind === "agent" ? call.caller.scope : "";
  const refused = judge({ aud, ...(exp === undefined ? {} : { exp }), ...(lxm === undefined ? {} : { lxm }) }, scope);
  if (refused !== undefined) return refused;
  const token = await agent.stub.signServiceAuth({ aud, ...(lxm === undefined ? {} : { lxm }), ...(exp ? { exp } : {}) });
  return answer(token, (value) => json({ token: value }));
};

/** In the reference's order and words (api/com/atproto/server/getServiceAuth). */
const judge = ({ aud, exp, lxm }: Asked, scope: string): XrpcFault | undefined => {
  if (!isServiceAudience(aud)) return invalid("aud must be a valid atproto DID or did#serviceId reference");
  if (scope === "com.atproto.takendown" && lxm !== ids.ComAtprotoServerCreateAccount) return fault(400, "InvalidToken", "Bad token scope");
  if (lxm !== undefined && PRIVILEGED_METHODS.has(lxm) && scope === "com.atproto.appPass")
    return invalid(`insufficient access to request a service auth token for the following method: ${lxm}`);
  return judgeExpiry(exp, lxm) ?? (lxm !== undefined && PROTECTED_METHODS.has(lxm) ? invalid(`cannot request a service auth token for the following protected method: ${lxm}`) : undefined);
};

/** @param exp seconds since 1970; 0 counts as absent, as in the reference. */
const judgeExpiry = (exp: number | undefined, lxm: string | undefined): XrpcFault | undefined => {
  if (!exp) return undefined;
  const ahead = exp * 1000 - Date.now();
  if (ahead < 0) return fault(400, "BadExpiration", "expiration is in past");
  if (ahead > HOUR) return fault(400, "BadExpiration", "cannot request a token with an expiration more than an hour in the future");
  if (lxm === undefined && ahead > MINUTE) return fault(400, "BadExpiration", "cannot request a method-less token with an expiration more than a minute in the future");
  return undefined;
};
