import { atprotoKeyOf } from "@rookery/sync";
import { IDENTITY_LIFE, IDENTITY_REFRESH_GAP, MAX_IDENTITIES } from "../limits.ts";
import { resolveDid } from "./did-document.ts";

interface Entry {
  didKey: string | undefined;
  at: number;
}

/** Signing keys of accounts, remembered in this isolate. Bounded: the one resolved longest ago goes first. */
const known = new Map<string, Entry>();

/**
 * The `did:key` that signs the account's commits; undefined when the account has none. `suspect` says that the remembered
 * key did not verify something: it is looked up again, though not more often than the gap allows. Throws when the
 * document cannot be had now.
 */
export async function signingKeyOf(plcUrl: string, did: string, suspect = false): Promise<string | undefined> {
  const entry = known.get(`${plcUrl} ${did}`);
  const age = entry === undefined ? Number.POSITIVE_INFINITY : Date.now() - entry.at;
  if (entry !== undefined && age < (suspect ? IDENTITY_REFRESH_GAP : IDENTITY_LIFE)) return entry.didKey;
  const didKey = atprotoKeyOf(await resolveDid(plcUrl, did));
  known.delete(`${plcUrl} ${did}`);
  known.set(`${plcUrl} ${did}`, { didKey, at: Date.now() });
  const oldest = known.keys().next();
  if (known.size > MAX_IDENTITIES && oldest.done !== true) known.delete(oldest.value);
  return didKey;
}
