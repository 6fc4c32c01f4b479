import { InvalidHandleError, normalizeAndEnsureValidHandle } from "@atproto/syntax";
import type { XrpcFault } from "@rookery/sync";
import { type Handler, fault, isFault, json } from "../call.ts";
import { didOfHandle } from "../did-of-handle.ts";

/**
 * com.atproto.identity.resolveHandle: handles of this host first, then those of others as far as they can be told. One that an
 * account here has and does not take part with leads nowhere if this host gives it out; otherwise where its domain says, as in the reference.
 */
export const resolveHandle: Handler = async ({ params, host }) => {
  const handle = normal(params.handle as string);
  if (isFault(handle)) return handle;
  const did = await didOfHandle(host, handle);
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
