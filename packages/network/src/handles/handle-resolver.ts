import { isDid } from "@rookery/lexicon-agent-comms";
import { isPublicHost } from "@rookery/sync";
import { HANDLE_TIMEOUT_MS, MAX_DID_BYTES, MAX_DNS_BYTES, MAX_REDIRECTS } from "./limits.ts";

/** TXT, RFC 1035. */
const TXT = 16;

/**
 * Handles to DIDs as the network sees them (specs/handle): a TXT record of `_atproto.HANDLE`, asked for over HTTPS since a Worker
 * has no other way to DNS, and `https://HANDLE/.well-known/atproto-did`. Both are asked at once, and DNS has the last word. Whether the
 * DID claims the handle is not looked at. Names that cannot be of the public internet are never asked.
 */
export class HandleResolver {
  readonly #fetch: typeof fetch;
  readonly #dohUrl: string | undefined;

  /** @param dohUrl resolver with the JSON form of DNS over HTTPS, e.g. `https://cloudflare-dns.com/dns-query`; none asks no DNS. */
  constructor(fetcher: typeof fetch, dohUrl: string | undefined) {
    this.#fetch = fetcher;
    this.#dohUrl = dohUrl;
  }

  /** The DID of a handle in lower case; undefined when it leads to none, or cannot be asked now. */
  async resolve(handle: string): Promise<string | undefined> {
    if (!isPublicHost(handle)) return undefined;
    const cancelled = new AbortController();
    const overHttp = this.#overHttp(handle, AbortSignal.any([cancelled.signal, AbortSignal.timeout(HANDLE_TIMEOUT_MS)]));
    const did = await this.#overDns(handle);
    if (did === undefined) return overHttp;
    cancelled.abort();
    return did;
  }

  async #overDns(handle: string): Promise<string | undefined> {
    if (this.#dohUrl === undefined) return undefined;
    try {
      const query = new URL(this.#dohUrl);
      query.searchParams.set("name", `_atproto.${handle}`);
      query.searchParams.set("type", "TXT");
      const answer = await this.#fetch(query, { headers: { accept: "application/dns-json" }, redirect: "manual", signal: AbortSignal.timeout(HANDLE_TIMEOUT_MS) });
      const text = await readText(answer, MAX_DNS_BYTES);
      return text === undefined ? undefined : didOfRecords(JSON.parse(text));
    } catch {
      // A name server that cannot be asked leaves the other way.
      return undefined;
    }
  }

  async #overHttp(handle: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      let url = new URL(`https://${handle}/.well-known/atproto-did`);
      for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
        const answer = await this.#fetch(url, { redirect: "manual", signal });
        const elsewhere = answer.status >= 300 && answer.status < 400 ? answer.headers.get("location") : null;
        if (elsewhere === null) return didOfText(await readText(answer, MAX_DID_BYTES));
        await answer.body?.cancel();
        url = new URL(elsewhere, url);
        if (url.protocol !== "https:" || url.port !== "" || !isPublicHost(url.hostname)) return undefined;
      }
      return undefined;
    } catch {
      // A name that cannot be asked leads nowhere, now.
      return undefined;
    }
  }
}

/** The body of a 200, if it is no longer than `limit` bytes. */
const readText = async (answer: Response, limit: number): Promise<string | undefined> => {
  if (answer.status !== 200) {
    await answer.body?.cancel();
    return undefined;
  }
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > limit) return undefined;
  }
  return text;
};

/** The first line, as the reference reads it. */
const didOfText = (text: string | undefined): string | undefined => {
  const line = text?.split("\n")[0]?.trim();
  return line !== undefined && isDid(line) ? line : undefined;
};

/** Of the TXT records of a name exactly one must begin with `did=`. */
const didOfRecords = (answer: unknown): string | undefined => {
  const records = typeof answer === "object" && answer !== null && "Answer" in answer && Array.isArray(answer.Answer) ? answer.Answer : [];
  const texts = records.map(textOfRecord).filter((text) => text?.startsWith("did="));
  const did = texts.length === 1 ? texts[0]?.slice("did=".length) : undefined;
  return did !== undefined && isDid(did) ? did : undefined;
};

const textOfRecord = (record: unknown): string | undefined => {
  if (typeof record !== "object" || record === null || !("type" in record) || record.type !== TXT) return undefined;
  if (!("data" in record) || typeof record.data !== "string") return undefined;
  // Quoted, in pieces of at most 255 bytes; some resolvers leave the quotes out.
  return record.data.startsWith('"') ? [...record.data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece).join("") : record.data;
};
