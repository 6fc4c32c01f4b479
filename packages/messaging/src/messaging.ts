import { collectionsOf } from "@rookery/lexicon-agent-comms";
import { type Answer, ANSWERS, Answers } from "./answers.ts";
import { type Arrival, type Decision, type Rooms, accepted, expired } from "./arrival.ts";
import { arriveCancel } from "./arrive-cancel.ts";
import { arriveHandoffAnswer } from "./arrive-handoff-answer.ts";
import { arriveHandoff } from "./arrive-handoff.ts";
import { arriveReceipt, noteResealed, RESEALED } from "./arrive-receipt.ts";
import { arriveRequest } from "./arrive-request.ts";
import { arriveResponse } from "./arrive-response.ts";
import { EARLY } from "./early.ts";
import { type Json, type Ref, flagAt, refAt, timeAt } from "./fields.ts";
import { Intents } from "./intents.ts";
import { Ledger, LEDGER_KINDS } from "./ledger.ts";
import { LOOPS } from "./loops.ts";
import { clearKinds, type Ports } from "./ports.ts";
import { type Outgoing, type SendVerdict, judgeSending, noteSending } from "./sending.ts";
import type { Task } from "./task.ts";
import { move, refOf } from "./tasks.ts";
import { tickTasks } from "./timers.ts";
import { Unprocessed, UNPROCESSED } from "./unprocessed.ts";

/**
 * What agents owe each other, decided: idempotency, tasks, receipts, deadlines, handoffs. Synchronous and without any
 * effect but on its store, so that a decision shares a transaction with what it is about. What has to be written to
 * others is kept as an answer until it is (`due`, `done`).
 */
export class Messaging {
  readonly #rooms: Rooms;
  readonly #unprocessed: Unprocessed;

  constructor(ports: Ports) {
    this.#rooms = { ports, ledger: new Ledger(ports), intents: new Intents(ports), answers: new Answers(ports) };
    this.#unprocessed = new Unprocessed(ports);
  }

  /** A record arrived and was opened. Shown twice, the same record has one effect. */
  arrived(arrival: Arrival): Decision {
    const decision = this.#decide(arrival);
    this.#acknowledge(arrival, decision);
    return decision;
  }

  /** A sealed record arrived for a key of ours that is deleted: its author is told to seal it again. */
  arrivedForFormerKey({ uri, cid, author, collection }: Omit<Arrival, "record" | "sealed">): void {
    if (collection !== collectionsOf.receipt) this.#rooms.answers.receipt("key-expired", { uri, cid }, author, true);
  }

