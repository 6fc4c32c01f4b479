import { atprotoKeyOf, DEFAULT_DID_CACHE, pdsOf, RecentMap } from "@rookery/sync";
import { Pace } from "./pace.ts";
import type { PeerPorts } from "./peer-api.ts";
import { LOOKUP_BURST, LOOKUPS_PER_SECOND } from "./settings.ts";

/** What a DID document says that matters here. */
export interface Identity {
  /** The signing key as `did:key`. */
  key: string | undefined;
  /** Host name of the account's PDS, with its port. */
  host: string | undefined;
}

/** An identity; `absent` when the DID has no document, `unavailable` when it cannot be had now. */
export type Found = Identity | "absent" | "unavailable";

const DID = /^did:(?:plc:[a-z2-7]{24}|web:[a-zA-Z0-9.%-]{1,260})$/;

/** Whether this can be an account's DID: the two methods of the AT Protocol. */
export const isAccountDid = (did: string): boolean => DID.test(did);

/** What looking DIDs up needs. */
export interface IdentitiesOptions {
  resolveDid: PeerPorts["resolveDid"];
  now: () => number;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
}

/**
 * DID documents, read for their signing key and host. The port behind it caches documents; what the host makes us ask for beyond
 * that is paced here, so that it waits for its own look-ups and nobody else does.
 */
export class Identities {
  readonly #options: IdentitiesOptions;
  readonly #pace: Pace;
  /** When documents were asked for, as the cache behind the port has it. */
  readonly #askedAt = new RecentMap<number>(DEFAULT_DID_CACHE.maxEntries);
  /** Documents already read: taking a key out of one costs as much as verifying with it. */
  readonly #read = new WeakMap<object, Identity>();

  /** Accounts whose document may have changed. One that is forgotten here is found out by its signature. */
  readonly #doubted = new RecentMap<true>(10_000);

  constructor(options: IdentitiesOptions) {
    this.#options = options;
    this.#pace = new Pace(LOOKUPS_PER_SECOND, LOOKUP_BURST, options.now());
  }

  /** The document may have changed: the next one to ask gets a fresh one. */
  doubt(did: string): void {
    this.#doubted.set(did, true);
  }

  /** @param fresh ask the directory again: what is known did not fit. */
  async of(did: string, fresh: boolean): Promise<Found> {
    const isDoubted = fresh || this.#doubted.get(did) === true;
    await this.#spare(did, isDoubted);
    let document: unknown;
    try {
      document = await this.#options.resolveDid(did, isDoubted);
      this.#doubted.delete(did);
    } catch {
      this.#askedAt.delete(did);
      return "unavailable";
    }
    if (typeof document !== "object" || document === null) {
      this.#askedAt.delete(did);
      return "absent";
    }
    const known = this.#read.get(document);
    if (known !== undefined) return known;
    const origin = pdsOf(document);
    const identity = { key: atprotoKeyOf(document), host: origin === undefined ? undefined : new URL(origin).host };
    this.#read.set(document, identity);
    return identity;
  }

  /** Wait for one's turn, unless the cache has the document. How soon it gives that as a fresh one is not known here. */
  async #spare(did: string, fresh: boolean): Promise<void> {
    const { now, wait } = this.#options;
    const at = now();
    if (!fresh && at - (this.#askedAt.get(did) ?? -Infinity) < DEFAULT_DID_CACHE.lifeMs) return;
    this.#askedAt.set(did, at);
    const waitMs = this.#pace.take(1, at);
    if (waitMs > 0) await wait(waitMs);
  }
}
