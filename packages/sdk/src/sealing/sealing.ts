import { DEFAULT_SUITE, makeOwnerKey, openRecord, SealError, sealRecord, type SuiteName } from "@rookery/envelope";
import { nextTid } from "@rookery/repo";
import type { Identities } from "../identity.ts";
import { readRecord } from "../read-record.ts";
import type { Arrived, Draft, Sealer } from "../sealer.ts";
import type { Sent, Transport } from "../transport.ts";
import { listKeyRecords } from "./key-records.ts";
import { type KeyState, loadKeyState, saveKeyState } from "./key-state.ts";
import type { KeyStore } from "./key-store.ts";
import { OwnKeys } from "./own-keys.ts";
import { type KeyAlarm, PeerKeys } from "./peer-keys.ts";

/** How an agent that holds its own keys seals. */
export interface SealingOptions {
  /** Where its keys are kept; nobody else may read it, and one process at a time may write it. */
  store: KeyStore;
  /** X-Wing (hybrid, post-quantum) unless told otherwise. */
  suite?: SuiteName;
  /** Told when somebody's key was exchanged by somebody else; written to stderr unless told otherwise. Nothing is sent then. */
  onAlarm?: (alarm: KeyAlarm) => void;
}

/** What sealing needs of the agent. */
export interface SealingPorts {
  did: string;
  identities: Identities;
  transport: Transport;
  /** A record of the own repository, if it is there. */
  find: (collection: string, rkey: string) => Promise<Sent | undefined>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const makeState = async (): Promise<KeyState> => ({ keys: [], epochKeys: [crypto.getRandomValues(new Uint8Array(32))], owner: await makeOwnerKey("ES256"), pins: new Map() });

const logAlarm = ({ reason }: KeyAlarm): void => console.error(`Key alarm: ${reason}`);

/** A sealer with the agent's own keys, which are made and published where there are none yet. @throws KeyStateError and what publishing throws. */
export const openSealing = async ({ did, identities, transport, find, now }: SealingPorts, { store, suite = DEFAULT_SUITE, onAlarm = logAlarm }: SealingOptions): Promise<Sealer> => {
  const state = (await loadKeyState(store)) ?? (await makeState());
  let saving = Promise.resolve();
  // One after the other, so that the newest state is the one that stays.
  const save = (): Promise<void> => (saving = saving.catch(() => undefined).then(() => saveKeyState(store, state)));
  const clockId = Math.floor(Math.random() * 1024);
  const own = new OwnKeys(state, {
    did,
    suite,
    now,
    nextRkey: () => nextTid(state.keys[0]?.rkey, now() * 1000, clockId),
    publish: (collection, rkey, record) => transport.send({ collection, rkey, record, to: [] }),
    find,
    save,
  });
  const peers = new PeerKeys(state, {
    now,
    list: (other) => listKeyRecords(identities, other),
    prove: (uri) => readRecord(identities, uri),
    save,
    alarm: onAlarm,
  });
  await own.refresh();
  return new EnvelopeSealer(did, own, peers);
};

/** Seals with `@rookery/envelope`, for the keys that the recipients publish. */
class EnvelopeSealer implements Sealer {
  readonly level = "sealed";
  readonly #did: string;
  readonly #own: OwnKeys;
  readonly #peers: PeerKeys;

  constructor(did: string, own: OwnKeys, peers: PeerKeys) {
    this.#did = did;
    this.#own = own;
    this.#peers = peers;
  }

  async seal(draft: Draft): Promise<Draft> {
    const { collection, rkey, record, to, blobs = [] } = draft;
    if (to === "all") throw new SealError("What is for everybody cannot be sealed; say expressly that it is public");
    await this.#own.refresh();
    const recipients = await Promise.all([...new Set(to)].map((did) => this.#peers.keyOf(did)));
    const [first] = recipients;
    if (first === undefined) throw new SealError("Nobody is named to seal for");
    if (recipients.some(({ suite }) => suite !== first.suite)) throw new SealError("The recipients' keys are of different suites; send to each alone");
    const [epochKey] = this.#own.ring.epochKeys ?? [];
    const sealed = await sealRecord({ repo: this.#did, collection, rkey, record }, { suite: first.suite, recipients, blobs, ...(epochKey === undefined ? {} : { epochKey }) });
    return { ...draft, record: sealed };
  }

  async open({ uri, record }: Arrived): Promise<Record<string, unknown>> {
    const [, repo, collection, rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
    if (repo === undefined || collection === undefined || rkey === undefined) throw new TypeError(`Not the at-uri of a record: ${uri}`);
    // An agent that only listens rotates too; what fails is tried again with the next.
    void this.#own.refresh().catch(() => undefined);
    return (await openRecord({ repo, collection, rkey, record }, this.#own.ring)).record;
  }
}
