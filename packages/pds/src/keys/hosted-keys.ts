import {
  DEFAULT_SUITE, EnvelopeSealer, type FoundKeyRecord, type KeyRing, type KeyStanding, type KeyState, MAX_KEY_RECORDS, OwnKeys, OwnWatch, PeerKeys, type Sent,
  loadKeyState, makeKeyState, saveKeyState,
} from "@rookery/envelope";
import { nextTid } from "@rookery/repo";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { prepareOp } from "../write/prepare.ts";
import { WriteRefused } from "../write/writer.ts";
import { keepAlarm } from "./alarms.ts";
import { type Custody, KEYS, readCustody } from "./custody.ts";
import { keyFault } from "./key-fault.ts";
import { foundRecord, ownKeyRecords } from "./own-records.ts";
import { vaultPins } from "./vault-pins.ts";

/** What hosted keys use of the agent. */
type Agent = Pick<AgentState, "sql" | "vault" | "ports" | "account" | "writer" | "reach">;

/** The own repository took no record of a key. */
export class KeyPublishError extends Error {
  override readonly name = "KeyPublishError";
  readonly fault: XrpcFault;

  constructor(fault: XrpcFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Keys that are open: what the upkeep of keys works with. */
export interface Keyring {
  state: KeyState;
  own: OwnKeys;
  sealer: EnvelopeSealer;
  watch: OwnWatch | undefined;
  save: () => Promise<void>;
}

/** Refused: the colony holds no keys for this agent. */
export const SELF_KEYED: { ok: false; error: XrpcFault } = fail(400, "SelfKeyed", "The owner of this agent holds its encryption keys: the colony neither seals nor opens for it");

/**
 * The encryption keys of an agent whose colony holds them: kept in the vault, published in its own repository, opened when they
 * are first used. `state.sealing`; what needs sealing asks here and holds nothing itself, since keys rotate.
 */
export class HostedKeys {
  readonly #agent: Agent;
  #open: Promise<Keyring | undefined> | undefined;
  #making: Promise<Keyring> | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Revision of the vault's keys at which the agent was seen to be hosted, with nobody about to take over. */
  #hostedAt: number | undefined;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** Whose they are. */
  get did(): string {
    return this.#agent.account.did;
  }

  /** Who holds the keys now. */
  get custody(): Custody {
    const { sql, vault } = this.#agent;
    const revision = vault.revision(KEYS);
    // Asked several times for every message: a twentieth of its time (bench/profile.mjs). What is hosted stays so until the vault says otherwise.
    if (revision !== undefined && revision === this.#hostedAt) return "hosted";
    const custody = readCustody(sql, vault);
    this.#hostedAt = custody === "hosted" && !vault.has(KEYS, "owner") ? revision : undefined;
    return custody;
  }

  /**
   * What seals and opens for the agent: `seal`, `sealPrivately`, `open`, `share`, `keyOf`. An agent without keys becomes a
   * hosted one by this: its first key is made and published. To be asked for anew each time.
   * Errors: `SelfKeyed` (400); `KeyUnavailable` (500); those of a write.
   */
  async sealer(): Promise<Outcome<EnvelopeSealer>> {
    return this.attempt(async ({ own, sealer }) => {
      await own.refresh();
      return sealer;
    });
  }

  /** What opens for the agent, also what is left after its owner took over. Empty when there never were keys. @throws KeyUnavailableError @throws KeyStateError */
  async ring(): Promise<KeyRing> {
    return (await this.keyring())?.own.ring ?? {};
  }

  /** What became of a key of this id: `former` when it was this agent's and its private half is deleted; undefined when it never was. */
  async standing(keyId: Uint8Array): Promise<KeyStanding | undefined> {
    return (await this.keyring())?.own.standing(keyId);
  }

  /** Run `work` with the agent's keys, which are made when there are none. Errors: as `sealer`. */
  async attempt<T>(work: (keyring: Keyring) => Promise<T>): Promise<Outcome<T>> {
    try {
      if (this.custody === "self") return SELF_KEYED;
      return ok(await work((await this.keyring()) ?? (await this.#make())));
    } catch (error) {
      if (error instanceof KeyPublishError) return { ok: false, error: error.fault };
      const fault = keyFault(error);
      if (fault !== undefined) return fault;
      throw error;
    }
  }

  /** The keys that are kept, whoever holds the current ones; undefined when there never were any. */
  keyring(): Promise<Keyring | undefined> {
    if (this.#making !== undefined) return this.#making;
    this.#open ??= this.#load().catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    return this.#open;
  }

  async #load(): Promise<Keyring | undefined> {
    const { vault, account } = this.#agent;
    const kept = vault.get(KEYS, "state");
    if (kept === undefined) return undefined;
    const state = await loadKeyState({ load: async () => new TextDecoder().decode(kept), save: async () => undefined }, account.did);
    return state && this.#keyringOf(state);
  }

  /** Nothing is kept before the first key is about to be published; calls at the same time share one. */
  #make(): Promise<Keyring> {
    return (this.#making ??= makeKeyState()
      .then((state) => this.#keyringOf(state))
      .catch((error: unknown) => {
        this.#making = undefined;
        throw error;
      }));
  }

  #keyringOf(state: KeyState): Keyring {
    const { vault, account, ports, reach } = this.#agent;
    const { did } = account;
    const now = () => Date.now();
    const alarm = (raised: Parameters<typeof keepAlarm>[1]): void => {
      keepAlarm(vault, raised, now());
      console.error(JSON.stringify({ event: "key-alarm", did, why: raised.why }));
    };
    // One after the other, so that the newest state is the one that stays.
    const save = (): Promise<void> => (this.#saving = this.#saving.catch(() => undefined).then(() => this.#save(state)));
    const own = new OwnKeys(state, {
      did,
      suite: DEFAULT_SUITE,
      now,
      nextRkey: () => nextTid(state.keys[0]?.rkey, now() * 1000, account.clockId),
      publish: (collection, rkey, record) => this.#publish(collection, rkey, record),
      find: async (collection, rkey) => this.#find(collection, rkey),
      save,
    });
    const list = async (of: string): Promise<string[]> => (of === did ? ownKeyRecords(this.#agent.sql, did, MAX_KEY_RECORDS).map(({ uri }) => uri) : ports.records.keysOf(of));
    const prove = async (uri: string): Promise<FoundKeyRecord | undefined> => (uri.startsWith(`at://${did}/`) ? this.#find(...pathOf(uri)) : ports.records.prove(uri));
    const peers = new PeerKeys(vaultPins(vault, { now, isCorrespondent: (of) => reach.trust.hasWrittenTo(of) }), { suites: [DEFAULT_SUITE], now, list, prove, alarm });
    const watch = state.owner && new OwnWatch({ did, owner: state.owner, list, prove, alarm, now });
    return { state, own, watch, save, sealer: new EnvelopeSealer({ did, prove, now }, own, peers, watch) };
  }

  #save(state: KeyState): Promise<void> {
    const { vault, account, ports } = this.#agent;
    return saveKeyState(
      {
        load: async () => undefined,
        save: async (text) => {
          faultPoint(ports.fault, "keys.before-save");
          vault.put(KEYS, "state", new TextEncoder().encode(text));
          faultPoint(ports.fault, "keys.after-save");
        },
      },
      account.did,
      state,
    );
  }

  #find(collection: string, rkey: string): (Sent & FoundKeyRecord) | undefined {
    const row = readRecord(this.#agent.sql, `${collection}/${rkey}`);
    return row && foundRecord(this.#agent.account.did, row);
  }

  async #publish(collection: string, rkey: string, record: Record<string, unknown>): Promise<Sent> {
    const { writer, account, ports } = this.#agent;
    const prepared = prepareOp({ action: "create", collection, rkey, record, validate: true });
    if (!prepared.ok) throw new KeyPublishError(prepared.error);
    // The owner may take over while this waits: after their key comes none of ours.
    const written = await writer.write({ ops: [prepared.value.op] }, () => {
      if (this.custody === "self") throw new WriteRefused(SELF_KEYED.error);
    });
    if (!written.ok) throw new KeyPublishError(written.error);
    faultPoint(ports.fault, "keys.after-publish");
    return { uri: `at://${account.did}/${collection}/${rkey}`, cid: written.value.results[0]?.cid ?? "" };
  }
}

const pathOf = (uri: string): [collection: string, rkey: string] => {
  const [, , , collection = "", rkey = ""] = uri.split("/");
  return [collection, rkey];
};
