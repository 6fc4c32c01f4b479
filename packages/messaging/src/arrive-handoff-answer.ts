import { isFinal } from "@rookery/lexicon-agent-comms";
import { type Arrival, type Decision, type Rooms, decisionOf, refused } from "./arrival.ts";
import { type EarlyAnswer, keepEarly } from "./early.ts";
import { ownerOf, refAt, textAt, timeAt } from "./fields.ts";
import { DEADLINE_GRACE } from "./limits.ts";
import type { TurnOutcome } from "./task-state/event.ts";
import type { Task } from "./task.ts";
import { move, refOf } from "./tasks.ts";

/** Whether another agent takes a task over: to who offered it, and to the requester, who takes its responses from then on. */
export const arriveHandoffAnswer = (rooms: Rooms, { uri, cid, author, record, sealed }: Arrival): Decision => {
  const { ports, ledger, answers } = rooms;
  const [request, handoff] = [refAt(record, "request"), refAt(record, "handoff")];
  if (request === undefined || handoff === undefined) return refused("it names no handoff");
  const task = ledger.get(ownerOf(request.uri) === ports.did ? "requester" : "worker", request.uri);
  if (task === undefined) return refused("there is no such task here");
  const event: EarlyAnswer = { kind: "answer", by: author, at: timeOf(task, timeAt(record, "createdAt"), ports.now()), cid: request.cid, handoff, answer: textAt(record, "answer") ?? "" };
  const outcome = settleAnswer(rooms, task, event);
  if (outcome.kind === "held") keepEarly(ports, event);
  // Who takes it over in vain would go on working: told by who had offered it.
  const isVain = outcome.kind === "refused" && event.answer === "accepted" && ownerOf(handoff.uri) === ports.did;
  if (isVain) answers.receipt("refused", { uri, cid }, author, sealed, { code: "too-late", message: outcome.message });
  return decisionOf(outcome, task.standing.uri);
};

/** Give an answer to the task. A worker that is new to it does not know that the requester wants it no more, and is told. */
export const settleAnswer = (rooms: Rooms, task: Task, event: EarlyAnswer): TurnOutcome => {
  const outcome = move(rooms, task, event);
  const { worker, cancelAskedAt, state } = task.standing;
  const hasNewWorker = outcome.kind === "moved" && worker === event.by;
  if (hasNewWorker && task.role === "requester" && cancelAskedAt !== undefined && !isFinal(state)) rooms.answers.cancel(refOf(task), worker, task.sealed);
  return outcome;
};

/** An answer that was written in time and is a moment late is in time. */
const timeOf = ({ standing: { offer } }: Task, writtenAt: number | undefined, now: number): number => {
  const end = offer?.expiresAt;
  return end !== undefined && now > end && now <= end + DEADLINE_GRACE && writtenAt !== undefined && writtenAt <= end ? end : now;
};
