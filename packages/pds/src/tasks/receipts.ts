import type { EnvelopeSealer } from "@rookery/envelope";
import { OpenError, SealError } from "@rookery/envelope";
import { collectionsOf, recipientsOf } from "@rookery/lexicon-agent-comms";
import type { Answer, Messaging } from "@rookery/messaging";
import type { PreparedOp } from "../agent-api.ts";
import { faultPoint } from "../fault.ts";
import type { JobResult } from "../scheduler.ts";
import { keyOf } from "../sealing/with-sealer.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { newRecordKey, prepareOp } from "../write/prepare.ts";
import { FLUSH_RETRY } from "./limits.ts";
import { resealOps, type Resealed } from "./reseal.ts";

/** An answer that is ready to be written; without ops it has become superfluous. */
interface Ready {
  answer: Answer;
  ops: PreparedOp[];
  resealed?: Resealed;
}

/**
 * What the agent has to write by itself (job "receipts"): receipts, responses to deadlines and cancels, messages sealed again.
 * All that are due go in one commit, and are done in its transaction: none is written twice, none is lost.
 */
export class Receipts {
  readonly #state: AgentState;
  readonly #engine: Messaging;

  constructor(state: AgentState, engine: Messaging) {
    this.#state = state;
    this.#engine = engine;
  }

  async job(): Promise<JobResult> {
    const { sealing } = this.#state;
    if (sealing.custody !== "hosted") return undefined;
    const due = this.#engine.due();
    const wrote = due.length === 0 || (await this.#write(due));
    const next = this.#engine.nextDue();
    if (next === undefined) return undefined;
    return { again: Math.max(wrote ? 0 : FLUSH_RETRY, next - Date.now()) };
  }

  /** False when the repository takes nothing now. */
  async #write(due: Answer[]): Promise<boolean> {
    const { ports, writer } = this.#state;
    const ready = (await Promise.all(due.map((answer) => this.#prepare(answer)))).filter((one) => one !== undefined);
    const ops = ready.flatMap((one) => one.ops);
    faultPoint(ports.fault, "receipts.sealed");
    if (ops.length === 0) {
      this.#transaction(() => this.#done(ready));
      return true;
    }
    const written = await writer.write({ ops }, () => {
      this.#done(ready);
      faultPoint(ports.fault, "receipts.in-transaction");
    });
    if (written.ok) return true;
    this.#report("receipts-not-written", written.error.name);
    return false;
  }

  #done(ready: Ready[]): void {
    for (const { answer, resealed } of ready) {
      if (resealed !== undefined) this.#engine.resealed(resealed.before, resealed.after);
      this.#engine.done(answer);
    }
  }

  /** Undefined when it cannot be written now: it comes again, and does not hold up the others. */
  async #prepare(answer: Answer): Promise<Ready | undefined> {
    try {
      return answer.kind === "reseal" ? await this.#reseal(answer) : await this.#record(answer);
    } catch (error) {
      const gaveUp = this.#transaction(() => this.#engine.failed(answer));
      this.#report(gaveUp ? "answer-given-up" : "answer-waits", error instanceof Error ? error.name : "unknown");
      return undefined;
    }
  }

  async #record(answer: Answer & { kind: "record" }): Promise<Ready> {
    const { sql } = this.#state;
    const { collection, sealed, rkey = newRecordKey() } = answer;
    // Its key is of what it is about: it was written in another life.
    if (readRecord(sql, `${collection}/${rkey}`) !== undefined) return { answer, ops: [] };
    const record = { ...answer.record, ...(await this.#newKey(answer)), createdAt: new Date().toISOString() };
    return { answer, ops: [prepared(collection, rkey, sealed ? await this.#seal(collection, rkey, record) : record)] };
  }

  async #seal(collection: string, rkey: string, record: Record<string, unknown>): Promise<Record<string, unknown>> {
    const to = recipientsOf(collection, record);
    if (to === null || to === "all") throw new SealError("it is for nobody");
    const sealer = await this.#sealer();
    for (const did of to) await keyOf(sealer, did);
    return (await sealer.seal({ collection, rkey, record, to })).record;
  }

  /** Who could not open something says which key is to be used now. */
  async #newKey({ collection, record }: Answer & { kind: "record" }): Promise<{ newKey?: { uri: string; cid: string } }> {
    if (collection !== collectionsOf.receipt || record["status"] !== "key-expired") return {};
    await this.#sealer();
    const newest = (await this.#state.sealing.keyring())?.own.keys[0]?.published;
    return newest === undefined ? {} : { newKey: { uri: newest.uri, cid: newest.cid } };
  }

  async #reseal(answer: Answer & { kind: "reseal" }): Promise<Ready> {
    try {
      const resealed = await resealOps(this.#state, await this.#sealer(), answer);
      return resealed === undefined ? { answer, ops: [] } : { answer, ops: resealed.ops, resealed };
    } catch (error) {
      // It opens no more for its own author either: there is nothing to be sealed.
      if (error instanceof OpenError) return { answer, ops: [] };
      throw error;
    }
  }

  async #sealer(): Promise<EnvelopeSealer> {
    const sealer = await this.#state.sealing.sealer();
    if (!sealer.ok) throw new SealError(sealer.error.name);
    return sealer.value;
  }

  #transaction<T>(work: () => T): T {
    const { storage, scheduler } = this.#state;
    try {
      return storage.transactionSync(work);
    } catch (error) {
      scheduler.load();
      throw error;
    }
  }

  #report(event: string, error: string): void {
    console.error(JSON.stringify({ event, did: this.#state.account.did, error }));
  }
}

/** @throws SealError for what is no record: a bug, and not to be tried for ever. */
function prepared(collection: string, rkey: string, record: Record<string, unknown>): PreparedOp {
  const op = prepareOp({ action: "create", collection, rkey, record, validate: true });
  if (!op.ok) throw new SealError("not a record");
  return op.value.op;
}
