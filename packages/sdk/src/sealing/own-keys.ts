import { type KeyRing, makeKeyPair, makeKeyRecord, type SuiteName } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import type { Sent } from "../transport.ts";
import type { KeyState, OwnKey } from "./key-state.ts";
import { GRACE_MS, KEY_LIFE_MS, ROTATE_AFTER_MS } from "./settings.ts";

/** What own keys need of the world. */
export interface OwnKeysPorts {
  did: string;
  suite: SuiteName;
  /** Milliseconds since 1970. */
  now: () => number;
  nextRkey: () => string;
  /** Create a record in the own repository. */
  publish: (collection: string, rkey: string, record: Record<string, unknown>) => Promise<Sent>;
  /** A record of the own repository, if it is there. */
  find: (collection: string, rkey: string) => Promise<Sent | undefined>;
  /** Keep the state. */
  save: () => Promise<void>;
}

/** The agent's own keys: published, rotated, and deleted when their time is over. */
export class OwnKeys {
  readonly #state: KeyState;
  readonly #ports: OwnKeysPorts;
  #running: Promise<void> | undefined;

  constructor(state: KeyState, ports: OwnKeysPorts) {
    this.#state = state;
    this.#ports = ports;
  }

  /** What the agent opens with. */
  get ring(): KeyRing {
    return { keys: this.#state.keys.map(({ pair }) => pair), epochKeys: this.#state.epochKeys };
  }

  /** Make sure that the newest key is published and young; calls at the same time share one run. */
  refresh(): Promise<void> {
    return (this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined;
    }));
  }

  async #refresh(): Promise<void> {
    const { now, save } = this.#ports;
    const isOver = ({ record }: OwnKey): boolean => Date.parse(record.expiresAt) + GRACE_MS <= now();
    // A key that was never published is nobody's to seal to.
    const kept = this.#state.keys.filter((key, at) => at === 0 || !isOver(key));
    const dropped = kept.length < this.#state.keys.length;
    if (dropped) this.#state.keys = kept;
    const [newest] = this.#state.keys;
    if (newest === undefined || Date.parse(newest.record.createdAt) + ROTATE_AFTER_MS <= now()) await this.#rotate(newest);
    else if (newest.published === undefined) await this.#publish(newest);
    else if (dropped) await save();
  }

  /** The new key is kept before anybody can see it, so that no crash loses one that others seal to. */
  async #rotate(before: OwnKey | undefined): Promise<void> {
    if (before !== undefined && before.published === undefined) await this.#publish(before);
    const { did, suite, now, nextRkey, save } = this.#ports;
    const pair = await makeKeyPair(suite);
    const [createdAt, expiresAt] = [now(), now() + KEY_LIFE_MS].map((time) => new Date(time).toISOString());
    if (createdAt === undefined || expiresAt === undefined) throw new Error("No time");
    const prev = before?.published;
    const record = await makeKeyRecord({ did, pair, createdAt, expiresAt, owners: [this.#state.owner], ...(prev === undefined ? {} : { prev }) });
    const key: OwnKey = { pair, rkey: nextRkey(), record };
    this.#state.keys = [key, ...this.#state.keys];
    await save();
    await this.#publish(key);
  }

  async #publish(key: OwnKey): Promise<void> {
    const { find, publish, save } = this.#ports;
    // It may have landed in a run that never saw the answer.
    const sent = (await find(ids.AgentCommsKey, key.rkey)) ?? (await publish(ids.AgentCommsKey, key.rkey, { ...key.record }));
    key.published = { uri: sent.uri, cid: sent.cid };
    await save();
  }
}
