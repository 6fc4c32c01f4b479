import { ids } from "@rookery/lexicon-agent-comms";
import { toBase64 } from "../bytes.ts";
import { makeKeyRecord } from "../key-record.ts";
import { MAX_EPOCHS } from "../limits.ts";
import type { KeyRing } from "../open.ts";
import { makeKeyPair, type SuiteName } from "../suites.ts";
import { type KeyState, KeyStateError, type OwnKey } from "./key-state.ts";
import type { Sent } from "./sealer.ts";
import { AWAKE_MS, GRACE_MS, KEY_LIFE_MS, MAX_FORMER, MAX_OWN_KEYS, ROTATE_AFTER_MS } from "./settings.ts";

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
  /** The key, in the own repository, of who held the keys before, for the first one here to follow; absent where nobody did. */
  predecessor?: () => Promise<Sent | undefined>;
  /** Keep the state. */
  save: () => Promise<void>;
}

/** What became of one of the agent's own keys: it still opens, or its private half is deleted. */
export type KeyStanding = "held" | "former";

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

  /** Its keys with their records, newest first. */
  get keys(): readonly OwnKey[] {
    return this.#state.keys;
  }

  /** What is known of a key id: undefined when it was never this agent's, or so long ago that it is forgotten. */
  standing(keyId: Uint8Array): KeyStanding | undefined {
    const id = toBase64(keyId);
    if (this.#state.keys.some(({ pair }) => toBase64(pair.keyId) === id)) return "held";
    return this.#state.former.includes(id) ? "former" : undefined;
  }

  /** When `refresh` has something to do next, in milliseconds since 1970; in the past when it has now. */
  get dueAt(): number {
    const [newest] = this.#state.keys;
    if (newest?.published === undefined) return 0;
    return Math.min(rotationOf(newest), nextEnd(this.#state));
  }

  /** Make sure that the newest key is published and young; calls at the same time share one run. */
  refresh(): Promise<void> {
    return (this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined;
    }));
  }

  /** As `refresh`; and the newest key's record is put back where somebody took it out: nobody could write to the agent any more. */
  async restore(): Promise<void> {
    await this.refresh();
    const [newest] = this.#state.keys;
    if (newest !== undefined && (await this.#ports.find(ids.AgentCommsKey, newest.rkey)) === undefined) await this.#publish(newest);
  }

  /** A new key now, however young the newest is. @throws RangeError when there are too many that still open something. */
  async rotate(): Promise<void> {
    await this.refresh();
    const { keys } = this.#state;
    if (keys.length >= MAX_OWN_KEYS) throw new RangeError(`There are ${keys.length} keys whose time is not over; past ${MAX_OWN_KEYS} none is made by hand`);
    const [newest] = keys;
    const rotation = (this.#running ??= this.#rotate(newest).finally(() => {
      this.#running = undefined;
    }));
    await rotation;
  }

  /** What is sealed from now on is sealed under a new epoch key; earlier ones stay, to read what they sealed. @throws RangeError when there are too many. */
  async rotateEpoch(): Promise<void> {
    const [current, ...earlier] = this.#state.epochKeys;
    if (current === undefined || earlier.length + 1 >= MAX_EPOCHS) throw new RangeError(`There are ${earlier.length + 1} epoch keys; at most ${MAX_EPOCHS}`);
    const next = crypto.getRandomValues(new Uint8Array(32));
    // Kept before it is the first, which is what is sealed with meanwhile: what is sealed under a key that is lost is lost with it.
    this.#state.epochKeys = [current, next, ...earlier];
    await this.#ports.save();
    this.#state.epochKeys = [next, ...this.#state.epochKeys.filter((key) => key !== next)];
    await this.#ports.save();
  }

  async #refresh(): Promise<void> {
    const { suite, now, save } = this.#ports;
    const [newest, ...older] = this.#state.keys;
    if (newest === undefined) return this.#rotate(undefined);
    if (newest.published === undefined && older.length === 0 && !(await this.#follows(newest))) return this.#begin();
    if (newest.published === undefined) await this.#publish(newest);
    if (newest.pair.suite !== suite || rotationOf(newest) <= now()) await this.#rotate(newest);
    else if (dropOver(this.#state, now())) await save();
  }

  async #rotate(before: OwnKey | undefined): Promise<void> {
    const { did, suite, now, nextRkey } = this.#ports;
    const { owner } = this.#state;
    if (owner === undefined) throw new KeyStateError("Somebody else holds the keys now: none is published from here");
    const pair = await makeKeyPair(suite);
    // A clock that was set back must not make the new key older than the one before it.
    const from = Math.max(now(), Date.parse(before?.record.createdAt ?? "") || 0);
    const [createdAt, expiresAt] = [new Date(from).toISOString(), new Date(from + KEY_LIFE_MS).toISOString()];
    const prev = before === undefined ? await this.#ports.predecessor?.() : before.published;
    const record = await makeKeyRecord({ did, pair, createdAt, expiresAt, owners: [owner], ...(prev === undefined ? {} : { prev }) });
    const key: OwnKey = { pair, rkey: nextRkey(), record };
    this.#state.keys = [key, ...this.#state.keys];
    dropOver(this.#state, now());
    await this.#publish(key);
    // The key that takes over is signed by who held the keys before, too. Whoever hears of the agent from now on finds one that only its owner has signed.
    if (before === undefined && prev !== undefined) await this.#rotate(key);
  }

  /** Whether a first key that may not have been published yet still follows the one that is there. */
  async #follows({ rkey, record }: OwnKey): Promise<boolean> {
    const { find, predecessor } = this.#ports;
    const prev = await predecessor?.();
    return prev === undefined || prev.uri === record.prev?.uri || (await find(ids.AgentCommsKey, rkey)) !== undefined;
  }

  /** The first key anew: nobody has seen the one before. */
  async #begin(): Promise<void> {
    this.#state.keys = [];
    await this.#rotate(undefined);
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

const rotationOf = ({ record }: OwnKey): number => Date.parse(record.createdAt) + ROTATE_AFTER_MS;

/**
 * From then on nothing that was sealed for it in time is waited for any more. An agent that slept for longer than that makes a
 * new key when it wakes, and has some time to read what lay there.
 */
const endOf = ({ record }: OwnKey, newest: OwnKey): number => Math.max(Date.parse(record.expiresAt) + GRACE_MS, Date.parse(newest.record.createdAt) + AWAKE_MS);

/** Those that are deleted one day: all but the one that is in use. */
const endingOf = ({ keys, owner }: KeyState): OwnKey[] => (owner === undefined ? keys : keys.slice(1));

/** When the next private key is to be deleted, in milliseconds since 1970; infinite when there is none to be. */
export const nextEnd = (state: KeyState): number => {
  const [newest] = state.keys;
  return newest === undefined ? Number.POSITIVE_INFINITY : Math.min(Number.POSITIVE_INFINITY, ...endingOf(state).map((key) => endOf(key, newest)));
};

/** Delete private keys whose time is over, all but the one that is in use; their ids stay known. Whether there were any. */
export const dropOver = (state: KeyState, now: number): boolean => {
  const [newest] = state.keys;
  const over = newest === undefined ? [] : endingOf(state).filter((key) => endOf(key, newest) <= now);
  if (over.length === 0) return false;
  state.keys = state.keys.filter((key) => !over.includes(key));
  state.former = [...over.map(({ pair }) => toBase64(pair.keyId)), ...state.former].slice(0, MAX_FORMER);
  return true;
};
