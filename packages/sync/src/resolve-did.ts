import { AtprotoWebDidDocumentResolver, DocumentNotFoundError, PlcDidDocumentResolver } from "@atcute/identity-resolver";
import { isLoopbackHost, webDidOrigin } from "./host-name.ts";

/** How DIDs are looked up. */
export interface ResolveOptions {
  /** PLC directory, e.g. `https://plc.directory`. */
  plcUrl: string;
  /** Every request goes through it; the global one by default, called as a plain function (workerd asks for that). */
  fetch?: typeof fetch;
  /**
   * Development: `did:web` of this machine's own names, with a port, over http (`did:web:localhost%3A3000`). The stock rules
   * do not know it and production refuses it: such a DID then has no document.
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

const isPlcDid = (did: string): did is `did:plc:${string}` => PLC_DID.test(did);

/**
 * The one way to a DID document, for everybody: `did:plc` through the directory given, `did:web` by the AT Protocol's rules
 * (https, a whole host, no port). Redirects are not followed, answers are bounded in size (20 KB, by the library) and time,
 * and a document must be about the DID that was asked for.
 *
 * Gives undefined when there is no document: nothing is there, the account was tombstoned, or the DID is one that the AT
 * Protocol does not know. Throws when it cannot be had now (directory down, slow, talking nonsense): try again later.
 *
 * @see https://atproto.com/specs/did
 */
export const didResolver = ({ plcUrl, fetch: given, allowLoopback = false, timeoutMs = TIMEOUT_MS }: ResolveOptions): ResolveDid => {
  const plain: typeof fetch = (input, init) => (given ?? fetch)(input, init);
  const plc = new PlcDidDocumentResolver({ apiUrl: plcUrl, fetch: plain });
  const web = new AtprotoWebDidDocumentResolver({ fetch: (input, init) => plain(onLoopback(input, allowLoopback), init) });
  return async (did) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const document = isPlcDid(did) ? await plc.resolve(did, { signal }) : isWebDid(did, allowLoopback) ? await web.resolve(did, { signal }) : undefined;
      if (document === undefined || document.id === did) return document;
    } catch (error) {
      if (error instanceof DocumentNotFoundError || statusOf(error) === 410) return undefined; // 410: tombstoned
      throw new Error(`${did} cannot be resolved now: ${reasonOf(error)}`, { cause: error });
    }
    throw new Error(`${did} cannot be resolved now: the document found for it is another DID's`);
  };
};

const isWebDid = (did: string, allowLoopback: boolean): did is `did:web:${string}` => webDidOrigin(did, allowLoopback) !== undefined;

/** The library asks over https always; nobody has a certificate for his own loopback. */
const onLoopback = (input: Parameters<typeof fetch>[0], allowLoopback: boolean): Parameters<typeof fetch>[0] => {
  if (!allowLoopback || !(input instanceof URL) || !isLoopbackHost(input.hostname)) return input;
  return `http://${input.host}${input.pathname}`;
};

/** HTTP status of the failure behind a failed resolution, if one is. */
const statusOf = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "status" in cause ? cause.status : undefined;
};

/** The innermost reason: the library wraps what happened once. */
const reasonOf = (error: unknown): string => {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
};
