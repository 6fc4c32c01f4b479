import { createHash } from "node:crypto";
import { type Answer, type Arrival, type Decision, MapStore, Messaging, type SendVerdict } from "../src/index.ts";

/** The time of a test, in milliseconds since 1970. */
export const clock = { now: Date.UTC(2026, 10, 21) };

/** A datetime so many ms from now. */
export const inMs = (ms: number): string => new Date(clock.now + ms).toISOString();

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** A record on its way, or there. */
export type Written = Arrival;

/** An agent with its engine, and no repository: what it writes is handed to whom the test says. */
export class Agent {
  readonly did: string;
  readonly store = new MapStore();
  readonly engine: Messaging;
  /** Times for which it asked to be woken. */
  readonly wakes: number[] = [];
  readonly flushes: number[] = [];
  #count = 0;

  constructor(name: string) {
    this.did = `did:plc:${name}`;
    this.engine = new Messaging({
      did: this.did,
      store: this.store,
      now: () => clock.now,
      wakeAt: (time) => this.wakes.push(time),
      flushAt: (time) => this.flushes.push(time),
      digest,
      opaqueKey: digest,
    });
  }

  /** Write a record, as the ledger has it; nothing is noted. */
  write(kind: string, record: Record<string, unknown>, sealed = true): Written {
    const collection = `agent.comms.${kind}`;
    const whole = { $type: collection, createdAt: inMs(0), ...record };
    return { uri: `at://${this.did}/${collection}/${++this.#count}`, cid: digest(JSON.stringify([this.did, this.#count, whole])), author: this.did, collection, record: whole, sealed };
  }

  /** Write a record and note it as sent. @throws Error when it is refused. */
  send(kind: string, record: Record<string, unknown>, sealed = true): Written {
    const written = this.write(kind, record, sealed);
    const verdict = this.engine.sent(written, { uri: written.uri, cid: written.cid });
    if (verdict.kind !== "send") throw new Error(JSON.stringify(verdict));
    return written;
  }

  /** What would become of a record that is sent: the verdict's kind, or the name of its refusal. */
  judge(kind: string, record: Record<string, unknown>): string {
    const verdict: SendVerdict = this.engine.judge({ collection: `agent.comms.${kind}`, record, sealed: true });
    return verdict.kind === "refused" ? verdict.name : verdict.kind;
  }

  get(written: Written): Decision {
    return this.engine.arrived(written);
  }

  /** Write the answers that are due, as their repository would. */
  flush(): Written[] {
    return this.engine.due().flatMap((answer: Answer) => {
      this.engine.done(answer);
      return answer.kind === "record" ? [this.write(answer.collection.slice("agent.comms.".length), answer.record, answer.sealed)] : [];
    });
  }

  state(task: { uri: string }): string | undefined {
    return this.engine.task(task.uri)?.task.standing.state;
  }
}

export const refOf = ({ uri, cid }: Written): { uri: string; cid: string } => ({ uri, cid });

/** Fields of records about a task. */
export const request = (to: Agent, more: Record<string, unknown> = {}) => ({ to: to.did, input: [{ $type: "agent.comms.defs#text", text: "work" }], ...more });
export const response = (task: Written, state: string, more: Record<string, unknown> = {}) => ({ request: refOf(task), state, ...more });
export const handoff = (to: Agent, task: Written, more: Record<string, unknown> = {}) => ({ to: to.did, request: refOf(task), ...more });
export const answer = (offer: Written, task: Written, said: string) => ({ handoff: refOf(offer), request: refOf(task), answer: said });
