import type { Ref, TaskError } from "./fields.ts";
import type { Handover, Role, Task } from "./task.ts";

/** A task as agent.comms.getTask tells of it. */
export interface TaskReport extends Ref {
  role: Role;
  /** DID of the other side. */
  peer: string;
  state: string;
  /** ISO datetimes. */
  createdAt: string;
  updatedAt: string;
  deadline?: string;
  capability?: string;
  /** The newest response that counted. */
  response?: Ref;
  progress?: number;
  error?: TaskError;
  cancel?: "requested" | "canceled" | "too-late";
  handoff?: Handover;
}

/** What is told about a task that this agent keeps. */
export const reportOf = ({ role, standing, cid, createdAt, updatedAt, capability, response, progress, error, cancel, handoff }: Task): TaskReport => ({
  uri: standing.uri,
  cid,
  role,
  peer: role === "requester" ? standing.worker : standing.requester,
  state: standing.state,
  createdAt: new Date(createdAt).toISOString(),
  updatedAt: new Date(updatedAt).toISOString(),
  ...(standing.deadline === undefined ? {} : { deadline: new Date(standing.deadline).toISOString() }),
  ...(capability === undefined ? {} : { capability }),
  ...(response === undefined ? {} : { response }),
  ...(progress === undefined ? {} : { progress }),
  ...(error === undefined ? {} : { error }),
  ...(cancel === undefined ? {} : { cancel }),
  ...(handoff === undefined ? {} : { handoff: { ...handoff } }),
});
