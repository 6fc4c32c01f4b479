import type { XrpcFault } from "@rookery/sync";
import type { AgentApi } from "../agent-api.ts";
import type { Reader } from "../reading/reader.ts";
import { type Call, fault } from "./call.ts";

/**
 * A repository to sync, and as whom: the account itself and the admin read inactive ones too, which its object refuses to
 * everybody else. The stub comes wrapped: a stub claims to have every property, a fault's among them.
 */
export const syncedRepo = async ({ caller, host }: Call, did: string): Promise<{ stub: AgentApi; reader: Reader } | XrpcFault> => {
  const agent = await host.find(did);
  if (agent === undefined || agent.did !== did) return fault(400, "RepoNotFound", `Could not find repo for DID: ${did}`);
  const isOwner = caller.kind === "admin" || (caller.kind === "agent" && caller.did === did);
  return { stub: host.agent(did), reader: isOwner ? "owner" : "public" };
};
