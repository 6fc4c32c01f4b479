import { invalid } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { Config } from "../config.ts";
import { defaultService } from "./default-service.ts";
import { MAX_HEADER_CHARS } from "./limits.ts";

/** Who is to answer: a service of a DID. */
export interface ProxyTo {
  did: string;
  /** Fragment of the service's id in the DID document. */
  serviceId: string;
}

/** What an `atproto-proxy` header says; the reference's errors. @see https://atproto.com/specs/xrpc#service-proxying */
const readProxyHeader = (text: string): ProxyTo | XrpcFault => {
  const hash = text.indexOf("#");
  if (hash === 0) return invalid("no did specified in proxy header");
  if (hash === -1 || hash === text.length - 1) return invalid("no service id specified in proxy header");
  if (text.includes("#", hash + 1) || text.length > MAX_HEADER_CHARS) return invalid("invalid proxy header format");
  if (text.includes(" ")) return invalid("proxy header cannot contain spaces");
  return { did: text.slice(0, hash), serviceId: text.slice(hash + 1) };
};

/** Who is to answer a method: whom the header names, or the one that this colony goes to by itself. */
export const proxyTo = (request: Request, nsid: string, config: Config): ProxyTo | XrpcFault => {
  const header = request.headers.get("atproto-proxy");
  if (header) return readProxyHeader(header);
  const { serviceId, address } = defaultService(nsid, config);
  return address === undefined ? invalid(`No service configured for ${nsid}`) : { did: address.did, serviceId };
};
