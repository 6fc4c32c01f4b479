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
    const { suite, now, save } = this.#ports;
    const [newest, ...older] = this.#state.keys;
    if (newest === undefined) return this.#rotate(undefined);
    if (newest.published === undefined) await this.#publish(newest);
    const kept = older.filter((key) => !this.#isOver(key));
    if (newest.pair.suite !== suite || Date.parse(newest.record.createdAt) + ROTATE_AFTER_MS <= now()) await this.#rotate(newest);
    else if (kept.length < older.length) {
      this.#state.keys = [newest, ...kept];
      await save();
    }
  }

  /** Nothing that was sealed for it in time is waited for any more. */
  #isOver({ record }: OwnKey): boolean {
    return Date.parse(record.expiresAt) + GRACE_MS <= this.#ports.now();
  }

  async #rotate(before: OwnKey | undefined): Promise<void> {
    const { did, suite, now, nextRkey } = this.#ports;
    const pair = await makeKeyPair(suite);
    // A clock that was set back must not make the new key older than the one before it.
    const from = Math.max(now(), Date.parse(before?.record.createdAt ?? "") || 0);
    const [createdAt, expiresAt] = [new Date(from).toISOString(), new Date(from + KEY_LIFE_MS).toISOString()];
    const prev = before?.published;
    const record = await makeKeyRecord({ did, pair, createdAt, expiresAt, owners: [this.#state.owner], ...(prev === undefined ? {} : { prev }) });
    const key: OwnKey = { pair, rkey: nextRkey(), record };
    this.#state.keys = [key, ...this.#state.keys.filter((one) => !this.#isOver(one))];
    await this.#publish(key);
  }

  /** The key is kept before anybody can see it, so that no crash loses one that others seal to. */
  async #publish(key: OwnKey): Promise<void> {
    const { find, publish, save } = this.#ports;
    await save();
    // It may have landed in a run that never saw the answer.
    const sent = (await find(ids.AgentCommsKey, key.rkey)) ?? (await publish(ids.AgentCommsKey, key.rkey, { ...key.record }));
    key.published = { uri: sent.uri, cid: sent.cid };
    await save();
  }
}
