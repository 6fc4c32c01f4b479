import { MAX_PROOF_BYTES } from "../settings.ts";
import type { UpstreamRefusal } from "./upstream-api.ts";

/** An answer that says what is wrong. */
const MAX_ERROR_BYTES = 4_096;

/** How requests are sent. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a host answered: the proof, a no, or nothing that counts. */
export type FetchedProof = { kind: "proof"; car: Uint8Array } | { kind: "refused"; reason: UpstreamRefusal } | { kind: "later"; message: string };

/**
 * Ask a host for the proof of what is at a path (com.atproto.sync.getRecord). Redirects are not followed, time and size are
 * bounded; what may pass by itself (429, 5xx, no answer) is to be tried later, anything else is a no. A host that knows the
 * account and has no such record may say so without a proof (RecordNotFound).
 */
export async function fetchProof(fetch: Fetch, pds: string, author: string, path: string, timeoutMs: number): Promise<FetchedProof> {
  const [collection = "", rkey = ""] = path.split("/");
  const url = `${pds}/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did: author, collection, rkey })}`;
  try {
    const response = await fetch(url, { headers: { accept: "application/vnd.ipld.car" }, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    const { status } = response;
    if (status !== 200) {
      if (status !== 400) await response.body?.cancel();
      if (status === 429 || status >= 500) return { kind: "later", message: `${pds} answers ${status}` };
      return { kind: "refused", reason: status === 400 && (await isNotThere(response)) ? "not-there" : "host-refuses" };
    }
    const car = await readBounded(response, MAX_PROOF_BYTES);
    return car === undefined ? { kind: "refused", reason: "too-large" } : { kind: "proof", car };
  } catch (error) {
    return { kind: "later", message: `${pds}: ${String(error)}` };
  }
}

async function isNotThere(response: Response): Promise<boolean> {
  const bytes = await readBounded(response, MAX_ERROR_BYTES);
  return bytes !== undefined && /"error"\s*:\s*"RecordNotFound"/.test(new TextDecoder().decode(bytes));
}

async function readBounded(response: Response, most: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) return undefined;
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
