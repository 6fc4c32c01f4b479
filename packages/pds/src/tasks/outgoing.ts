import { isSealedRecord } from "@rookery/envelope";
import { collectionsOf, didOfUri, isComms } from "@rookery/lexicon-agent-comms";
import { type Messaging, mayDelegate, type SendVerdict, type TaskSource } from "@rookery/messaging";
import { cidToString, decode, lexToJson } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { PreparedOp } from "../agent-api.ts";
import type { RecordAt, SendInput } from "../sealing/sealing-api.ts";
import type { AgentState } from "../state.ts";
import { type Within, WriteRefused } from "../write/writer.ts";
import { listedRecords } from "./listed-records.ts";
import type { Mail } from "./mail.ts";

type Agent = Pick<AgentState, "sql" | "account" | "sealing" | "scheduler">;

/** It may be sent; or it was, under the same idempotencyKey. */
export type Checked = { kind: "send" } | { kind: "earlier"; of: RecordAt };

/** What the messaging engine has to do with a record that the agent sends. */
export class OutgoingMail {
  readonly #agent: Agent;
  readonly #engine: Messaging;
  readonly #mail: Mail;

  constructor(agent: Agent, engine: Messaging, mail: Mail) {
    this.#agent = agent;
    this.#engine = engine;
    this.#mail = mail;
  }

  /**
   * Judge what is to be sent, before anything is sealed. Errors (400): `IdempotencyConflict`, `TaskEnded`, `NotAllowed`, `InvalidRequest`,
   * `NotOffered`, `TooManyTasks`, `DepthLimit`, `Loop`, `RateLimitExceeded` (of automatic answers).
   */
  check(input: SendInput): Outcome<Checked> {
    if (!this.#keepsLedger(input)) return ok({ kind: "send" });
    const verdict = this.#engine.judge(outgoingOf(input));
    return verdict.kind === "refused" ? refusal(verdict) : ok(verdict);
  }

  /** To be done in the transaction that writes it. */
  within(input: SendInput, ref: RecordAt): Within {
    return () => {
      if (!this.#keepsLedger(input)) return;
      const verdict = this.#engine.sent(outgoingOf(input), ref);
      if (verdict.kind === "refused") throw new WriteRefused(refusal(verdict).error);
      // Another call with this idempotencyKey was faster: asked again, it is the earlier one that is answered.
      if (verdict.kind === "earlier") throw new WriteRefused({ status: 409, name: SENT_BEFORE, message: verdict.of.uri });
    };
  }

  /**
   * What the repository's own methods write past `send`: plain messages are noted as sent, deleted ones as taken back. Nothing
   * is refused by that. Undefined when there is nothing to be noted.
   */
  noting(ops: PreparedOp[]): Within | undefined {
    const ours = ops.filter(({ action, collection }) => (action === "create" || action === "delete") && isComms(collection));
    if (ours.length === 0 || this.#agent.sealing.custody !== "hosted") return undefined;
    return () => {
      for (const op of ours) this.#note(op);
    };
  }

  #note({ action, collection, rkey, cid, bytes }: PreparedOp): void {
    const uri = `at://${this.#agent.account.did}/${collection}/${rkey}`;
    if (action === "delete") return this.#engine.withdrawn(uri);
    if (bytes === undefined || cid === undefined) return;
    // It was validated when it was prepared (named boundary).
    const record = lexToJson(decode(bytes)) as Record<string, unknown>;
    // What its author sealed is known to its author alone.
    if (!isSealedRecord(collection, record)) this.#engine.sent({ collection, record, sealed: false }, { uri, cid: cidToString(cid) });
  }

  /** Of an agent that seals nothing, and of one that keeps its own, nothing is noted here. */
  #keepsLedger({ privacy }: SendInput): boolean {
    const { sealing, scheduler } = this.#agent;
    const { custody } = sealing;
    return custody === "hosted" || (custody === "none" && (privacy !== "public" || scheduler.isWaiting("keys")));
  }

  /**
   * What is to be sent, with what a handoff needs: grants for exactly the records that it lists, and the request's content, copied
   * inside the seal, since the next worker may not be able to read the request; a cancel names the request as its worker knows it.
   */
  complete(input: SendInput): SendInput {
    if (input.collection !== collectionsOf.handoff) return { ...input, record: this.#engine.addressed(input.collection, input.record) };
    const { record, grants = [], privacy } = input;
    const { uri } = Object(record["request"]) as { uri?: unknown };
    const listed = listedRecords(this.#agent, record);
    const withGrants = { ...input, grants: [...new Set([...grants, ...listed])] };
    if (typeof uri !== "string" || privacy === "public") return withGrants;
    const self = this.#agent.account.did;
    // Who took the task over knows it from the handoff, and was not sent the request.
    const handover = this.#engine.task(uri)?.task.handoff;
    const source = handover?.to === self ? handover.uri : uri;
    const author = didOfUri(source);
    const letter = author === undefined ? undefined : this.#mail.at(author, source.split("/").slice(3).join("/"));
    // What was plain is readable for everybody.
    if (author === undefined || letter?.record === undefined) return withGrants;
    return { ...withGrants, record: { ...carriedOn(letter.record, { uri, author, self, record }), ...record } };
  }
}

/** Name of the fault that says that the idempotencyKey has been used in the meantime. */
export const SENT_BEFORE = "SentBefore";

const outgoingOf = ({ collection, record, privacy }: SendInput) => ({ collection, record, sealed: privacy !== "public" });

const refusal = ({ name, message }: Extract<SendVerdict, { kind: "refused" }>) => fail(name === "RateLimitExceeded" ? 429 : 400, name, message);

/** What a handoff says of the request unless its author says otherwise. @param request or the handoff that brought it. */
function carriedOn(request: Record<string, unknown>, { uri, author, self, record }: { uri: string; author: string; self: string; record: Record<string, unknown> }): Record<string, unknown> {
  const carried = Object.fromEntries(["input", "capability", "deadline", "priority", "budget"].flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])));
  const { cid } = Object(record["request"]) as { cid?: unknown };
  const to = record["to"];
  if (typeof cid !== "string" || typeof to !== "string") return carried;
  // Its lexicon was checked when it was opened (named boundary).
  const terms = mayDelegate({ uri, cid, author, record: request } as unknown as TaskSource, self, to);
  return terms.ok ? { ...carried, ...terms.value } : carried;
}
