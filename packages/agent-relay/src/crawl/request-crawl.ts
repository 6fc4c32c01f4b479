import type { CrawlAnswer } from "./crawl-api.ts";
import { ASK_TIMEOUT_MS, MAX_ANSWER_BYTES, MAX_ANSWER_CHARS } from "./limits.ts";

/** Ask one relay to crawl `hostname` (com.atproto.sync.requestCrawl). Never throws and never waits longer than its timeout. */
export async function requestCrawl(origin: string, hostname: string, send: (request: Request) => Promise<Response>): Promise<CrawlAnswer> {
  const url = `${origin}/xrpc/com.atproto.sync.requestCrawl`;
  try {
    const request = new Request(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ hostname }),
      // A relay that moved should be configured anew: what is followed blindly could lead into this network.
      redirect: "manual",
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const response = await send(request);
    const { status, ok } = response;
    const text = await firstBytes(response);
    if (ok) return { ok, status, message: "accepted" };
    const location = response.headers.get("location");
    return { ok, status, message: location === null ? refusalOf(status, text) : bounded(`it has moved to ${location}: name that instead`) };
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") return { ok: false, message: `no answer within ${ASK_TIMEOUT_MS / 1000} seconds` };
    return { ok: false, message: bounded(`it cannot be reached: ${error instanceof Error ? error.message : String(error)}`) };
  }
}

/** The relay's own words, in the shape of XRPC errors if it has that. */
function refusalOf(status: number, text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "error" in body) {
      const message = "message" in body && typeof body.message === "string" ? `: ${body.message}` : "";
      return bounded(`${String(body.error)}${message}`);
    }
  } catch {
    // Not JSON: the text is all there is.
  }
  return bounded(text.trim() === "" ? `HTTP ${status}` : text.trim());
}

/** The beginning of the body as text; the rest is not waited for. */
async function firstBytes(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let left = MAX_ANSWER_BYTES;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.length;
    if (left <= 0) break;
  }
  return text;
}

/** One line, and not too long for a view. */
function bounded(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= MAX_ANSWER_CHARS ? line : `${line.slice(0, MAX_ANSWER_CHARS - 1)}…`;
}
