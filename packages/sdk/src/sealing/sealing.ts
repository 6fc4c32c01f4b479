import { DEFAULT_SUITE, encodeData, grantRecord, makeOwnerKey, MAX_RECIPIENTS, OpenError, type OpenedRecord, openRecord, SealError, sealRecord, type SuiteName, SUITES } from "@rookery/envelope";
import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import { nextTid } from "@rookery/repo";
import { addressOf } from "../at-uri.ts";
import type { VerifiedRecord } from "../read-record.ts";
import type { Arrived, Draft, Sealer, Sharing } from "../sealer.ts";
import type { Sent, Transport } from "../transport.ts";
import { type KeyState, loadKeyState, saveKeyState } from "./key-state.ts";
import type { KeyStore } from "./key-store.ts";
import { OwnKeys } from "./own-keys.ts";
import { OwnWatch } from "./own-watch.ts";
import { type KeyAlarm, PeerKeys } from "./peer-keys.ts";
import { PROOF_PATIENCE_MS, PROOF_PAUSE_MS, PROOF_TRIES } from "./settings.ts";

/** How an agent that holds its own keys seals. */
export interface SealingOptions {
  /** Where its keys are kept; nobody else may read it, and one process at a time may write it. */
  store: KeyStore;
  /** Suite of the agent's own key: X-Wing (hybrid, post-quantum) unless told otherwise. */
  suite?: SuiteName;
  /** Seal also for who has a key of X25519 alone, which a quantum computer opens one day. Unless `suite` is that one itself, it is refused. */
  allowX25519?: boolean;
  /**
   * Told when somebody's key was exchanged by somebody else, and nothing was sent; or when there is a key in the agent's own
   * repository that it has not made. Written to stderr unless told otherwise.
   */
  onAlarm?: (alarm: KeyAlarm) => void;
}

/** What sealing needs of the agent. */
export interface SealingPorts {
  did: string;
  transport: Transport;
  /** Addresses of somebody's key records, newest first, unproven. */
  list: (did: string) => Promise<string[]>;
  /** A record, proven down to its author's signature; undefined when proven absent. */
  prove: (uri: string) => Promise<VerifiedRecord | undefined>;
  /** A record of the own repository, if it is there. */
  find: (collection: string, rkey: string) => Promise<Sent | undefined>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const makeState = async (): Promise<KeyState> => ({ keys: [], epochKeys: [crypto.getRandomValues(new Uint8Array(32))], owner: await makeOwnerKey("ES256"), pins: new Map() });

const logAlarm = ({ reason }: KeyAlarm): void => console.error(`Key alarm: ${reason}`);

/** A sealer with the agent's own keys, which are made and published where there are none yet. @throws KeyStateError and what publishing throws. */
export const openSealing = async ({ did, transport, list, prove, find, now }: SealingPorts, { store, suite = DEFAULT_SUITE, allowX25519 = suite !== DEFAULT_SUITE, onAlarm = logAlarm }: SealingOptions): Promise<Sealer> => {
  const state = (await loadKeyState(store, did)) ?? (await makeState());
  let saving = Promise.resolve();
  // One after the other, so that the newest state is the one that stays.
  const save = (): Promise<void> => (saving = saving.catch(() => undefined).then(() => saveKeyState(store, did, state)));
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
    suites: allowX25519 ? SUITES : [DEFAULT_SUITE],
    now,
    list,
    prove,
    save,
    alarm: onAlarm,
  });
  await own.refresh();
  const watch = new OwnWatch({ did, owner: state.owner, list, prove, alarm: onAlarm, now });
  return new EnvelopeSealer({ did, prove, now }, own, peers, watch);
};

