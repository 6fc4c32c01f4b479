import { type Arrived, type EnvelopeSealer, fromBase64, keyIdsIn, OpenError, type OpenedRecord, toBase64, UnprovenError } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { addressOf } from "../at-uri.ts";
import { ColonyError } from "../colony-error.ts";
import type { Identities } from "../identity.ts";
import { proveRecord, type VerifiedRecord } from "../read-record.ts";
import type { Session } from "../session.ts";
import { cidOfRecord } from "./record-cid.ts";

/** What the author's repository holds; undefined for every no. @throws UnprovenError when it cannot be told now. */
const proven = (identities: Identities, uri: string): Promise<VerifiedRecord | undefined> =>
  proveRecord(identities, uri).catch((error: unknown) => {
    if (error instanceof UnprovenError) throw error;
    return undefined;
  });

/** What opens records for the agent. */
export type Opener = Pick<EnvelopeSealer, "open">;

/** What the opener needs of the agent. */
export interface OpenerPorts {
  session: Session;
  identities: Identities;
  sealer: Pick<EnvelopeSealer, "open" | "standing">;
}

/**
 * Opens with the agent's own keys, and asks its colony for what was sealed for keys that the colony held before they were taken
 * over: it can open that in any case, until the time of those keys is over. For nothing else is it asked, or believed.
 */
export class TakenOverOpener implements Opener {
  readonly #ports: OpenerPorts;
  #colonys: Promise<ReadonlySet<string>> | undefined;

  constructor(ports: OpenerPorts) {
    this.#ports = ports;
  }

  /** @throws OpenError; UnprovenError when the author could not be asked now. @throws ColonyError when the colony would have to be asked, and does not answer. */
  async open(arrived: Arrived): Promise<OpenedRecord> {
    try {
      return await this.#ports.sealer.open(arrived);
    } catch (error) {
      if (!(error instanceof OpenError) || error instanceof UnprovenError || !(await this.#isForColony(arrived))) throw error;
      return this.#ask(arrived);
    }
  }

  async #isForColony({ uri, record, grant }: Arrived): Promise<boolean> {
    const colonys = await this.#keysOfColony();
    if (colonys.size === 0) return false;
    // What the agent has written itself was sealed under a key that has no id.
    if (addressOf(uri).repo === this.#ports.session.did) return true;
    // Of a grant the key of its one reader counts, and not whom its subject was sealed for.
    const sealed = grant === undefined ? record : { key: { recipients: [Object(grant.record).key] } };
    for (const keyId of keyIdsIn(sealed)) if (colonys.has(toBase64(keyId))) return true;
    return false;
  }

  async #ask({ uri, record, cid, grant }: Arrived): Promise<OpenedRecord> {
    const { session, identities } = this.#ports;
    const expected = cidOfRecord(record);
    // What a host handed over is to be in its author's repository, whoever opens it.
    if (cid !== undefined && addressOf(uri).repo !== session.did && (await proven(identities, uri))?.cid !== expected) throw new OpenError();
    try {
      const opened = await session.call(ids.AgentCommsOpen, { uri, ...(grant === undefined ? {} : { grant: `at://${grant.repo}/${ids.AgentCommsGrant}/${grant.rkey}` }) });
      if (opened.cid !== expected || !opened.sealed) throw new OpenError();
      return { record: opened.value, sealed: true };
    } catch (error) {
      // Its time is over, too; or it is not for the agent.
      throw error instanceof ColonyError && !error.isOutage ? new OpenError() : error;
    }
  }

  /** Ids of the keys in the agent's repository that came before its own. */
  #keysOfColony(): Promise<ReadonlySet<string>> {
    return (this.#colonys ??= this.#look().catch((error: unknown) => {
      this.#colonys = undefined;
      if (error instanceof ColonyError && error.status === 501) return new Set<string>();
      throw error;
    }));
  }

  async #look(): Promise<ReadonlySet<string>> {
    const { keys } = await this.#ports.session.query(ids.AgentCommsGetKeys);
    const published = keys.map(({ keyId }) => fromBase64(keyId.$bytes));
    const firstOwn = published.findLastIndex((keyId) => this.#ports.sealer.standing(keyId) !== undefined);
    // Newest first: one that somebody puts in later is not among them.
    return new Set(firstOwn < 0 ? [] : published.slice(firstOwn + 1).map(toBase64));
  }
}
