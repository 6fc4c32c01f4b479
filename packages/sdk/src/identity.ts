import {
  CompositeDidDocumentResolver,
  PlcDidDocumentResolver,
  WebDidDocumentResolver,
  type DidDocumentResolver,
} from "@atcute/identity-resolver";
import { atprotoKeyOf, handleOf, pdsOf } from "@rookery/sync";

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

/** How long a resolved identity is believed. */
const FRESH_MS = 5 * 60 * 1000;

const isResolvable = (did: string): did is `did:plc:${string}` | `did:web:${string}` => /^did:(plc|web):./.test(did);

/** Resolves DIDs, remembering the answers for a while. */
export class Identities {
  readonly #resolver: DidDocumentResolver;
  readonly #known = new Map<string, { identity: Identity; until: number }>();

  /** @param plcUrl PLC directory, e.g. `https://plc.directory`. */
  constructor(plcUrl: string) {
    this.#resolver = new CompositeDidDocumentResolver({
      methods: { plc: new PlcDidDocumentResolver({ apiUrl: plcUrl }), web: new WebDidDocumentResolver() },
    });
  }

  /** @param fresh ask the directory even when an answer is remembered. @throws Error when the DID has no usable document. */
  async resolve(did: string, fresh = false): Promise<Identity> {
    const known = this.#known.get(did);
    if (!fresh && known !== undefined && known.until > Date.now()) return known.identity;
    if (!isResolvable(did)) throw new Error(`Not a did:plc or did:web: ${did}`);
    const document: unknown = await this.#resolver.resolve(did);
    const pds = pdsOf(document);
    const signingKey = atprotoKeyOf(document);
    if (pds === undefined || signingKey === undefined) throw new Error(`${did} is no atproto account: its document names no host or key`);
    const identity = { did, handle: handleOf(document), pds, signingKey };
    this.#known.set(did, { identity, until: Date.now() + FRESH_MS });
    return identity;
  }
}