  /** The agent took a record of its own back: a task that it asked for ends, an offer that it made is none any more. */
  withdrawn(uri: string): void {
    const { ports, ledger } = this.#rooms;
    const isRequest = uri.split("/")[3] === collectionsOf.request;
    const task = ledger.get(isRequest ? "requester" : "worker", uri);
    if (task === undefined) return;
    const at = ports.now();
    if (isRequest) move(this.#rooms, task, { kind: "retraction", by: ports.did, at }, withdrawn);
    else if (task.standing.offer?.uri === uri) move(this.#rooms, task, { kind: "withdrawal", by: ports.did, at, handoff: uri });
  }

  /** Its author took a record back: a task of it ends, and no receipt is written about it any more. */
  retracted(uri: string, author: string): Decision {
    const { ports, ledger, answers } = this.#rooms;
    answers.forget(uri);
    this.#unprocessed.take(uri);
    const isRequest = uri.split("/")[3] === collectionsOf.request;
    const tasks = [ledger.get("worker", uri), isRequest ? undefined : ledger.get("requester", uri)].filter((task) => task !== undefined);
    for (const task of tasks) {
      if (isRequest) move(this.#rooms, task, { kind: "retraction", by: author, at: ports.now() }, withdrawn);
      else if (task.standing.offer?.uri === uri) move(this.#rooms, task, { kind: "withdrawal", by: author, at: ports.now(), handoff: uri });
    }
    return accepted(tasks[0]?.standing.uri);
  }

  /** Whether a record may be sent. Nothing is changed by that. */
  judge(outgoing: Outgoing): SendVerdict {
    return judgeSending(this.#rooms, outgoing);
  }

  /** A record as it is to be sent: a wish to cancel names the request as its worker knows it, which is how it was sealed last. */
  addressed(collection: string, record: Json): Json {
    const request = collection === collectionsOf.cancel ? refAt(record, "request") : undefined;
    const task = request && this.#rooms.ledger.get("requester", request.uri);
    return task?.standing.cids.includes(request?.cid ?? "") === true ? { ...record, request: refOf(task) } : record;
  }

  /** It was sent, in the transaction that wrote it: any other verdict than `send`, and it must not be. */
  sent(outgoing: Outgoing, ref: Ref): SendVerdict {
    return noteSending(this.#rooms, outgoing, ref);
  }

  /** A record of ours was sealed again for `to`, in the transaction that wrote it. */
  resealed(before: string, after: Ref, to: string): void {
    const { ports, ledger, intents } = this.#rooms;
    noteResealed(this.#rooms, before, after.uri, to);
    intents.replace(ports.did, before, after);
    const task = ledger.get("requester", before);
    if (task === undefined) return;
    if (task.cancelUri === before) ledger.noteCancel(after.uri, task);
    else if (before.split("/")[3] === collectionsOf.request) ledger.resealed(after, task);
  }

  /** The agent has acted on a message. Whether its author is told so: it asked for that, and it is the first time. */
  processed(uri: string): boolean {
    const message = this.#unprocessed.take(uri);
    return message !== undefined && this.#rooms.answers.receipt("processed", { uri, cid: message.cid }, message.author, message.sealed);
  }

  /** Do what is due by the clock. Returns when something is due next, in milliseconds since 1970. */
  tick(): number | undefined {
    return tickTasks(this.#rooms);
  }

  /** Answers to be written now, oldest first. */
  due(limit?: number): Answer[] {
    return this.#rooms.answers.due(limit);
  }

  /** When there are answers to be written next, in milliseconds since 1970. */
  nextDue(): number | undefined {
    return this.#rooms.answers.next();
  }

  /** An answer was written, in the transaction that wrote it. */
  done(answer: Answer): void {
    this.#rooms.answers.done(answer.id);
  }

  /** An answer could not be written now. True when it is given up for good. */
  failed(answer: Answer): boolean {
    return this.#rooms.answers.failed(answer.id);
  }

  /** Forget everything: the agent's tasks are kept elsewhere from now on. */
  clear(): void {
    const { ports, intents } = this.#rooms;
    intents.clear();
    clearKinds(ports.store, [...LEDGER_KINDS, ANSWERS, EARLY, LOOPS, RESEALED, UNPROCESSED]);
  }

  /** A task by its request. Where the agent is on both sides, as its requester. */
  task(uri: string): { task: Task; isOpen: boolean } | undefined {
    const { ledger } = this.#rooms;
    const task = ledger.get("requester", uri) ?? ledger.get("worker", uri);
    return task && { task, isOpen: ledger.isOpen(task) };
  }

  /** All that are known, last changed first. */
  tasks(): { task: Task; isOpen: boolean }[] {
    const { ledger } = this.#rooms;
    const all = [...ledger.open().map((task) => ({ task, isOpen: true })), ...ledger.ended().map((task) => ({ task, isOpen: false }))];
    return all.toSorted((a, b) => b.task.updatedAt - a.task.updatedAt || (a.task.standing.uri < b.task.standing.uri ? 1 : -1));
  }

  #decide(arrival: Arrival): Decision {
    const { ports, intents, answers } = this.#rooms;
    const { uri, author, collection, record, sealed } = arrival;
    const intention = intents.judge(author, collection, record, uri);
    if (intention.kind === "repeat") return { disposition: "repeat", reason: `said before: ${intention.of.uri}` };
    if (intention.kind === "conflict") {
      const message = `its idempotencyKey was used for something else: ${intention.with.uri}`;
      answers.receipt("refused", arrival, author, sealed, { code: "idempotency-conflict", message });
      return { disposition: "conflict", reason: message };
    }
    intents.note(author, collection, record, arrival);
    const until = timeAt(record, "expiresAt");
    // A request or an offer that is too late is answered; of anything else its author does not hear.
    if (until !== undefined && until <= ports.now() && !OWN_RULES.has(collection)) return expired("it came after it had expired");
    return this.#byKind(arrival);
  }

  #byKind(arrival: Arrival): Decision {
    switch (arrival.collection) {
      case collectionsOf.request:
        return arriveRequest(this.#rooms, arrival);
      case collectionsOf.response:
        return arriveResponse(this.#rooms, arrival);
      case collectionsOf.cancel:
        return arriveCancel(this.#rooms, arrival);
      case collectionsOf.handoff:
        return arriveHandoff(this.#rooms, arrival);
      case collectionsOf.handoffAnswer:
        return arriveHandoffAnswer(this.#rooms, arrival);
      case collectionsOf.receipt:
        return arriveReceipt(this.#rooms, arrival);
      default:
        return accepted();
    }
  }

  /** Receipts that the author asked for. */
  #acknowledge({ uri, cid, author, collection, record, sealed }: Arrival, { disposition }: Decision): void {
    if (UNACKNOWLEDGED.has(collection)) return;
    const isIn = disposition === "accepted" || disposition === "repeat";
    if (isIn && flagAt(record, "ackRequested", "delivered")) this.#rooms.answers.receipt("delivered", { uri, cid }, author, sealed);
    if (disposition === "accepted" && flagAt(record, "ackRequested", "processed")) this.#unprocessed.put(uri, { cid, author, sealed });
  }
}

const OWN_RULES: ReadonlySet<string> = new Set([collectionsOf.request, collectionsOf.handoff]);

/** A receipt for a receipt would never end, and one for a broadcast would be one of everybody's. */
const UNACKNOWLEDGED: ReadonlySet<string> = new Set([collectionsOf.receipt, collectionsOf.broadcast]);

const withdrawn = (task: Task): void => {
  task.error = { code: "withdrawn", message: "the request was taken back" };
};
