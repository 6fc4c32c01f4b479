import { ids } from "@rookery/lexicon-agent-comms";
import type { Draft, Sent } from "@rookery/envelope";
import type { Session } from "./session.ts";

export type { Sent } from "@rookery/envelope";

/** How a record reaches its recipients. */
export interface Transport {
  send(draft: Draft): Promise<Sent>;
}

/**
 * Through the sender's own repository: signed, sequenced, delivered by the colony and readable by the network.
 * The record key is chosen beforehand, so that a write whose answer was lost is recognised when tried again.
 */
export class RepositoryTransport implements Transport {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @throws ColonyError */
  async send({ collection, rkey, record }: Draft): Promise<Sent> {
    try {
      const { uri, cid } = await this.#session.call(ids.ComAtprotoRepoCreateRecord, { repo: this.#session.did, collection, rkey, record });
      return { uri, cid };
    } catch (error) {
      const landed = await this.find(collection, rkey);
      if (landed === undefined) throw error;
      return landed;
    }
  }

  /** A record of the own repository; undefined when it is not there, or not reachable. */
  async find(collection: string, rkey: string): Promise<Sent | undefined> {
    try {
      const { uri, cid } = await this.#session.query(ids.ComAtprotoRepoGetRecord, { repo: this.#session.did, collection, rkey });
      return cid === undefined ? undefined : { uri, cid };
    } catch {
      return undefined; // not there, or not reachable: the first error is the one to report
    }
  }
}
