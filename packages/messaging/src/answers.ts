import { type TaskState, collectionsOf } from "@rookery/lexicon-agent-comms";
import { ANSWER_RETRY_FIRST, ANSWER_RETRY_LAST, MAX_ANSWER_TRIES, MAX_FLUSH, MAX_RECEIPTS_OF_ONE, MAX_RECEIPTS_WAITING, RECEIPT_DELAY } from "./limits.ts";
import type { Json, Ref, TaskError } from "./fields.ts";
import type { Ports } from "./ports.ts";

/** Kind of what is kept here. */
export const ANSWERS = "answer";

/** What is told about a record by a receipt. */
export type ReceiptStatus = "delivered" | "processed" | "refused" | "key-expired";

/** Something that this agent has to write by itself. */
export type Answer = { id: string } & (
  | {
      kind: "record";
      collection: string;
      /** Absent: a TID. With one, a record that is there already is this one. */
      rkey?: string;
      /** Whole and in the clear, but for `createdAt`. Of a `key-expired` receipt, whoever writes it adds `newKey`. */
      record: Json;
      /** Whether it is sealed, as what it answers was. */
      sealed: boolean;
      /** The task that a response is of. */
      task?: string;
    }
  | {
      /** A record of the agent's own is to be sealed again for one reader, and the old one deleted if it was for nobody else. */
      kind: "reseal";
      uri: string;
      /** DID. */
      to: string;
    }
  | {
      /** A handoff of the agent's own that its reader will not act upon, and has not declined, is to be deleted, and `withdrawn` said. */
      kind: "withdraw";
      uri: string;
    }
);

interface Kept {
  answer: Answer;
  to: string;
  /** It may be left out: only so many wait. */
  isBounded: boolean;
  /** Not before. */
  at: number;
  tries: number;
}

/** What the agent has to write by itself: kept until it is written, so that nothing due is forgotten, and nothing written twice. */
export class Answers {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A receipt about a record, once for each status. False when too many wait. */
  receipt(status: ReceiptStatus, subject: Ref, to: string, sealed: boolean, error?: TaskError): boolean {
    const { opaqueKey, now } = this.#ports;
    const id = `receipt ${status} ${subject.uri} ${subject.cid}`;
    if (this.#isCrowded(to)) return false;
    const record = { $type: collectionsOf.receipt, to, subject, status, at: new Date(now()).toISOString(), ...(error === undefined ? {} : { error }) };
    this.#put({ kind: "record", id, collection: collectionsOf.receipt, rkey: opaqueKey(id), record, sealed }, to, true, RECEIPT_DELAY);
    return true;
  }

  /** As `response`, to a request that was not taken on: without a task in hand it is bounded as receipts are. */
  refusal(state: "expired" | "rejected", request: Ref, to: string, sealed: boolean, error?: TaskError): void {
    if (!this.#isCrowded(to)) this.response(state, request, to, sealed, error, true);
  }

  /** A response that nobody but this engine can give: the deadline has passed, or it was canceled. */
  response(state: TaskState, request: Ref, to: string, sealed: boolean, error?: TaskError, isBounded = false): void {
    const record = { $type: collectionsOf.response, request, state, ...(error === undefined ? {} : { error }) };
    this.#put({ kind: "record", id: `response ${request.uri}`, collection: collectionsOf.response, record, sealed, task: request.uri }, to, isBounded, 0);
  }

  /** The wish to cancel, to who has come to work on the task since it was told. */
  cancel(request: Ref, to: string, sealed: boolean): void {
    const record = { $type: collectionsOf.cancel, to, request };
    this.#put({ kind: "record", id: `cancel ${request.uri} ${to}`, collection: collectionsOf.cancel, record, sealed }, to, false, 0);
  }

  withdraw(uri: string, to: string): void {
    this.#put({ kind: "withdraw", id: `withdraw ${uri}`, uri }, to, false, 0);
  }

  /** False when too much of that reader waits. */
  reseal(uri: string, to: string): boolean {
    if (this.#isCrowded(to)) return false;
    this.#put({ kind: "reseal", id: `reseal ${uri} ${to}`, uri, to }, to, true, 0);
    return true;
  }

  /** What is to be written now, oldest first. */
  due(limit = MAX_FLUSH): Answer[] {
    const now = this.#ports.now();
    const waiting = this.#all().filter(({ at }) => at <= now);
    return waiting.toSorted((a, b) => a.at - b.at).slice(0, limit).map(({ answer }) => answer);
  }

  /** When there is something to be written next, in milliseconds since 1970. */
  next(): number | undefined {
    const all = this.#all();
    return all.length === 0 ? undefined : Math.min(...all.map(({ at }) => at));
  }

  /** It is written. */
  done(id: string): void {
    this.#ports.store.delete(ANSWERS, id);
  }

  /** It could not be written: it is tried again later, and after enough tries no more. True when it was given up. */
  failed(id: string): boolean {
    const { store, now } = this.#ports;
    const kept = store.get<Kept>(ANSWERS, id);
    if (kept === undefined) return false;
    const tries = kept.tries + 1;
    if (tries >= MAX_ANSWER_TRIES) {
      store.delete(ANSWERS, id);
      return true;
    }
    store.put(ANSWERS, id, { ...kept, tries, at: now() + Math.min(ANSWER_RETRY_LAST, ANSWER_RETRY_FIRST * 2 ** (tries - 1)) } satisfies Kept);
    return false;
  }

  /** No more about a record: it was taken back. */
  forget(uri: string): void {
    for (const { answer } of this.#all()) if (answer.kind === "record" && answer.id.startsWith("receipt ") && answer.id.includes(` ${uri} `)) this.done(answer.id);
  }

  #put(answer: Answer, to: string, isBounded: boolean, delay: number): void {
    const { store, now, flushAt } = this.#ports;
    if (store.get(ANSWERS, answer.id) !== undefined) return;
    const at = now() + delay;
    store.put(ANSWERS, answer.id, { answer, to, isBounded, at, tries: 0 } satisfies Kept);
    flushAt(at);
  }

  /** Counted only when there are enough for it to matter: that reads them all. */
  #isCrowded(to: string): boolean {
    if (this.#ports.store.count(ANSWERS) < MAX_RECEIPTS_OF_ONE) return false;
    const receipts = this.#all().filter(({ isBounded }) => isBounded);
    return receipts.length >= MAX_RECEIPTS_WAITING || receipts.filter((one) => one.to === to).length >= MAX_RECEIPTS_OF_ONE;
  }

  #all(): Kept[] {
    return this.#ports.store.list<Kept>(ANSWERS).map(({ value }) => value);
  }
}
