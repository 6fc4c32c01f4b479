import type { Messaging } from "@rookery/messaging";
import { faultPoint } from "../fault.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import type { Arrivals } from "./arrivals.ts";
import { atMost } from "../at-most.ts";
import { PULL_PATIENCE } from "./limits.ts";
import { inTransaction } from "./transaction.ts";

type Agent = Pick<AgentState, "storage" | "scheduler" | "inbox" | "ports">;

/** What the clock does to tasks: deadlines, offers that nobody took, cancels that nobody answered (job "tasks"). */
export class Deadlines {
  readonly #agent: Agent;
  readonly #engine: Messaging;
  readonly #arrivals: Arrivals;

  constructor(agent: Agent, engine: Messaging, arrivals: Arrivals) {
    this.#agent = agent;
    this.#engine = engine;
    this.#arrivals = arrivals;
  }

  async job(): Promise<JobResult> {
    const { inbox, ports } = this.#agent;
    // What came in time counts: it is read before anything is decided.
    await atMost(inbox.wake().then(() => this.#arrivals.run()), PULL_PATIENCE);
    const next = inTransaction(this.#agent, () => {
      const due = this.#engine.tick();
      faultPoint(ports.fault, "tasks.in-transaction");
      return due;
    });
    return next === undefined ? undefined : { again: Math.max(0, next - Date.now()) };
  }
}
