import { collectionsOf, recipientsOf } from "@rookery/lexicon-agent-comms";
import type { Rooms } from "./arrival.ts";
import { noteResponse } from "./arrive-response.ts";
import { type Json, type Ref, refAt, textAt } from "./fields.ts";
import { isAutomatic, mayBeAutomatic } from "./guards/automatic.ts";
import { judgeUse, noteUse } from "./loops.ts";
import type { RefusalCode, TaskEvent } from "./task-state/event.ts";
import { offerOf } from "./task-state/standing.ts";
import { turn } from "./task-state/turn.ts";
import type { Role, Task } from "./task.ts";
import { asHandoff, move, nextOf, taskOfRequest } from "./tasks.ts";

/** A record that this agent wants to send, whole and in the clear. */
export interface Outgoing {
  collection: string;
  record: Json;
  sealed: boolean;
}

/** Whether it may be sent. `earlier`: it was, under the same idempotencyKey. `refused`: with an XRPC error name. */
export type SendVerdict = { kind: "send" } | { kind: "earlier"; of: Ref } | { kind: "refused"; name: string; message: string };

const SEND: SendVerdict = { kind: "send" };

const refuse = (name: string, message: string): SendVerdict => ({ kind: "refused", name, message });

const NAMES: Record<RefusalCode, string> = {
  "not-allowed": "NotAllowed",
  "too-late": "TaskEnded",
  "deadline-exceeded": "TaskEnded",
  "invalid-input": "InvalidRequest",
  "depth-limit": "DepthLimit",
  loop: "Loop",
  withdrawn: "TaskEnded",
};

/** Judge a record that is to be sent; nothing is changed by that. */
export const judgeSending = (rooms: Rooms, outgoing: Outgoing): SendVerdict => {
  const { ports, intents, ledger } = rooms;
  const { collection, record } = outgoing;
  const intention = intents.judge(ports.did, collection, record);
  if (intention.kind === "repeat") return { kind: "earlier", of: intention.of };
  if (intention.kind === "conflict") return refuse("IdempotencyConflict", `This idempotencyKey was used for something else: ${intention.with.uri}`);
  if (isAutomatic(record) && !mayBeAutomatic(collection)) return refuse("NotAllowed", `Nothing is answered automatically by a record of ${collection}`);
  const loop = judgeUse(ports, record, recipientsOf(collection, record));
  if (loop !== undefined) return refuse("RateLimitExceeded", loop);
  if (collection === collectionsOf.request) {
    const crowded = ledger.full("requester", textAt(record, "to") ?? "");
    return crowded === undefined ? SEND : refuse("TooManyTasks", `No more can be asked for now: ${crowded}`);
  }
  const found = eventOf(rooms, outgoing, UNPLACED);
  // A task that was asked for before there was a ledger, or is long forgotten, may be spoken of.
  if (found?.task === undefined) return SEND;
  const { outcome } = turn(found.task.standing, found.event);
  if (outcome.kind === "refused") return refuse(NAMES[outcome.code], outcome.message);
  if (outcome.kind === "held") return refuse("NotOffered", outcome.message);
  return outcome.kind === "repeated" && collection !== collectionsOf.cancel ? refuse("TaskEnded", `It was said before: the task is ${found.task.standing.state}`) : SEND;
};

/**
 * A record was sent: note it, in the transaction that writes it. What has come to stand against it since it was judged is
 * returned, and then nothing may be written.
 */
export const noteSending = (rooms: Rooms, outgoing: Outgoing, ref: Ref): SendVerdict => {
  const verdict = judgeSending(rooms, outgoing);
  if (verdict.kind !== "send") return verdict;
  const { ports, intents, ledger } = rooms;
  const { collection, record, sealed } = outgoing;
  intents.note(ports.did, collection, record, ref);
  noteUse(ports, record, recipientsOf(collection, record));
  if (collection === collectionsOf.request) {
    // An answer may be quicker than its noting, and is judged by what is in the repository by then.
    if (ledger.get("requester", ref.uri) !== undefined) return SEND;
    const task = taskOfRequest("requester", { ...ref, author: ports.did, record, sealed }, ports.now());
    ledger.put(task);
    const due = nextOf(task);
    if (due !== undefined) ports.wakeAt(due);
    return SEND;
  }
  const found = eventOf(rooms, outgoing, ref);
  if (found?.task !== undefined) move(rooms, found.task, found.event, (task) => noteOwn(rooms, task, outgoing, ref));
  return SEND;
};

/** What sending the record does to a task of this agent; undefined when it is about none. */
const eventOf = ({ ports, ledger }: Rooms, { collection, record }: Outgoing, ref: Ref): { task: Task | undefined; event: TaskEvent } | undefined => {
  const request = refAt(record, "request");
  if (request === undefined) return undefined;
  const common = { by: ports.did, at: ports.now(), cid: request.cid };
  const of = (role: Role, event: TaskEvent) => ({ task: ledger.get(role, request.uri), event });
  switch (collection) {
    case collectionsOf.response:
      return of("worker", { kind: "response", ...common, state: textAt(record, "state") ?? "" });
    case collectionsOf.cancel:
      return of("requester", { kind: "cancel", ...common });
    case collectionsOf.handoff:
      return of("worker", { kind: "handoff", ...common, offer: offerOf(asHandoff({ ...ref, author: ports.did, record })) });
    case collectionsOf.handoffAnswer:
      return of("worker", { kind: "answer", ...common, handoff: refAt(record, "handoff") ?? UNPLACED, answer: textAt(record, "answer") ?? "" });
    default:
      return undefined;
  }
};

const noteOwn = ({ ports, ledger }: Rooms, task: Task, { collection, record }: Outgoing, { uri, cid }: Ref): void => {
  if (collection === collectionsOf.response) noteResponse(task, record, { uri, cid });
  if (collection === collectionsOf.handoff) task.handoff = { uri, from: ports.did, to: textAt(record, "to") ?? "", state: "offered" };
  if (collection === collectionsOf.cancel) task.cancelUri = uri;
  if (collection === collectionsOf.handoffAnswer) task.answerUri = uri;
  if (collection !== collectionsOf.response) ledger.alias(uri, task);
};

/** Stands for the address of a record that has none yet. */
const UNPLACED: Ref = { uri: "", cid: "" };
