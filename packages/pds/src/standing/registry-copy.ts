import { faultPoint } from "../fault.ts";
import type { AgentPorts, StandingCopy } from "../ports.ts";
import type { JobResult, Scheduler } from "../scheduler.ts";
import type { Account } from "../store/account.ts";
import { REGISTRY_HORIZON, REGISTRY_RETRY_FIRST, REGISTRY_RETRY_LAST } from "./limits.ts";

/**
 * The colony's registry keeps a copy of how the agent stands. The alarm that brings it there is set in the transaction that
 * changes the standing, so whatever ends in between, the copy follows; usually it is there before the change is answered.
 */
export class RegistryCopy {
  readonly #storage: Pick<DurableObjectStorage, "sync">;
  readonly #ports: AgentPorts;
  readonly #scheduler: Scheduler;
  readonly #account: () => Account;
  /** Changes so far, and how many of them the registry has. */
  #changes = 0;
  #told = 0;
  #telling: Promise<boolean> | undefined;

  constructor(storage: Pick<DurableObjectStorage, "sync">, ports: AgentPorts, scheduler: Scheduler, account: () => Account) {
    this.#storage = storage;
    this.#ports = ports;
    this.#scheduler = scheduler;
    this.#account = account;
  }

  /** Inside the transaction of a change. */
  changes(now: number): void {
    this.#changes++;
    this.#scheduler.ensure("standing", now + REGISTRY_HORIZON);
  }

  /** Tell the registry, one change after the other. False when it cannot be told now: the alarm goes on with it. */
  tell(): Promise<boolean> {
    this.#telling ??= this.#tellAll().finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  /** The alarm's turn. What was noted before the object last woke is told in any case. */
  async job(tries: number): Promise<JobResult> {
    if (this.#changes === 0) this.#changes++;
    if (await this.tell()) return undefined;
    return { again: Math.min(REGISTRY_RETRY_LAST, REGISTRY_RETRY_FIRST * 2 ** Math.min(tries, 16)) };
  }

  async #tellAll(): Promise<boolean> {
    while (this.#told < this.#changes) {
      const upTo = this.#changes;
      await this.#storage.sync();
      faultPoint(this.#ports.fault, "standing.on-disk");
      try {
        await this.#ports.registry.noteStanding(copyOf(this.#account()));
      } catch (error) {
        console.error(JSON.stringify({ event: "standing-not-told", did: this.#account().did, error: String(error) }));
        return false;
      }
      this.#told = upTo;
      faultPoint(this.#ports.fault, "standing.told");
    }
    return true;
  }
}

const copyOf = ({ did, handle, status, deactivatedAt }: Account): StandingCopy => ({ did, handle, status, deactivatedAt });
