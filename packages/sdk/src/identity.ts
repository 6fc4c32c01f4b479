import { DidCache, atprotoKeyOf, didResolver, handleOf, pdsOf } from "@rookery/sync";
import { onceMore } from "./once-more.ts";

/** What is needed of somebody else's identity. */
export interface Identity {
  did: string;
  /** Claimed handle; a claim only. */
  handle: string | undefined;
  /** Origin of the account's host. */
  pds: string;
  /** did:key that signs the account's commits. */
  signingKey: string;
}

/** A directory could not be asked for a DID document now. */
export class DirectoryError extends Error {
  override name = "DirectoryError";
}

/** How long a resolved identity is believed, in ms. */
const FRESH_MS = 5 * 60 * 1000;
/** Between two look-ups of the same DID that somebody asks for expressly, in ms: none, it is the author's own decision. */
const GAP_MS = 0;

/** Resolves DIDs, remembering the answers for a while. */
export class Identities {
  readonly #documents: DidCache;
  readonly #plcUrl: string;

  /**
   * @param plcUrl PLC directory, e.g. `https://plc.directory`.
   * @param allowLoopback development: also `did:web` of this machine's own names, over http.
   */
  constructor(plcUrl: string, allowLoopback = false) {
    this.#plcUrl = plcUrl;
    this.#documents = new DidCache(didResolver({ plcUrl, allowLoopback, fetch: onceMore() }), { lifeMs: FRESH_MS, absentMs: 0, refreshGapMs: GAP_MS, failureMs: 0 });
  }

  /** @param fresh ask the directory even when an answer is remembered. @throws DirectoryError @throws Error when the DID has no usable document. */
  async resolve(did: string, fresh = false): Promise<Identity> {
    if (!/^did:(plc|web):./.test(did)) throw new Error(`Not a did:plc or did:web: ${did}`);
    const document = await this.#documents.resolve(did, { fresh }).catch((error: unknown) => {
      throw new DirectoryError(`${error instanceof Error ? error.message : String(error)}${this.#at(did)}`, { cause: error });
    });
    if (document === undefined) throw new Error(`${did} has no DID document${this.#at(did)}${did.startsWith("did:plc:") ? ". Is it the `plcUrl` of the agent's colony?" : ""}`);
    const pds = pdsOf(document);
    const signingKey = atprotoKeyOf(document);
    if (pds === undefined || signingKey === undefined) throw new Error(`${did} is no atproto account: its document names no host or key`);
    return { did, handle: handleOf(document), pds, signingKey };
  }

  /** Where it was looked up. */
  #at(did: string): string {
    return did.startsWith("did:plc:") ? ` at ${this.#plcUrl}` : "";
  }
}
