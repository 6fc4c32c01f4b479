import type { AgentCommsGetTaskTaskView } from "@rookery/lexicon-agent-comms";
import type { Task } from "./task.ts";

/** A task as agent.comms.getTask tells of it. */
export type TaskReport = AgentCommsGetTaskTaskView & { role: "requester" | "worker" };

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
