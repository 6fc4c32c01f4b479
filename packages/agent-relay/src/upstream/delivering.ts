import { backoffMs } from "../peers/backoff.ts";
import type { Prover } from "./prover.ts";
import type { Queue, Waiting } from "./queue.ts";
import { BUSY_MS, type UpstreamLimits } from "./settings.ts";
import type { StreamRow } from "./stream-row.ts";
import type { Taken } from "./taken.ts";
import type { UpstreamPorts, UpstreamRefusal } from "./upstream-api.ts";

/**
 * What a directory that is behind, or a host that has just taken an account over, may lead to for a while. The stream tells of the
 * record once.
 */
const MAY_PASS = new Set<UpstreamRefusal>(["no-identity", "host-refuses", "bad-proof", "bad-signature"]);

interface Options {
  storage: DurableObjectStorage;
  row: StreamRow;
  queue: Queue;
  taken: Taken;
  prover: Prover;
  network: UpstreamPorts["network"];
  limits: UpstreamLimits;
  now: () => number;
  /** One more has been seen to: there may be room for the next. */
  freed: () => void;
}

/**
 * Sees to what waits: has it proven, and hands it to the network's relay. A few at a time, and one of an author, the oldest, so
 * that an author's records arrive in order. What cannot be had now, or may be refused for the moment only, comes again later, with
 * growing pauses, and then is given up.
 */
export class Delivering {
  readonly #options: Options;
  readonly #busy = new Set<string>();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** For good: what is under way changes and delivers nothing more. Its tables may be gone. */
  stop(): void {
    this.#stopped = true;
  }

  /** Begin with as many as there is room for; each is a promise that never rejects. */
  start(): Promise<void>[] {
    const { queue, limits, now } = this.#options;
    const free = limits.fetches - this.#busy.size;
    if (free <= 0 || this.#stopped) return [];
    return queue.due(now(), free, this.#busy).map((waiting) => this.#see(waiting));
  }

  /** When to start again; undefined when nothing waits, or something is under way whose end will tell. */
  nextDue(): number | undefined {
    const { queue, limits } = this.#options;
    return this.#busy.size >= limits.fetches ? undefined : queue.nextDue(this.#busy);
  }

  async #see(waiting: Waiting): Promise<void> {
    this.#busy.add(waiting.author);
    try {
      await this.#settle(waiting);
    } catch (error) {
      if (this.#stopped) return;
      console.error({ event: "upstream.failed", author: waiting.author, path: waiting.path, error: String(error) });
      this.#later(waiting, String(error));
    } finally {
      this.#busy.delete(waiting.author);
      if (!this.#stopped) this.#options.freed();
    }
  }

  async #settle(waiting: Waiting): Promise<void> {
    const { queue, taken, prover, network, storage, row, now } = this.#options;
    const { id, author, path } = waiting;
    const before = taken.at(author, path);
    // The record that was deleted never came through here.
    if (waiting.cid === null && before === undefined) return queue.remove(id);
    const proved = await prover.prove(waiting, before?.to);
    if (this.#stopped) return;
    if (proved.kind === "busy") return queue.postpone(id, waiting.tries, now() + BUSY_MS);
    if (proved.kind === "later") return this.#later(waiting, proved.message);
    if (proved.kind === "refused") return MAY_PASS.has(proved.reason) ? this.#doubt(waiting, proved.reason) : this.#refuse(waiting, proved.reason);
    const delivered = await network.deliver([proved.record]);
    if (this.#stopped) return;
    if (!delivered.ok) return this.#later(waiting, delivered.error.message);
    const { hint } = proved.record;
    storage.transactionSync(() => {
      queue.remove(id);
      if (hint.cid === undefined) taken.forget(author, path);
      else taken.note(author, path, hint.cid, hint.to);
      row.counters.delivered++;
      row.save();
    });
  }

  #later(waiting: Waiting, message: string): void {
    this.#again(waiting, message, this.#options.limits.maxTries, "unreachable");
  }

  #doubt(waiting: Waiting, reason: UpstreamRefusal): void {
    this.#again(waiting, `${waiting.author}: ${reason}`, this.#options.limits.doubtTries, reason);
  }

  #again(waiting: Waiting, message: string, maxTries: number, reason: UpstreamRefusal): void {
    const { queue, limits, row, now } = this.#options;
    const tries = waiting.tries + 1;
    row.error = message;
    if (tries >= maxTries) this.#refuse(waiting, reason);
    else queue.postpone(waiting.id, tries, now() + backoffMs(tries, limits.retry, Math.random));
  }

  #refuse({ id, author, path }: Waiting, reason: UpstreamRefusal): void {
    const { queue, row, storage } = this.#options;
    console.warn({ event: "upstream.refused", reason, author, path });
    storage.transactionSync(() => {
      queue.remove(id);
      row.refuse(reason);
      row.save();
    });
  }
}