const sameData = (a: unknown, b: unknown): boolean => {
  const [left, right] = [encodeData(a), encodeData(b)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
};

const isAddressedTo = (dids: Set<string>, collection: string, record: Record<string, unknown>): boolean => {
  const named = recipientsOf(collection, record);
  return named !== null && named !== "all" && named.length === dids.size && named.every((did) => dids.has(did));
};

/** Seals with `@rookery/envelope`, for the keys that the recipients publish. */
class EnvelopeSealer implements Sealer {
  readonly level = "sealed";
  readonly #ports: Pick<SealingPorts, "did" | "prove" | "now">;
  readonly #own: OwnKeys;
  readonly #peers: PeerKeys;
  readonly #watch: OwnWatch;

  constructor(ports: Pick<SealingPorts, "did" | "prove" | "now">, own: OwnKeys, peers: PeerKeys, watch: OwnWatch) {
    this.#ports = ports;
    this.#own = own;
    this.#peers = peers;
    this.#watch = watch;
  }

  async seal(draft: Draft): Promise<Draft> {
    const { collection, rkey, record, to, blobs = [] } = draft;
    if (to === "all") throw new SealError("What is for everybody cannot be sealed; say expressly that it is public");
    const dids = new Set(to);
    if (!isAddressedTo(dids, collection, record)) throw new SealError("The record is not addressed to exactly those whom it is to be sealed for");
    if (dids.size > MAX_RECIPIENTS) throw new SealError(`${dids.size} recipients; at most ${MAX_RECIPIENTS} of one record`);
    await this.#own.refresh();
    const recipients = await Promise.all([...dids].map((did) => this.#peers.keyOf(did)));
    const [first] = recipients;
    if (first === undefined) throw new SealError("Nobody is named to seal for");
    if (recipients.some(({ suite }) => suite !== first.suite)) throw new SealError("The recipients' keys are of different suites; send to each alone");
    const [epochKey] = this.#own.ring.epochKeys ?? [];
    const sealed = await sealRecord({ repo: this.#ports.did, collection, rkey, record }, { suite: first.suite, recipients, blobs, ...(epochKey === undefined ? {} : { epochKey }) });
    return { ...draft, record: sealed };
  }

  /** Also an agent that only listens has to renew its keys, or nobody writes to it any more. */
  async refresh(): Promise<void> {
    await this.#own.refresh();
    await this.#watch.look();
  }

  async open({ uri, record, cid, grant }: Arrived): Promise<OpenedRecord> {
    const address = addressOf(uri);
    const opened = await openRecord({ ...address, record }, this.#own.ring, grant);
    if (!opened.sealed || cid === undefined) return opened;
    // Whoever publishes this agent's key as theirs is sent what opens here, and is not meant for here.
    const to = recipientsOf(address.collection, record);
    if (to !== "all" && !to?.includes(this.#ports.did)) throw new OpenError();
    // Anybody can seal for a public key: that it is the author's is told by the repository's signature alone.
    await this.#proveAuthor({ uri, cid, record });
    return opened;
  }

  /** What was handed over has to be the very record that is in its author's repository, not only to name it. */
  async #proveAuthor({ uri, cid, record }: Pick<Sharing, "uri" | "cid" | "record">): Promise<void> {
    const until = this.#ports.now() + PROOF_PATIENCE_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        const proven = await this.#ports.prove(uri);
        if (proven?.cid === cid && sameData(proven.value, record)) return;
        break;
      } catch {
        if (attempt >= PROOF_TRIES || this.#ports.now() >= until) break;
        await new Promise((resolve) => setTimeout(resolve, PROOF_PAUSE_MS * attempt));
      }
    }
    throw new OpenError();
  }

  async share({ uri, cid, record, to, rkey }: Sharing): Promise<Draft> {
    if (addressOf(uri).repo !== this.#ports.did) throw new SealError(`Only what is one's own can be shared, not ${uri}`);
    const key = await this.#peers.keyOf(to);
    const createdAt = new Date().toISOString();
    const place = { repo: this.#ports.did, rkey };
    const grant = await grantRecord({ ...addressOf(uri), record }, this.#own.ring, { subject: { uri, cid }, place, to, recipient: key, suite: key.suite, createdAt });
    return { collection: ids.AgentCommsGrant, rkey, to: [], record: { ...grant } };
  }
}
