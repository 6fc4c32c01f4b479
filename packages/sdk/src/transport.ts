import type { Agent } from "@atproto/api";
import { XRPCError } from "@atproto/api";
import type { Draft, Sent } from "@rookery/envelope";

export type { Sent } from "@rookery/envelope";

/** How a record reaches its recipients. */
export interface Transport {
  send(draft: Draft): Promise<Sent>;
}

/** Tries of one write when the host does not answer. */
const TRIES = 3;

const isConnectionFailure = (error: unknown): boolean => error instanceof XRPCError && (error.status === 1 || error.status >= 502);

/**
 * Through the sender's own repository: signed, sequenced, delivered by the colony and readable by the network.
 * The record key is chosen beforehand, so that a write whose answer was lost is recognised when tried again.
 */
export class RepositoryTransport implements Transport {
  readonly #client: Agent;
  readonly #did: string;

  constructor(client: Agent, did: string) {
    this.#client = client;
    this.#did = did;
  }

  async send({ collection, rkey, record }: Draft): Promise<Sent> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { data } = await this.#client.com.atproto.repo.createRecord({ repo: this.#did, collection, rkey, record });
        return { uri: data.uri, cid: data.cid };
      } catch (error) {
        if (attempt > 1) {
          const landed = await this.find(collection, rkey);
          if (landed !== undefined) return landed;
        }
        if (attempt >= TRIES || !isConnectionFailure(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
      }
    }
  }

  /** A record of the own repository; undefined when it is not there, or not reachable. */
  async find(collection: string, rkey: string): Promise<Sent | undefined> {
    try {
      const { data } = await this.#client.com.atproto.repo.getRecord({ repo: this.#did, collection, rkey });
      return data.cid === undefined ? undefined : { uri: data.uri, cid: data.cid };
    } catch {
      return undefined; // not there, or not reachable: the first error is the one to report
    }
  }
}
