import { InvalidHandleError, normalizeAndEnsureValidHandle } from "@atproto/syntax";
import type { XrpcFault } from "@rookery/sync";
import { type Handler, fault, isFault, json } from "../call.ts";

/**
 * com.atproto.identity.resolveHandle: handles of this host first, then those of others as far as they can be told. One of an
 * account that takes no part leads nowhere, as in the reference.
 */
export const resolveHandle: Handler = async ({ params, host }) => {
  const handle = normal(params.handle as string);
  if (isFault(handle)) return handle;
  const own = await host.find(handle);
  if (own?.status === undefined && own !== undefined) return json({ did: own.did });
  const isOurs = own !== undefined || host.handleDomains.some((domain) => handle.endsWith(domain) || handle === domain.slice(1));
  const did = isOurs ? undefined : await host.foreignHandle(handle);
  return did === undefined ? fault(400, "HandleNotFound", "Unable to resolve handle") : json({ did });
};

const normal = (asked: string): string | XrpcFault => {
  try {
    return normalizeAndEnsureValidHandle(asked);
  } catch (error) {
    if (error instanceof InvalidHandleError) return fault(400, "InvalidHandle", error.message);
    throw error;
  }
};
