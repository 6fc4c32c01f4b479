import type { XrpcFault } from "@rookery/sync";
import type { AgentState } from "../state.ts";

/** Who reads: anybody, or the account itself and the admin, who may whatever the account's status is. */
export type Reader = "public" | "owner";

/**
 * Why the repository cannot be read now: com.atproto.sync.getRepo's RepoTakendown, RepoSuspended, RepoDeactivated and, once
 * deleted, RepoNotFound (400), in the reference's words; undefined when it can.
 */
export function syncFault({ account: { did, status } }: AgentState, reader: Reader): XrpcFault | undefined {
  if (status === null || reader === "owner") return undefined;
  if (status === "deleted") return { status: 400, name: "RepoNotFound", message: `Could not find repo for DID: ${did}` };
  return { status: 400, name: NAMES[status], message: `Repo has been ${status}: ${did}` };
}

const NAMES = { takendown: "RepoTakendown", suspended: "RepoSuspended", deactivated: "RepoDeactivated" } as const;
