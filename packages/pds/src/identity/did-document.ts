import { CompositeDidDocumentResolver, DocumentNotFoundError, PlcDidDocumentResolver, WebDidDocumentResolver } from "@atcute/identity-resolver";
import { IDENTITY_TIMEOUT } from "../limits.ts";

const DID = /^did:(?:plc:[a-z2-7]{24}|web:[a-zA-Z0-9._:%-]{1,253})$/;

const isDid = (did: string): did is `did:plc:${string}` | `did:web:${string}` => DID.test(did);

/** Resolvers by directory: one per isolate is enough. */
const resolvers = new Map<string, CompositeDidDocumentResolver<"plc" | "web">>();

/**
 * The DID document as the network sees it; undefined when there is none, or the DID is of no method that the AT Protocol
 * knows. Throws when it cannot be had now (directory down, slow, or talking nonsense): try again later.
 */
export async function resolveDid(plcUrl: string, did: string): Promise<unknown> {
  if (!isDid(did)) return undefined;
  try {
    return await resolverFor(plcUrl).resolve(did, { signal: AbortSignal.timeout(IDENTITY_TIMEOUT) });
  } catch (error) {
    if (error instanceof DocumentNotFoundError) return undefined;
    throw error;
  }
}

/** {@link resolveDid} for those who can do without: undefined also when it cannot be had now. */
export async function didDocumentOf(plcUrl: string, did: string): Promise<unknown> {
  try {
    return await resolveDid(plcUrl, did);
  } catch (error) {
    console.error(JSON.stringify({ event: "did-resolution-failed", did, error: String(error) }));
    return undefined;
  }
}

function resolverFor(plcUrl: string): CompositeDidDocumentResolver<"plc" | "web"> {
  let resolver = resolvers.get(plcUrl);
  if (resolver === undefined) {
    // workerd's fetch must be called as a plain function.
    const plain: typeof fetch = (input, init) => fetch(input, init);
    resolver = new CompositeDidDocumentResolver({
      methods: { plc: new PlcDidDocumentResolver({ apiUrl: plcUrl, fetch: plain }), web: new WebDidDocumentResolver({ fetch: plain }) },
    });
    resolvers.set(plcUrl, resolver);
  }
  return resolver;
}
