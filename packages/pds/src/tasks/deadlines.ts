import type { Messaging } from "@rookery/messaging";
import { faultPoint } from "../fault.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import type { Arrivals } from "./arrivals.ts";
import { PULL_PATIENCE } from "./limits.ts";

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
    const { storage, scheduler, inbox, ports } = this.#agent;
    if (!this.#arrivals.isHosted) return undefined;
    // What came in time counts: it is read before anything is decided.
    await atMost(inbox.wake().then(() => this.#arrivals.run()), PULL_PATIENCE);
    let next: number | undefined;
    try {
      storage.transactionSync(() => {
        next = this.#engine.tick();
        faultPoint(ports.fault, "tasks.in-transaction");
      });
    } catch (error) {
      scheduler.load();
      throw error;
    }
    return next === undefined ? undefined : { again: Math.max(0, next - Date.now()) };
  }
}

/** Wait for it, but not longer than this many ms. It never rejects. */
async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
