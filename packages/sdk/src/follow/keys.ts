import { atprotoKeyOf, DidCache, didResolver, pdsOf, verifyCommitSignature, type ResolveDid } from "@rookery/sync";
import type { Commit } from "@rookery/repo";
import { onceMore } from "../once-more.ts";

/** How a follower finds keys and hosts of accounts. */
export interface ResolveSettings {
  /** PLC directory; the public one unless told otherwise. */
  plcUrl?: string;
  /** Development: also `did:web` of this machine's own names, over http. */
  allowLoopback?: boolean;
  /** Every request goes through it; the global one by default. */
  fetch?: typeof fetch;
  /** Instead of all these: how a DID document is had; undefined when there is none, thrown when it cannot be had now. */
  resolveDid?: ResolveDid;
}

/** Whether a commit was signed by its account; `unknown`: the account has no key, or the directory cannot be asked now. */
export type Signed = { kind: "yes" } | { kind: "no"; key: string } | { kind: "absent" } | { kind: "unknown"; error: string };

/** Keys and hosts of accounts, remembered for a while. */
export class Keys {
  readonly #documents: DidCache;

  constructor({ plcUrl = "https://plc.directory", allowLoopback = false, fetch: given, resolveDid }: ResolveSettings) {
    const resolver = resolveDid ?? didResolver({ plcUrl, allowLoopback, fetch: onceMore(given) });
    this.#documents = new DidCache(resolver);
  }

  /** The document may have changed. */
  forget(did: string): void {
    this.#documents.forget(did);
  }

  /** Check a signature; a key that does not verify is asked for anew, since it may have been rotated. */
  async verify(signed: Commit): Promise<Signed> {
    const { did } = signed;
    try {
      const key = atprotoKeyOf(await this.#documents.resolve(did));
      if (key !== undefined && (await verifyCommitSignature(signed, key))) return { kind: "yes" };
      const fresh = atprotoKeyOf(await this.#documents.resolve(did, { fresh: true }));
      if (fresh === undefined) return { kind: "absent" };
      return fresh !== key && (await verifyCommitSignature(signed, fresh)) ? { kind: "yes" } : { kind: "no", key: fresh };
    } catch (error) {
      return { kind: "unknown", error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Origin of the account's host. @throws Error when there is none, or it cannot be had now. */
  async hostOf(did: string): Promise<string> {
    const host = pdsOf(await this.#documents.resolve(did, { fresh: true }));
    if (host === undefined) throw new Error(`the document of ${did} names no host`);
    return host;
  }
}
