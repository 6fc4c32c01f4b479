import { type AgentCommsHandoff, type AgentCommsRequest, collectionsOf, isFinal } from "@rookery/lexicon-agent-comms";
import type { Arrival, Rooms } from "./arrival.ts";
import { type Json, type Ref, textAt } from "./fields.ts";
import { dueAt } from "./task-state/clock.ts";
import type { TaskEvent, TurnOutcome } from "./task-state/event.ts";
import { type Placed, type Standing, standingOfHandoff, standingOfRequest } from "./task-state/standing.ts";
import { turn } from "./task-state/turn.ts";
import { DEADLINE_GRACE } from "./limits.ts";
import type { Role, Task } from "./task.ts";

/** A request as the state machine takes it (named boundary: its lexicon was checked before it came here). */
export const asRequest = ({ uri, cid, author, record }: Pick<Arrival, "uri" | "cid" | "author" | "record">): Placed<AgentCommsRequest> => ({
  uri, cid, author, record: record as unknown as AgentCommsRequest,
});

/** A handoff as the state machine takes it (named boundary: as above). */
export const asHandoff = ({ uri, cid, author, record }: Pick<Arrival, "uri" | "cid" | "author" | "record">): Placed<AgentCommsHandoff> => ({
  uri, cid, author, record: record as unknown as AgentCommsHandoff,
});

/** The task that a request begins, not yet kept. */
export const taskOfRequest = (role: Role, arrival: Omit<Arrival, "collection">, now: number): Task => newTask(role, standingOfRequest(asRequest(arrival)), arrival, now);

/** The task as who is asked to take it over knows it, not yet kept. */
export const taskOfHandoff = (arrival: Omit<Arrival, "collection">, now: number): Task | undefined => {
  const standing = standingOfHandoff(asHandoff(arrival));
  return standing && newTask("worker", standing, arrival, now);
};

const newTask = (role: Role, standing: Standing, { record, sealed }: { record: Json; sealed: boolean }, now: number): Task => {
  const capability = textAt(record, "capability");
  return { role, standing, cid: standing.cids[0] ?? "", sealed, createdAt: now, updatedAt: now, ...(capability === undefined ? {} : { capability }) };
};

/** Give an event to a task and keep how it stands then. `also` sees the task before it is kept, when the event counted. */
export const move = ({ ports, ledger }: Rooms, task: Task, event: TaskEvent, also: (task: Task) => void = () => {}): TurnOutcome => {
  const before = task.standing;
  const { task: standing, outcome } = turn(before, event);
  const counts = outcome.kind === "moved" || outcome.kind === "kept";
  task.standing = standing;
  if (before !== standing) noteChange(task, before);
  if (counts) also(task);
  if (before !== standing || counts) ledger.put(task);
  const due = nextOf(task);
  if (due !== undefined) ports.wakeAt(due);
  return outcome;
};

/** What the turn of the machine means for what is told about the task. */
const noteChange = (task: Task, before: Standing): void => {
  const { standing, handoff } = task;
  if (standing.offer === undefined && before.offer !== undefined && handoff?.uri === before.offer.uri) handoff.state = standing.worker === before.offer.to ? "accepted" : "declined";
  if (standing.cancelAskedAt !== undefined && before.cancelAskedAt === undefined) task.cancel = "requested";
  if (!isFinal(standing.state) || isFinal(before.state)) return;
  delete task.decideAt;
  if (task.cancel === "requested") task.cancel = standing.state === "canceled" ? "canceled" : "too-late";
  if (standing.state === "expired") task.error ??= { code: "deadline-exceeded", message: before.deadline === undefined ? "it was not begun in time" : "the deadline has passed" };
};

/** When the clock has something to do next in a task. Whoever waits for another's word gives the last one time to come. */
export const nextOf = (task: Task): number | undefined => {
  const { standing, role, handoff } = task;
  if (role === "requester") {
    const due = dueAt(standing);
    return due === undefined ? undefined : (task.decideAt ?? due + DEADLINE_GRACE);
  }
  const { offer } = standing;
  if (offer?.expiresAt === undefined || handoff?.from !== standing.worker) return dueAt(standing);
  return dueAt({ ...standing, offer: { ...offer, expiresAt: offer.expiresAt + DEADLINE_GRACE } });
};

/** The request as it was sealed last: in that form its workers know it. */
export const refOf = ({ standing: { uri, cids }, cid, aliases = [] }: Task): Ref => ({
  uri: aliases.findLast((alias) => alias.split("/")[3] === collectionsOf.request) ?? uri, cid: cids.at(-1) ?? cid,
});
