import { atprotoKeyOf, pdsOf } from "@rookery/sync";
import type { DidPorts } from "../ports.ts";
import { didCacheOf } from "./did-document.ts";

/**
 * The `did:key` that signs the account's commits; undefined when the account has none. `suspect` says that the remembered
 * key did not verify something: it is looked up again, though not more often than the gap allows. Throws when the
 * document cannot be had now.
 */
export async function signingKeyOf(dids: DidPorts, did: string, suspect = false): Promise<string | undefined> {
  return atprotoKeyOf(await didCacheOf(dids).resolve(did, { fresh: suspect }));
}

/** Origin of the account's host; undefined when its document names none. Throws when the document cannot be had now. */
export async function pdsOriginOf(dids: DidPorts, did: string): Promise<string | undefined> {
  return pdsOf(await didCacheOf(dids).resolve(did));
}
