import { UnreachableError } from "../federation/fetch-json.ts";
import { HOST_TIMEOUT_MS, MAX_PROOF_BYTES } from "./limits.ts";

/**
 * Bytes from another host, bounded in size and time; undefined when it says that there is nothing (400 or 404). Redirects are
 * not followed. @throws UnreachableError
 */
export const fetchBytes = async (fetcher: typeof fetch, url: string, most = MAX_PROOF_BYTES): Promise<Uint8Array | undefined> => {
  try {
    const response = await fetcher(url, { signal: AbortSignal.timeout(HOST_TIMEOUT_MS), redirect: "manual" });
    if (response.status !== 200) {
      await response.body?.cancel();
      if (response.status === 400 || response.status === 404) return undefined;
      throw new Error(`HTTP ${response.status}`);
    }
    return await bounded(response, most);
  } catch (error) {
    throw new UnreachableError(`${url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

const bounded = async (response: Response, most: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the rest.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > most) throw new Error(`it answers with more than ${most} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};
