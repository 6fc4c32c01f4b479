import { addressOf, type EnvelopeSealer, OpenError, SealError } from "@rookery/envelope";
import { collectionsOf, recipientsOf } from "@rookery/lexicon-agent-comms";
import type { Answer } from "@rookery/messaging";
import type { PreparedOp } from "../agent-api.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { newRecordKey, prepareOp } from "../write/prepare.ts";
import { resealOps, type Resealed } from "./reseal.ts";

/** An answer that is ready to be written; without ops it has become superfluous. */
export interface Ready {
  answer: Answer;
  ops: PreparedOp[];
  resealed?: Resealed;
}

/** Makes the writes of what the agent has to write by itself: sealed, as what it answers was. */
export class AnswerWriter {
  readonly #state: AgentState;

  constructor(state: AgentState) {
    this.#state = state;
  }

  /** @throws SealError, or whatever keeps it from being sealed now. */
  async prepare(answer: Answer): Promise<Ready> {
    switch (answer.kind) {
      case "record":
        return this.#record(answer);
      case "reseal":
        return this.#reseal(answer);
      case "withdraw":
        return this.#withdraw(answer);
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
    for (const did of to) await sealer.keyOf(did);
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

  #withdraw(answer: Answer & { kind: "withdraw" }): Ready {
    const { sql } = this.#state;
    const { collection, rkey } = addressOf(answer.uri);
    return { answer, ops: readRecord(sql, `${collection}/${rkey}`) === undefined ? [] : [{ action: "delete", collection, rkey, immutable: true }] };
  }

  async #sealer(): Promise<EnvelopeSealer> {
    const sealer = await this.#state.sealing.sealer();
    if (!sealer.ok) throw new SealError(sealer.error.name);
    return sealer.value;
  }
}

/** @throws SealError for what is no record: a bug, and not to be tried for ever. */
function prepared(collection: string, rkey: string, record: Record<string, unknown>): PreparedOp {
  const op = prepareOp({ action: "create", collection, rkey, record, validate: true });
  if (!op.ok) throw new SealError("not a record");
  return op.value.op;
}
