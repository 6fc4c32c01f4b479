import { isLoopbackHost, pdsOf } from "@rookery/sync";
import { UnreachableError } from "../federation/fetch-json.ts";

/**
 * Origin of an account's host, when its DID document names the one that its events come from: what is asked of strangers'
 * addresses is asked of hosts that are peers already. Loopback and plain http are for colonies on loopback. @throws UnreachableError
 */
export const pdsAt = (document: unknown, host: string, ownOrigin: string): string => {
  const pds = pdsOf(document);
  const url = pds === undefined ? undefined : new URL(pds);
  if (url?.host !== host) throw new UnreachableError(`its DID document names ${url?.host ?? "no host"}, its events come from ${host}`);
  const allowed = isLoopbackHost(url.hostname) ? isLoopbackHost(new URL(ownOrigin).hostname) : url.protocol === "https:";
  if (!allowed) throw new UnreachableError(`${url.origin} is no origin to ask`);
  return url.origin;
};
