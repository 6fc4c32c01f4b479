import type { Answer, Messaging } from "@rookery/messaging";
import type { XrpcFault } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import { GROUP_BYTES } from "../limits.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { AnswerWriter, type Ready } from "./answer-writer.ts";
import { atMost } from "../at-most.ts";
import { FLUSH_RETRY, PREPARE_PATIENCE } from "./limits.ts";
import { inTransaction } from "./transaction.ts";

/**
 * What the agent has to write by itself (job "receipts"): receipts, responses to deadlines and cancels, messages sealed again.
 * All that are due go in one commit, and are done in its transaction: none is written twice, none is lost.
 */
export class Receipts {
  readonly #state: AgentState;
  readonly #engine: Messaging;
  readonly #answers: AnswerWriter;

  constructor(state: AgentState, engine: Messaging) {
    this.#state = state;
    this.#answers = new AnswerWriter(state);
    this.#engine = engine;
  }

  async job(): Promise<JobResult> {
    const { sealing, account } = this.#state;
    // Its repository takes nothing while the account takes no part; when it does again the job is asked for.
    if (sealing.custody !== "hosted" || account.status !== null) return undefined;
    const due = this.#engine.due();
    const wrote = due.length === 0 || (await this.#write(due));
    const next = this.#engine.nextDue();
    if (next === undefined) return undefined;
    return { again: Math.max(wrote ? 0 : FLUSH_RETRY, next - Date.now()) };
  }

  /** False when the repository takes nothing now. */
  async #write(due: Answer[]): Promise<boolean> {
    const ready = (await Promise.all(due.map((answer) => this.#prepare(answer)))).filter((one) => one !== undefined);
    faultPoint(this.#state.ports.fault, "receipts.sealed");
    for (const batch of batches(ready)) {
      const error = await this.#commit(batch);
      if (error === undefined) continue;
      if (error.status !== 400) return false;
      // One of them is wrong: each for itself, so that it takes no other with it.
      for (const one of batch) {
        const alone = await this.#commit([one]);
        if (alone !== undefined && alone.status !== 400) return false;
        if (alone !== undefined) this.#failed(one.answer, alone.name);
      }
    }
    return true;
  }

  async #commit(ready: Ready[]): Promise<XrpcFault | undefined> {
    const { ports, writer } = this.#state;
    const ops = ready.flatMap((one) => one.ops);
    if (ops.length === 0) {
      inTransaction(this.#state, () => this.#done(ready));
      return undefined;
    }
    const written = await writer.write({ ops }, () => {
      this.#done(ready);
      faultPoint(ports.fault, "receipts.in-transaction");
    });
    if (written.ok) return undefined;
    this.#report("receipts-not-written", written.error.name);
    return written.error;
  }

  #failed(answer: Answer, error: string): void {
    const gaveUp = inTransaction(this.#state, () => this.#engine.failed(answer));
    this.#report(gaveUp ? "answer-given-up" : "answer-waits", error);
  }

  #done(ready: Ready[]): void {
    for (const { answer, resealed } of ready) {
      if (resealed !== undefined) this.#engine.resealed(resealed.before, resealed.after, resealed.to);
      if (answer.kind === "withdraw") this.#engine.withdrawn(answer.uri);
      this.#engine.done(answer);
    }
  }

  /** Undefined when it cannot be written now: it comes again, and does not hold up the others. */
  async #prepare(answer: Answer): Promise<Ready | undefined> {
    try {
      const ready = await atMost(this.#answers.prepare(answer), PREPARE_PATIENCE);
      if (ready === undefined) this.#failed(answer, "Timeout");
      return ready;
    } catch (error) {
      this.#failed(answer, error instanceof Error ? error.name : "unknown");
      return undefined;
    }
  }

  #report(event: string, error: string): void {
    console.error(JSON.stringify({ event, did: this.#state.account.did, error }));
  }
}

/** As many together as one commit holds: messages that are sealed again may be large. */
function* batches(ready: Ready[]): Generator<Ready[]> {
  let batch: Ready[] = [];
  let bytes = 0;
  for (const one of ready) {
    const size = one.ops.reduce((sum, op) => sum + (op.bytes?.length ?? 0), 0);
    if (batch.length > 0 && bytes + size > GROUP_BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(one);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
