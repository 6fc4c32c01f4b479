import { DidCache, type ResolveDid, didResolver } from "@rookery/sync";
import { IDENTITY_LIFE, IDENTITY_REFRESH_GAP, IDENTITY_TIMEOUT, MAX_IDENTITIES } from "../limits.ts";
import type { DidPorts } from "../ports.ts";

/** Caches by directory: one per isolate is enough. */
const caches = new Map<string, DidCache>();

/** This isolate's memory of a PLC directory's documents, and of `did:web` ones. */
export const didCacheOf = ({ plcUrl, outside }: DidPorts): DidCache => {
  let cache = caches.get(plcUrl);
  if (cache === undefined) {
    cache = new DidCache(didResolver({ plcUrl, timeoutMs: IDENTITY_TIMEOUT, ...(outside === undefined ? {} : { fetch: outside }) }), {
      lifeMs: IDENTITY_LIFE,
      refreshGapMs: IDENTITY_REFRESH_GAP,
      maxEntries: MAX_IDENTITIES,
    });
    caches.set(plcUrl, cache);
  }
  return cache;
};

/** The DID document as the network sees it now, for those who can do without: undefined when there is none, and when it cannot be had now. */
export async function didDocumentOf(resolve: ResolveDid, did: string): Promise<unknown> {
  try {
    return await resolve(did);
  } catch (error) {
    console.error(JSON.stringify({ event: "did-resolution-failed", did, error: String(error) }));
    return undefined;
  }
}
