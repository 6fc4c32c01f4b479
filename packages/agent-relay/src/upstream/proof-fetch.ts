import { MAX_PROOF_BYTES } from "../settings.ts";
import type { UpstreamRefusal } from "./upstream-api.ts";

/** How requests are sent. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type FetchedProof = { kind: "proof"; car: Uint8Array } | { kind: "refused"; reason: UpstreamRefusal } | { kind: "later"; message: string };

/**
 * Ask a host for the proof of what is at a path (com.atproto.sync.getRecord). Redirects are not followed, time and size are
 * bounded; what may pass by itself (429, 5xx, no answer) is to be tried later, anything else is the host's last word.
 */
export async function fetchProof(fetch: Fetch, pds: string, author: string, path: string, timeoutMs: number): Promise<FetchedProof> {
  const [collection = "", rkey = ""] = path.split("/");
  const url = `${pds}/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did: author, collection, rkey })}`;
  try {
    const response = await fetch(url, { headers: { accept: "application/vnd.ipld.car" }, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    const { status } = response;
    if (status !== 200) {
      await response.body?.cancel();
      return status === 429 || status >= 500 ? { kind: "later", message: `${pds} answers ${status}` } : { kind: "refused", reason: "host-refuses" };
    }
    const car = await readBounded(response);
    return car === undefined ? { kind: "refused", reason: "too-large" } : { kind: "proof", car };
  } catch (error) {
    return { kind: "later", message: `${pds}: ${String(error)}` };
  }
}

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_PROOF_BYTES) return undefined;
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
