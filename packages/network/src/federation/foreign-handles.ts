import { type DidCache, handleOf, isPublicHost, pdsOf } from "@rookery/sync";
import { HandleResolver } from "../handles/handle-resolver.ts";
import { BriefCache } from "../registry/brief-cache.ts";
import type { Colony } from "./colony.ts";
import { UnreachableError, fetchJson } from "./fetch-json.ts";
import { fieldsOf } from "./fields.ts";
import { MAX_FOREIGN_HANDLES, MAX_FOREIGN_LOOKUPS } from "./limits.ts";
import type { PeerRow } from "./peer-row.ts";
import { stateOf } from "./settle.ts";

/** How long a handle's DID is believed, and that it has none, in ms. */
const KNOWN_MS = 5 * 60_000;
const UNKNOWN_MS = 10_000;

/**
 * Handles that are not given out here. One under a public domain leads where its name says (handles/handle-resolver.ts); whether the DID claims
 * it is not asked, since whoever is about to take a handle looks first whether it leads to them. One under a domain that is in no
 * DNS (`.test`) is asked of the peer whose card says that it gives out handles there: that DID's own document must claim it, and live on that peer.
 */
export class ForeignHandles {
  readonly #colony: Colony;
  readonly #dids: DidCache;
  readonly #ownDomains: readonly string[];
  readonly #resolver: HandleResolver;
  readonly #known = new BriefCache<string>(MAX_FOREIGN_HANDLES, KNOWN_MS, UNKNOWN_MS);
  #lookups = 0;

  /**
   * @param ownDomains domains in which this colony gives out handles itself, each with its leading dot.
   * @param dohUrl see {@link HandleResolver}.
   */
  constructor(colony: Colony, dids: DidCache, ownDomains: readonly string[], dohUrl?: string) {
    this.#resolver = new HandleResolver(colony.fetch, dohUrl);
    this.#colony = colony;
    this.#dids = dids;
    this.#ownDomains = ownDomains;
  }

  /** The DID of a handle in lower case; undefined when nobody has it, or that cannot be told now. */
  async resolve(handle: string): Promise<string | undefined> {
    const known = this.#known.get(handle);
    if (known !== undefined) return known.value;
    // Anybody may ask, and each question is one of ours to others.
    if (this.#lookups >= MAX_FOREIGN_LOOKUPS) return undefined;
    this.#lookups++;
    try {
      const did = await this.#lookUp(handle);
      this.#known.set(handle, did);
      return did;
    } finally {
      this.#lookups--;
    }
  }

  async #lookUp(handle: string): Promise<string | undefined> {
    const { fetch } = this.#colony;
    if (isPublicHost(handle)) return this.#resolver.resolve(handle);
    const peer = await this.#peerOf(handle);
    return peer === undefined ? undefined : this.#confirmed(handle, await askPeer(fetch, peer, handle), peer.origin);
  }

  /**
   * The active peer that gives out handles in the longest domain that this one ends in. Domains are what peers say of themselves:
   * nobody gets those of this colony, one that the admin named goes before one that came by itself, and of two that say the
   * same neither is believed.
   */
  async #peerOf(handle: string): Promise<PeerRow | undefined> {
    if (this.#ownDomains.some((domain) => handle.endsWith(domain))) return undefined;
    const policy = await this.#colony.policy.get();
    const active = (await this.#colony.peers.all()).filter((row) => row.handleDomains.length > 0 && stateOf(policy, row).state === "active");
    const matching = active.flatMap((row) => row.handleDomains.filter((domain) => handle.endsWith(domain)).map((domain) => ({ row, rank: 2 * domain.length + Number(row.approved) })));
    const [best, second] = matching.toSorted((a, b) => b.rank - a.rank);
    return best?.rank === second?.rank ? undefined : best?.row;
  }

  async #confirmed(handle: string, did: string | undefined, host: string): Promise<string | undefined> {
    if (did === undefined) return undefined;
    try {
      // The handle may be newer than the document that is remembered.
      for (const fresh of [false, true]) {
        const document = await this.#dids.resolve(did, { fresh });
        if (handleOf(document) === handle && pdsOf(document) === host) return did;
      }
      return undefined;
    } catch {
      // The DID cannot be resolved now, so the handle cannot be told.
      return undefined;
    }
  }
}

const askPeer = async (fetcher: typeof fetch, { origin }: PeerRow, handle: string): Promise<string | undefined> => {
  try {
    const answer = await fetchJson(fetcher, `${origin}/xrpc/com.atproto.identity.resolveHandle?${new URLSearchParams({ handle })}`);
    const did = answer.ok ? fieldsOf(answer.json)?.["did"] : undefined;
    return typeof did === "string" ? did : undefined;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
};
