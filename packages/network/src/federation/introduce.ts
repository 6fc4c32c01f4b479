import { type Outcome, type ResolveDid, fail, keyOf, ok, pdsOf, webDidOf, webDidOrigin } from "@rookery/sync";
import { CARD_PATH, type ForeignCard, readCard } from "./colony-card.ts";
import { fetchJson } from "./fetch-json.ts";

/** Id of a colony's key in its DID document. */
export const KEY_FRAGMENT = "#agent_network";

/** A colony whose card and DID document agree. */
export interface Introduction extends ForeignCard {
  /** Host name, with its port when it has one. */
  host: string;
}

/** How another colony is looked up. */
export interface Introducer {
  fetch: typeof fetch;
  /** Asks the directories themselves, no cache: keys may have changed. */
  resolve: ResolveDid;
  allowLoopback: boolean;
}

/**
 * Who lives at an origin: its card, and the DID document of the DID that the card names, which must be the `did:web` of
 * this very origin and carry the same key.
 * @param origin where to look. Only ever one that the admin gave, or that follows from a DID by {@link originOfColony}.
 */
export const introduce = async ({ fetch, resolve, allowLoopback }: Introducer, origin: string): Promise<Outcome<Introduction>> => {
  try {
    const answer = await fetchJson(fetch, `${origin}${CARD_PATH}`);
    if (!answer.ok) return unreachable(`${origin}${CARD_PATH} answers ${answer.status}: ${answer.status < 500 ? "that is no colony (a relay view is none either: give the colony's origin)" : "the colony there is not well"}`);
    const card = readCard(answer.json);
    if (typeof card === "string") return invalid(`${origin}${CARD_PATH} is no colony's card: ${card}`);
    if (card.origin !== origin) return invalid(`The colony at ${origin} says that it is ${card.origin}; use that address`);
    if (card.did !== webDidOf(origin) || originOfColony(card.did, allowLoopback) !== origin) return invalid(`The colony at ${origin} says that it is ${card.did}, which is not the did:web of this address`);
    const document = await resolve(card.did);
    if (document === undefined) return invalid(`${card.did} has no DID document`);
    if (keyOf(document, KEY_FRAGMENT) !== card.publicKey) return invalid(`The DID document of ${card.did} has another ${KEY_FRAGMENT} key than its card`);
    if (pdsOf(document) !== origin) return invalid(`The DID document of ${card.did} names ${pdsOf(document) ?? "no host"}, not ${origin}`);
    return ok({ ...card, host: new URL(origin).host });
  } catch (error) {
    return unreachable(`${(error instanceof Error ? error.message : String(error)).replace(/\.?$/, ".")} Is a colony running there?`);
  }
};

/**
 * The one address at which a colony of this DID may be asked: it follows from the DID, and production knows no loopback or
 * private one. So nobody who sends us a DID can make us ask hosts of our own network.
 */
export const originOfColony = (did: string, allowLoopback: boolean): string | undefined => webDidOrigin(did, allowLoopback)?.origin;

const unreachable = (message: string) => fail(502, "PeerUnreachable", message);
const invalid = (message: string) => fail(502, "PeerInvalid", message);
