import { isFinal, isTaskState } from "@rookery/lexicon-agent-comms";
import { MAX_OFFERS } from "../guards/limits.ts";
import type { Standing } from "./standing.ts";
import { afterClock, ended, withoutOffer } from "./clock.ts";
import type { RefusalCode, TaskEvent, Turn, TurnOutcome } from "./event.ts";
import { mayFollow } from "./table.ts";

type Event<K extends TaskEvent["kind"]> = Extract<TaskEvent, { kind: K }>;

/**
 * The task state machine: what an event does to a task, by whom it is, and when. Pure: nothing is read but the arguments,
 * nothing is changed but what is returned. Both sides of a task run it over the same records and so agree.
 *
 * The clock comes first: an event after the deadline meets a task that has expired.
 */
export function turn(before: Standing, event: TaskEvent): Turn {
  const task = afterClock(before, event.at);
  switch (event.kind) {
    case "tick":
      return { task, outcome: { kind: task === before ? "repeated" : "moved" } };
    case "response":
      return onResponse(task, event);
    case "cancel":
      return onCancel(task, event);
    case "retraction":
      return onRetraction(task, event);
    case "handoff":
      return onHandoff(task, event);
    case "withdrawal":
      return onWithdrawal(task, event);
    case "answer":
      return onAnswer(task, event);
  }
}

function onResponse(task: Standing, { by, cid, state }: Event<"response">): Turn {
  if (by !== task.worker) return refused(task, "not-allowed", "Only who works on the task may respond");
  if (!task.cids.includes(cid)) return refused(task, "invalid-input", "The response is to another request");
  if (isFinal(task.state)) return state === task.state ? same(task, "repeated") : tooLate(task);
  if (!isTaskState(state)) return same(task, "kept");
  if (!mayFollow(task.state, state)) return refused(task, "invalid-input", `A task that is ${task.state} cannot become ${state}`);
  if (state === "canceled" && task.cancelAskedAt === undefined) return refused(task, "not-allowed", "Nobody has asked to cancel the task");
  if (state === task.state) return same(task, "kept");
  return moved(isFinal(state) ? ended(task, state) : { ...begun(task), state });
}

/** Once it is begun it is no longer too late to begin. */
function begun(task: Standing): Standing {
  const { startBy: _, ...rest } = task;
  return rest;
}

function onCancel(task: Standing, { by, cid, at }: Event<"cancel">): Turn {
  if (by !== task.requester) return refused(task, "not-allowed", "Only the requester may cancel a task");
  if (!task.cids.includes(cid)) return refused(task, "invalid-input", "The request to cancel is another one");
  if (isFinal(task.state)) return task.state === "canceled" ? same(task, "repeated") : tooLate(task);
  return task.cancelAskedAt === undefined ? moved({ ...task, cancelAskedAt: at }) : same(task, "repeated");
}

/** A request that is gone cannot be read again: the task ends without asking the worker. */
function onRetraction(task: Standing, { by }: Event<"retraction">): Turn {
  if (by !== task.requester) return refused(task, "not-allowed", "Only the requester can take the request back");
  return isFinal(task.state) ? same(task, "repeated") : moved(ended(task, "canceled"));
}

function onHandoff(task: Standing, { by, cid, offer }: Event<"handoff">): Turn {
  if (task.offer?.uri === offer.uri || task.closedOffers.includes(offer.uri)) return same(task, "repeated");
  if (by !== task.worker) return refused(task, "not-allowed", "Only who works on the task may hand it over");
  if (!task.cids.includes(cid)) return refused(task, "invalid-input", "The handoff is of another request");
  if (isFinal(task.state)) return tooLate(task);
  if (task.offer !== undefined) return refused(task, "not-allowed", "Somebody else is asked to take over already");
  if ([task.requester, task.worker, ...task.former].includes(offer.to)) return refused(task, "loop", "Who has or had a part in the task cannot be asked to take it over");
  if (task.depthLeft < 1) return refused(task, "depth-limit", "The task may not be passed on");
  if (task.closedOffers.length >= MAX_OFFERS) return refused(task, "depth-limit", `${MAX_OFFERS} handoffs of one task are enough`);
  return moved({ ...task, offer });
}

function onWithdrawal(task: Standing, { by, handoff }: Event<"withdrawal">): Turn {
  if (task.offer?.uri !== handoff) return same(task, "repeated");
  return by === task.worker ? moved(withoutOffer(task)) : refused(task, "not-allowed", "Only who made the handoff can take it back");
}

function onAnswer(task: Standing, { by, cid, handoff, answer }: Event<"answer">): Turn {
  if (!task.cids.includes(cid)) return refused(task, "invalid-input", "The answer is about another request");
  const { offer } = task;
  if (task.closedOffers.includes(handoff.uri)) return by === task.worker && answer === "accepted" ? same(task, "repeated") : tooLate(task);
  if (isFinal(task.state)) return tooLate(task);
  // Handoff and answer are of two repositories, and either may arrive first.
  if (offer?.uri !== handoff.uri) return { task, outcome: { kind: "held", message: "The handoff that it answers is not here" } };
  if (by !== offer.to) return refused(task, "not-allowed", "Only who is asked may answer a handoff");
  if (offer.cid !== handoff.cid) return refused(task, "invalid-input", "The answer is to another handoff");
  if (answer === "declined") return moved(withoutOffer(task));
  if (answer !== "accepted") return same(task, "kept");
  const depthLeft = Math.min(task.depthLeft - 1, offer.depth ?? 0);
  return moved({ ...begun(withoutOffer(task)), state: "submitted", worker: by, former: [...task.former, task.worker], depthLeft });
}

const moved = (task: Standing): Turn => ({ task, outcome: { kind: "moved" } });
const same = (task: Standing, kind: "kept" | "repeated"): Turn => ({ task, outcome: { kind } });
const refused = (task: Standing, code: RefusalCode, message: string): Turn => ({ task, outcome: { kind: "refused", code, message } satisfies TurnOutcome });

const tooLate = (task: Standing): Turn =>
  task.state === "expired"
    ? refused(task, "deadline-exceeded", "The task has expired")
    : refused(task, "too-late", isFinal(task.state) ? `The task is ${task.state}` : "The handoff is done with");
