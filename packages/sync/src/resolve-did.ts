import { fetchDocument } from "./fetch-document.ts";
import { webDidOrigin } from "./host-name.ts";

/** How DIDs are looked up. */
export interface ResolveOptions {
  /** PLC directory, e.g. `https://plc.directory`. */
  plcUrl: string;
  /** Every request goes through it; the global one by default, called as a plain function (workerd asks for that). */
  fetch?: typeof fetch;
  /**
   * Development: `did:web` of this machine's own names, with a port, over http (`did:web:localhost%3A3000`). Production refuses
   * it: such a DID then has no document.
   */
  allowLoopback?: boolean;
  /** How long one look-up may take, in ms. */
  timeoutMs?: number;
}

/** A document from one of the two directories, or undefined when there is none. Throws when it cannot be had now. */
export type ResolveDid = (did: string) => Promise<unknown>;

/** A directory that takes longer than this is taken to be down. */
const TIMEOUT_MS = 5_000;

const PLC_DID = /^did:plc:[a-z2-7]{24}$/;

/**
 * The one way to a DID document, for everybody: `did:plc` through the directory given, `did:web` by the AT Protocol's rules
 * (https, a whole host, no port). Redirects are not followed, answers are bounded in size (20 KB) and time, and a document must be
 * about the DID that was asked for. What else it says is read field by field (did-doc.ts), and as in the reference nothing in it
 * that is of no use here makes it none: anybody may write into a DID of their own what they like.
 *
 * Gives undefined when there is no document: nothing is there, the account was tombstoned, or the DID is one that the AT
 * Protocol does not know. Throws when it cannot be had now (directory down, slow, talking nonsense): try again later.
 *
 * @see https://atproto.com/specs/did
 */
export const didResolver = ({ plcUrl, fetch: given, allowLoopback = false, timeoutMs = TIMEOUT_MS }: ResolveOptions): ResolveDid => {
  const plain: typeof fetch = (input, init) => (given ?? fetch)(input, init);
  const directory = plcUrl.replace(/\/$/, "");
  const addressOf = (did: string): string | undefined => {
    if (PLC_DID.test(did)) return `${directory}/${encodeURIComponent(did)}`;
    const host = webDidOrigin(did, allowLoopback);
    return host === undefined ? undefined : `${host.origin}/.well-known/did.json`;
  };
  return async (did) => {
    const address = addressOf(did);
    if (address === undefined) return undefined;
    try {
      const document = await fetchDocument(address, plain, AbortSignal.timeout(timeoutMs));
      if (document === undefined || idOf(document) === did) return document;
    } catch (error) {
      throw new Error(`${did} cannot be resolved now: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    throw new Error(`${did} cannot be resolved now: the document found for it is another DID's`);
  };
};

const idOf = (document: unknown): unknown => (typeof document === "object" && document !== null && "id" in document ? document.id : undefined);
