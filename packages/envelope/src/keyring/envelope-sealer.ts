import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import { addressOf } from "../at-uri.ts";
import { encodeData } from "../data-model.ts";
import { OpenError, SealError, UnprovenError } from "../errors.ts";
import { MAX_RECIPIENTS } from "../limits.ts";
import type { CheckedKey, FoundKeyRecord } from "../key-record.ts";
import type { KeyRing } from "../open.ts";
import { grantRecord, type OpenedRecord, openRecord, type PlacedRecord, sealRecord } from "../record.ts";
import { resealRecord } from "../reseal.ts";
import { KeyStateError } from "./key-state.ts";
import type { KeyStanding, OwnKeys } from "./own-keys.ts";
import type { OwnWatch } from "./own-watch.ts";
import type { PeerKeys } from "./peer-keys.ts";
import type { Arrived, Draft, Sealer, Sharing } from "./sealer.ts";
import { PROOF_PATIENCE_MS, PROOF_PAUSE_MS, PROOF_TRIES } from "./settings.ts";

/** What a sealer needs of the agent, beside its keys. */
export interface SealerPorts {
  did: string;
  /** A record, proven down to its author's signature; undefined when proven absent. @throws UnprovenError when that cannot be told now; anything else is a no. */
  prove: (uri: string) => Promise<FoundKeyRecord | undefined>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const sameData = (a: unknown, b: unknown): boolean => {
  const [left, right] = [encodeData(a), encodeData(b)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
};

const isAddressedTo = (dids: Set<string>, collection: string, record: Record<string, unknown>): boolean => {
  const named = recipientsOf(collection, record);
  return named !== null && named !== "all" && named.length === dids.size && named.every((did) => dids.has(did));
};

/** Seals with `@rookery/envelope`, for the keys that the recipients publish. */
export class EnvelopeSealer implements Sealer {
  readonly level = "sealed";
  readonly #ports: SealerPorts;
  readonly #own: OwnKeys;
  readonly #peers: PeerKeys;
  readonly #watch: OwnWatch | undefined;

  constructor(ports: SealerPorts, own: OwnKeys, peers: PeerKeys, watch: OwnWatch | undefined) {
    this.#ports = ports;
    this.#own = own;
    this.#peers = peers;
    this.#watch = watch;
  }

  /** What the agent opens with. */
  get ring(): KeyRing {
    return this.#own.ring;
  }

  /** What became of a key of this id: see `OwnKeys`. */
  standing(keyId: Uint8Array): KeyStanding | undefined {
    return this.#own.standing(keyId);
  }

  /** The key to seal for somebody. @throws SealError when there is none, none that can be trusted, or none to be had now. */
  async keyOf(did: string): Promise<CheckedKey> {
    try {
      return await this.#peers.keyOf(did);
    } catch (error) {
      if (error instanceof SealError || error instanceof KeyStateError) throw error;
      throw new SealError(`The key of ${did} cannot be had now: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Somebody says that they could not open what was sealed for their key: it is looked up anew. */
  lookAgain(did: string): void {
    this.#peers.lookAgain(did);
  }

  async seal(draft: Draft): Promise<Draft> {
    const { collection, rkey, record, to, blobs = [] } = draft;
    if (to === "all") throw new SealError("What is for everybody cannot be sealed; say expressly that it is public");
    const dids = new Set(to);
    if (!isAddressedTo(dids, collection, record)) throw new SealError("The record is not addressed to exactly those whom it is to be sealed for");
    if (dids.size > MAX_RECIPIENTS) throw new SealError(`${dids.size} recipients; at most ${MAX_RECIPIENTS} of one record`);
    await this.#own.refresh();
    const recipients = await Promise.all([...dids].map((did) => this.keyOf(did)));
    const [first] = recipients;
    if (first === undefined) throw new SealError("Nobody is named to seal for");
    if (recipients.some(({ suite }) => suite !== first.suite)) throw new SealError("The recipients' keys are of different suites; send to each alone");
    const [epochKey] = this.#own.ring.epochKeys ?? [];
    const sealed = await sealRecord({ repo: this.#ports.did, collection, rkey, record }, { suite: first.suite, recipients, blobs, ...(epochKey === undefined ? {} : { epochKey }) });
    return { ...draft, record: sealed };
  }

  /** Seal for the agent alone (level private), whoever the record may name. @throws SealError */
  async sealPrivately({ collection, rkey, record, blobs = [] }: Omit<Draft, "to">): Promise<Record<string, unknown>> {
    return sealRecord({ repo: this.#ports.did, collection, rkey, record }, { epochKey: this.#epochKey, blobs });
  }

  /** Seal a private record of the agent's own once more, under a new data key. @throws OpenError @throws SealError */
  async reseal(placed: PlacedRecord): Promise<Record<string, unknown>> {
    return resealRecord(placed, this.#own.ring, { epochKey: this.#epochKey });
  }

  /** @throws SealError */
  get #epochKey(): Uint8Array {
    const [epochKey] = this.#own.ring.epochKeys ?? [];
    if (epochKey === undefined) throw new SealError("There is no epoch key");
    return epochKey;
  }

  /** Also an agent that only listens has to renew its keys, or nobody writes to it any more. */
  async refresh(): Promise<void> {
    await this.#own.refresh();
    await this.#watch?.look();
  }

  /** @throws OpenError; UnprovenError when the author could not be asked now. */
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
      } catch (error) {
        if (attempt >= PROOF_TRIES || this.#ports.now() >= until) throw error instanceof UnprovenError ? error : new OpenError();
        await new Promise((resolve) => setTimeout(resolve, PROOF_PAUSE_MS * attempt));
      }
    }
    throw new OpenError();
  }

  async share({ uri, cid, record, to, rkey }: Sharing): Promise<Draft> {
    if (addressOf(uri).repo !== this.#ports.did) throw new SealError(`Only what is one's own can be shared, not ${uri}`);
    const key = await this.keyOf(to);
    const createdAt = new Date().toISOString();
    const place = { repo: this.#ports.did, rkey };
    const grant = await grantRecord({ ...addressOf(uri), record }, this.#own.ring, { subject: { uri, cid }, place, to, recipient: key, suite: key.suite, createdAt });
    return { collection: ids.AgentCommsGrant, rkey, to: [], record: { ...grant } };
  }
}
