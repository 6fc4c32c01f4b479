import type { Host } from "./host.ts";

/**
 * The DID that a handle in its normal form leads to, as anybody would find it: of an account here that takes part; otherwise where
 * its domain says. Handles that this host gives out itself are nobody else's. Undefined when it leads nowhere, or that cannot be told now.
 */
export const didOfHandle = async (host: Pick<Host, "find" | "handleDomains" | "foreignHandle">, handle: string): Promise<string | undefined> => {
  const own = await host.find(handle);
  if (own !== undefined && own.status === undefined) return own.did;
  const isOurs = host.handleDomains.some((domain) => handle.endsWith(domain) || handle === domain.slice(1));
  return isOurs ? undefined : host.foreignHandle(handle);
};
