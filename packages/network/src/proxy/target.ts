import { invalid, fault, isFault } from "@rookery/pds";
import { type DidCache, type XrpcFault, isLoopbackHost, isPublicHost, serviceEndpointOf } from "@rookery/sync";
import type { Config } from "../config.ts";
import { defaultService } from "./default-service.ts";
import { type ProxyTo, proxyTo } from "./proxy-header.ts";

/** Where a request goes. */
export interface Target extends ProxyTo {
  /** Origin of the service. */
  origin: string;
  /** Whether the operator named the address, rather than a stranger's DID document. */
  trusted: boolean;
}

/** What is said of a service that cannot be reached, also when its address is one that nobody is taken to. */
export const UNREACHABLE = fault(502, "UpstreamFailure", "Upstream service unreachable");

/** The address of whoever is to answer a method; faults are the reference's. */
export const targetOf = async (request: Request, nsid: string, config: Config, dids: Pick<DidCache, "resolve">): Promise<Target | XrpcFault> => {
  const to = proxyTo(request, nsid, config);
  if (isFault(to)) return to;
  const known = knownAddress(request, nsid, to, config);
  return known === undefined ? resolveTarget(to, config, dids) : { ...to, origin: known, trusted: true };
};

const knownAddress = (request: Request, nsid: string, { did, serviceId }: ProxyTo, config: Config): string | undefined => {
  if (!request.headers.get("atproto-proxy")) return defaultService(nsid, config).address?.url;
  return did === config.appView?.did && serviceId === "bsky_appview" ? config.appView.url : undefined;
};

/** The address that a service's DID document gives. */
const resolveTarget = async (to: ProxyTo, config: Pick<Config, "isLoopback">, dids: Pick<DidCache, "resolve">): Promise<Target | XrpcFault> => {
  const document = await documentOf(dids, to.did);
  if (document === undefined) return invalid("could not resolve proxy did");
  return targetIn(document, to, config.isLoopback) ?? invalid("could not resolve proxy did service url");
};

/** The address that a DID document gives a service; undefined when it gives none, a fault when it is one that nobody is taken to. */
export const targetIn = (document: unknown, to: ProxyTo, isLoopback: boolean): Target | XrpcFault | undefined => {
  const endpoint = serviceEndpointOf(document, `#${to.serviceId}`);
  if (endpoint === undefined) return undefined;
  return mayAsk(endpoint, isLoopback) ? { ...to, origin: endpoint.origin, trusted: false } : UNREACHABLE;
};

/**
 * Whether an address that a stranger chose may be asked: https on a public host name. Its own machine's names, over http too,
 * are for a colony that itself is there. What a public name resolves to is looked at when it is connected to (Env.OUTSIDE).
 */
export const mayAsk = ({ protocol, hostname }: URL, isLoopback: boolean): boolean =>
  isLoopbackHost(hostname) ? isLoopback : protocol === "https:" && isPublicHost(hostname);

/** A DID document, if there is one to be had. A directory that is down and a DID that is none come to the same here: ask again. */
export const documentOf = async (dids: Pick<DidCache, "resolve">, did: string): Promise<unknown> => {
  try {
    return await dids.resolve(did);
  } catch {
    return undefined;
  }
};
