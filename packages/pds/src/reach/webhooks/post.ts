import { MAX_FAILURE_CHARS, WEBHOOK_TIMEOUT } from "../limits.ts";
import { signedHeaders } from "./signature.ts";
import type { Attempt, Webhook } from "./webhook.ts";

/** Post a notice by the way to strangers' addresses. Redirects are not followed: they could lead where the URL itself may not. Never rejects. */
export async function post(outside: typeof fetch, webhook: Webhook, id: string, body: string): Promise<Attempt> {
  const now = Date.now();
  const { url, secret, previous } = webhook;
  const secrets = previous !== undefined && previous.until > now ? [secret, previous.secret] : [secret];
  try {
    const response = await outside(url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", "user-agent": "rookery-webhook/1", ...signedHeaders(secrets, id, Math.floor(now / 1000), body) },
      body,
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT),
    });
    // Nothing that it says is of interest, however much it is.
    await response.body?.cancel();
    return attemptOf(response);
  } catch (error) {
    return { kind: "failed", error: (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, MAX_FAILURE_CHARS) };
  }
}

function attemptOf({ ok, status, headers }: Response): Attempt {
  if (ok) return { kind: "taken" };
  if (status === 410) return { kind: "gone" };
  if (status >= 300 && status < 400) return { kind: "failed", error: `HTTP ${status}: redirects are not followed` };
  const seconds = Number(headers.get("retry-after") ?? "");
  return { kind: "failed", error: `HTTP ${status}`, ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds * 1000 } : {}) };
}
