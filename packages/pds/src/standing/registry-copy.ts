import { cidToString } from "@rookery/repo";
import { faultPoint } from "../fault.ts";
import type { AgentPorts, StandingCopy, StandingNote } from "../ports.ts";
import type { JobResult, Scheduler } from "../scheduler.ts";
import type { Account } from "../store/account.ts";
import type { Head } from "../store/head.ts";
import { NOTE_TRIES, REGISTRY_HORIZON, REGISTRY_RETRY_FIRST, REGISTRY_RETRY_LAST } from "./limits.ts";

/** Of the agent's state, what is told. */
interface Told {
  account: Account;
  head: Head;
}

/**
 * The colony's registry keeps a copy of how the agent stands. The alarm that brings it there is set in the transaction that
 * changes the standing, so whatever ends in between, the copy follows; usually it is there before the change is answered.
 * The relay is told likewise of what no event says: that an account has come from elsewhere, and what repository it has
 * brought, as long as it takes no part.
 */
export class RegistryCopy {
  readonly #storage: Pick<DurableObjectStorage, "sync">;
  readonly #ports: AgentPorts;
  readonly #scheduler: Scheduler;
  readonly #state: () => Told;
  /** Changes so far, and how many of them the registry has. */
  #changes = 0;
  #told = 0;
  /** The last change that events do not tell. */
  #unsaid = 0;
  #telling: Promise<boolean> | undefined;

  constructor(storage: Pick<DurableObjectStorage, "sync">, ports: AgentPorts, scheduler: Scheduler, state: () => Told) {
    this.#storage = storage;
    this.#ports = ports;
    this.#scheduler = scheduler;
    this.#state = state;
  }

  /** Inside the transaction of a change. @param unsaid whether no event tells of it. */
  changes(now: number, unsaid = false): void {
    this.#changes++;
    if (unsaid) this.#unsaid = this.#changes;
    this.#scheduler.ensure("standing", now + REGISTRY_HORIZON);
  }

  /** Tell the registry, and the relay if need be, one change after the other. False when it cannot be told now: the alarm goes on with it. */
  tell(): Promise<boolean> {
    return this.#tell(false);
  }

  #tell(isLast: boolean): Promise<boolean> {
    this.#telling ??= this.#tellAll(isLast).finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  /** The alarm's turn. What was noted before the object last woke is told in any case. */
  async job(tries: number): Promise<JobResult> {
    if (this.#changes === 0) this.#unsaid = ++this.#changes;
    if (await this.#tell(tries >= NOTE_TRIES)) return undefined;
    return { again: Math.min(REGISTRY_RETRY_LAST, REGISTRY_RETRY_FIRST * 2 ** Math.min(tries, 16)) };
  }

  /** @param isLast the relay is asked once more and no more: it may have lost events that this note waits for. */
  async #tellAll(isLast: boolean): Promise<boolean> {
    while (this.#told < this.#changes) {
      const upTo = this.#changes;
      await this.#storage.sync();
      faultPoint(this.#ports.fault, "standing.on-disk");
      try {
        await this.#ports.registry.noteStanding(copyOf(this.#state().account));
        const note = this.#unsaid > this.#told ? noteOf(this.#state()) : undefined;
        if (note !== undefined && !(await this.#ports.relay.noteStanding(note)).isHeld && !isLast) return false;
      } catch (error) {
        console.error(JSON.stringify({ event: "standing-not-told", did: this.#state().account.did, error: String(error) }));
        return false;
      }
      this.#told = upTo;
      faultPoint(this.#ports.fault, "standing.told");
    }
    return true;
  }
}

/** Undefined of who takes part: events say all of it. */
const noteOf = ({ account: { did, epoch, status }, head: { n, cid, rev } }: Told): StandingNote | undefined =>
  status === null ? undefined : { did, epoch, n, head: cidToString(cid), rev, status };

const copyOf = ({ did, handle, status, deactivatedAt }: Account): StandingCopy => ({ did, handle, status, deactivatedAt });
