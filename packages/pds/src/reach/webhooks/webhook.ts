import { WEBHOOK_PATIENCE, WEBHOOK_PAUSES } from "../limits.ts";
import type { WebhookContents, WebhookView } from "../reach-api.ts";

/** A webhook as the vault keeps it. Times are milliseconds since 1970. */
export interface Webhook {
  id: string;
  url: string;
  contents: WebhookContents;
  secret: string;
  /** The one before, and until when it is signed with too. */
  previous?: { secret: string; until: number };
  createdAt: number;
  /** Id of the last message that it was told of. */
  after: number;
  isDisabled: boolean;
  /** Attempts in a row that failed, the first of them, and when the next is due. */
  failures: number;
  failingSince?: number;
  nextAt?: number;
  lastError?: string;
  deliveredAt?: number;
}

/** What came of an attempt. */
export type Attempt =
  | { kind: "taken" }
  | { kind: "failed"; error: string; retryAfter?: number }
  /** 410: the endpoint wants no more, ever. */
  | { kind: "gone" };

/** The webhook after an attempt to tell it of message `id`; undefined when it is to be removed. */
export function afterAttempt(webhook: Webhook, id: number, attempt: Attempt, now: number): Webhook | undefined {
  if (attempt.kind === "gone") return undefined;
  const { failingSince, nextAt: _, lastError: __, ...rest } = webhook;
  if (attempt.kind === "taken") return { ...rest, after: id, failures: 0, deliveredAt: now };
  const since = failingSince ?? now;
  const failures = webhook.failures + 1;
  const pause = WEBHOOK_PAUSES[Math.min(failures, WEBHOOK_PAUSES.length) - 1] ?? 0;
  const failed = { ...rest, failures, failingSince: since, lastError: attempt.error };
  if (now - since >= WEBHOOK_PATIENCE) return { ...failed, isDisabled: true };
  // What the endpoint asks for counts, up to the longest pause of our own.
  return { ...failed, nextAt: now + Math.max(pause, Math.min(attempt.retryAfter ?? 0, WEBHOOK_PAUSES.at(-1) ?? 0)) };
}

/** What its agent is shown. */
export const webhookView = ({ id, url, contents, createdAt, after, isDisabled, failures, nextAt, lastError, deliveredAt }: Webhook): WebhookView => ({
  id, url, contents, failures,
  createdAt: iso(createdAt),
  state: isDisabled ? "disabled" : failures > 0 ? "retrying" : "active",
  cursor: String(after),
  ...(nextAt === undefined ? {} : { nextAttemptAt: iso(nextAt) }),
  ...(lastError === undefined ? {} : { lastError }),
  ...(deliveredAt === undefined ? {} : { deliveredAt: iso(deliveredAt) }),
});

const iso = (ms: number): string => new Date(ms).toISOString();
