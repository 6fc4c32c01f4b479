import { SealError } from "../errors.ts";
import { type CheckedKey, checkKeyRecord, type FoundKeyRecord } from "../key-record.ts";
import { decidePin } from "../pin.ts";
import type { SuiteName } from "../suites.ts";
import { dropOldest, type Pins } from "./pins.ts";
import { LOOK_UP_PATIENCE_MS, MAX_FRESH, PEER_FRESH_MS } from "./settings.ts";

/** A key in a repository, another's or the agent's own, that its owner has not made as far as can be told: to be looked at by a person. */
export interface KeyAlarm {
  did: string;
  why: "substituted" | "rolled-back";
  reason: string;
}

/** What others' keys need of the world. */
export interface PeerKeysPorts {
  /** What to seal with; somebody's key of another suite is refused. */
  suites: readonly SuiteName[];
  /** What the agent's author can do about such a refusal, if anything. */
  remedy?: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Addresses of somebody's key records, newest first, as their host says: hints, nothing more. */
  list: (did: string) => Promise<string[]>;
  /** A record, proven down to its author's signature; undefined when proven absent. */
  prove: (uri: string) => Promise<FoundKeyRecord | undefined>;
  alarm: (alarm: KeyAlarm) => void;
}

/** Others' keys: found, proven, pinned. */
export class PeerKeys {
  readonly #pins: Pins;
  readonly #ports: PeerKeysPorts;
  /** When each was looked up last; bounded like the pins. */
  readonly #fresh = new Map<string, { key: CheckedKey; until: number }>();

  /** Lookups under way: who is written to twice at once is asked once. */
  readonly #asking = new Map<string, Promise<CheckedKey>>();
  /** Of whom no key that we know is to be used. */
  readonly #stale = new Map<string, true>();

  constructor(pins: Pins, ports: PeerKeysPorts) {
    this.#pins = pins;
    this.#ports = ports;
  }

  /** The key to seal for somebody. @throws SealError when there is none, or none that can be trusted. */
  async keyOf(did: string): Promise<CheckedKey> {
    const known = this.#fresh.get(did);
    const { now } = this.#ports;
    if (known !== undefined && now() < known.until && now() < known.key.expiresAt) return known.key;
    return this.#asking.get(did) ?? this.#ask(did);
  }

  #ask(did: string): Promise<CheckedKey> {
    const isLast = (): boolean => this.#asking.get(did) === asking;
    const asking = this.#lookUp(did)
      .catch((error: unknown) => this.#pinned(did, error))
      .then((key) => {
        if (isLast()) this.#remember(did, key);
        return key;
      })
      .finally(() => {
        if (isLast()) this.#asking.delete(did);
      });
    this.#asking.set(did, asking);
    return asking;
  }

  #remember(did: string, key: CheckedKey): void {
    this.#stale.delete(did);
    this.#fresh.delete(did);
    this.#fresh.set(did, { key, until: this.#ports.now() + PEER_FRESH_MS });
    dropOldest(this.#fresh, MAX_FRESH);
  }

  /** Look somebody's key up anew the next time, whatever is known: what was sealed for the one we know did not open. */
  lookAgain(did: string): void {
    this.#asking.delete(did);
    this.#fresh.delete(did);
    this.#stale.set(did, true);
    dropOldest(this.#stale);
  }

  /**
   * While somebody's host does not answer: the key that was proven last, if its time is not over. What is sealed waits for its
   * reader in any case, and a host that keeps silent gains nothing by it.
   */
  async #pinned(did: string, error: unknown): Promise<CheckedKey> {
    const found = error instanceof SealError || this.#stale.has(did) ? undefined : this.#pins.get(did);
    if (found === undefined) throw error;
    const key = await checkedOf(did, found);
    if (this.#ports.now() >= key.expiresAt || !this.#ports.suites.includes(key.suite)) throw error;
    return key;
  }

  async #lookUp(did: string): Promise<CheckedKey> {
    const { suites, remedy, list, prove, now, alarm } = this.#ports;
    const until = now() + LOOK_UP_PATIENCE_MS;
    const [newest, ...older] = await list(did);
    const found = newest === undefined ? undefined : await prove(newest);
    if (found === undefined) throw new SealError(`${did} publishes no key to seal for: it has to connect with sealing first`);
    const verdict = await checkKeyRecord(did, found);
    if (!verdict.ok) {
      // Told in words of ours: what the record says is its writer's, and would push out other alarms.
      if (verdict.isForged === true) alarm({ did, why: "substituted", reason: `${did} publishes a key with a signature that does not verify` });
      throw notAKey(did, verdict);
    }
    const { key: first } = verdict;
    const pinned = this.#pins.get(did);
    const pin = pinned === undefined ? undefined : { did, key: await checkedOf(did, pinned) };
    const published: [CheckedKey, ...CheckedKey[]] = [first];
    let decision = decidePin({ did, pin, published, now: now() });
    if (pin !== undefined && decision.decision === "refuse" && decision.why === "substituted") {
      // Where the owner who signed the pinned key has not signed this one, only the chain leads from that to this.
      for (const uri of older) {
        // Not a verdict: nobody is accused of being slow.
        if (now() >= until) throw new Error(`The host of ${did} takes too long to prove its older keys`);
        const next = await prove(uri);
        if (next !== undefined) published.push(await checkedOf(did, next));
        if (uri === pin.key.uri) break;
      }
      decision = decidePin({ did, pin, published, now: now() });
    }
    if (decision.decision === "refuse") {
      const { why, reason } = decision;
      if (why === "substituted" || why === "rolled-back") alarm({ did, why, reason });
      throw new SealError(reason);
    }
    const { suite } = first;
    if (!suites.includes(suite)) throw new SealError(`${did} publishes a key of ${suite}, which does not protect from later quantum computers: it has to publish one of ${suites.join(" or ")}${remedy === undefined ? "" : `, or ${remedy}`}`);
    await this.#pins.put(did, found, decision.how !== "same");
    return first;
  }
}

const notAKey = (did: string, { reason }: { reason: string }): SealError => new SealError(`The key of ${did} is no key: ${reason}`);

const checkedOf = async (did: string, found: FoundKeyRecord): Promise<CheckedKey> => {
  const verdict = await checkKeyRecord(did, found);
  if (!verdict.ok) throw notAKey(did, verdict);
  return verdict.key;
};
