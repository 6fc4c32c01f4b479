import { sha256 } from "@noble/hashes/sha2.js";
import { toBase64 } from "@rookery/envelope";
import { type Answer, Messaging, reportOf } from "@rookery/messaging";
import type { TaskView } from "../backend.ts";
import { at } from "../deadline.ts";
import type { KeptState } from "./kept-state.ts";

/** What the engine is given of the agent. */
export interface EnginePorts {
  did: string;
  state: KeptState;
  /** See `opaqueKeys`. */
  opaqueKey: (text: string) => string;
  /** Write an answer that is due. @throws what may be tried again. */
  write(answer: Answer): Promise<void>;
  onError: (error: unknown) => void;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Tasks, receipts, deadlines and idempotency of an agent that keeps its own keys: the same engine as in a colony, run here. */
export class Engine {
  readonly messaging: Messaging;
  readonly #ports: EnginePorts;
  #callOff: () => void = () => {};
  #dueAt = Number.POSITIVE_INFINITY;
  #isWriting = false;
  #closed = false;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    const { did, state, opaqueKey } = ports;
    this.messaging = new Messaging({
      did,
      store: state.tasks,
      now: Date.now,
      wakeAt: (time) => this.#wake(time),
      flushAt: (time) => this.#wake(time),
      digest: (text) => toBase64(sha256(utf8(text))),
      opaqueKey,
    });
    this.#run();
  }

  /** A task that is kept. */
  task(uri: string): TaskView | undefined {
    const found = this.messaging.task(uri);
    return found && reportOf(found.task);
  }

  /** Tasks for this agent that have not ended. */
  openTasks(): TaskView[] {
    return this.messaging.tasks().flatMap(({ task, isOpen }) => (isOpen && task.role === "worker" ? [reportOf(task)] : []));
  }

  /** Nothing is done by the clock any more. */
  close(): void {
    this.#closed = true;
    this.#callOff();
  }

  #wake(time: number): void {
    if (this.#closed || time >= this.#dueAt) return;
    this.#callOff();
    this.#dueAt = time;
    this.#callOff = at(time, () => this.#run());
  }

  /** Do what is due, and set the clock for what is next. */
  #run(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const next = this.messaging.tick();
    if (next !== undefined) this.#wake(next);
    if (this.#isWriting) return;
    this.#isWriting = true;
    void this.#flush().finally(() => {
      this.#isWriting = false;
      const due = this.messaging.nextDue();
      if (due !== undefined) this.#wake(due);
    });
  }

  async #flush(): Promise<void> {
    for (const answer of this.messaging.due()) {
      if (this.#closed) return;
      try {
        await this.#ports.write(answer);
        this.messaging.done(answer);
      } catch (error) {
        if (this.messaging.failed(answer)) this.#ports.onError(error);
      }
    }
  }
}
