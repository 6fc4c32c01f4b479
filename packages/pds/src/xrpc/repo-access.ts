import type { XrpcFault } from "@rookery/sync";
import type { AgentApi } from "../agent-api.ts";
import { refusalOf } from "../standing/standing.ts";
import { type Call, fault, invalid, isFault } from "./call.ts";
import type { KnownAgent } from "./host.ts";

/** The account a write names, when the caller is that account; the reference's errors otherwise. */
export const ownRepo = async ({ caller, host }: Call, repo: string): Promise<KnownAgent | XrpcFault> => {
  const agent = await host.find(repo);
  if (agent === undefined) return fault(403, "AccountNotFound", "Account not found");
  const refused = await refusalOfKnown(host, agent);
  if (refused !== undefined) return refused;
  if (caller.kind !== "agent" || caller.did !== agent.did)
    return fault(401, "AuthenticationRequired", "Authentication Required");
  return agent;
};

/** Why an account may not act; its own object has the last word, since what is known of it may be a moment old. */
const refusalOfKnown = async (host: Call["host"], { did, status }: KnownAgent): Promise<XrpcFault | undefined> => {
  if (status === undefined) return undefined;
  const now = await host.agent(did).getStatus();
  return now.ok ? refusalOf({ status: now.value.status ?? null }) : now.error;
};

/** The account itself for a call that acts on the caller; where the row lets service JWTs in, they are as good. */
export const ownAgent = async ({ caller, host }: Call): Promise<{ did: string; stub: AgentApi } | XrpcFault> => {
  if (caller.kind !== "agent" && caller.kind !== "refresh" && caller.kind !== "service") return fault(401, "AuthMissing", "Authentication Required");
  // A token outlives its account; the registry is asked so that no object wakes for a DID that is gone.
  if ((await host.find(caller.did)) === undefined)
    return invalid(`Could not find user info for account: ${caller.did}`);
  return { did: caller.did, stub: host.agent(caller.did) };
};

/** The same for what the owner does to the account, where the reference looks for it first. */
export const ownAccount = async (call: Call): Promise<{ did: string; stub: AgentApi } | XrpcFault> => {
  const { caller, host } = call;
  if (caller.kind === "agent" && (await host.find(caller.did)) === undefined) return fault(403, "AccountNotFound", "Account not found");
  return ownAgent(call);
};

/** A repository to read by name in com.atproto.repo.*: reads of inactive accounts are refused there. */
export const namedRepo = async ({ host }: Call, repo: string): Promise<(KnownAgent & { stub: AgentApi }) | XrpcFault> => {
  const agent = await host.find(repo);
  return agent === undefined || agent.status !== undefined ? invalid(`Could not find repo: ${repo}`) : { ...agent, stub: host.agent(agent.did) };
};

export { isFault };
