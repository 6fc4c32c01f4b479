import { handleOf, isPublicHost } from "@rookery/sync";
import { fieldsOf } from "../federation/fields.ts";
import { UnreachableError, fetchJson } from "../federation/fetch-json.ts";
import { HOST_TIMEOUT_MS } from "./limits.ts";

/** What the AT Protocol shows for a handle that does not check (specs/handle). */
export const INVALID_HANDLE = "handle.invalid";

/** DIDs are at most 2,048 characters; an answer that is longer is none. */
const MAX_DID_BYTES = 2_100;

/**
 * The handle that a DID document claims, if it points back at the DID; `handle.invalid` otherwise. Asked over HTTPS at the
 * handle's own name. On a loopback colony, where handles are under `.test`, which is in no DNS, the account's host is believed.
 */
export const verifiedHandle = async (fetcher: typeof fetch, did: string, document: unknown, believedPds: string | undefined): Promise<string> => {
  const handle = handleOf(document);
  if (handle === undefined) return INVALID_HANDLE;
  const found = isPublicHost(handle) ? await didAtHandle(fetcher, handle) : believedPds === undefined ? undefined : await askHost(fetcher, believedPds, handle);
  return found === did ? handle : INVALID_HANDLE;
};

/** The DID at `https://HANDLE/.well-known/atproto-did` (specs/handle); undefined when there is none, or it cannot be asked now. */
const didAtHandle = async (fetcher: typeof fetch, handle: string): Promise<string | undefined> => {
  try {
    const response = await fetcher(`https://${handle}/.well-known/atproto-did`, { signal: AbortSignal.timeout(HOST_TIMEOUT_MS), redirect: "manual" });
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_DID_BYTES) return undefined;
    }
    return text.trim();
  } catch {
    // A name that cannot be asked does not check, now.
    return undefined;
  }
};

const askHost = async (fetcher: typeof fetch, pds: string, handle: string): Promise<string | undefined> => {
  try {
    const answer = await fetchJson(fetcher, `${pds}/xrpc/com.atproto.identity.resolveHandle?${new URLSearchParams({ handle })}`);
    const did = answer.ok ? fieldsOf(answer.json)?.["did"] : undefined;
    return typeof did === "string" ? did : undefined;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
};
