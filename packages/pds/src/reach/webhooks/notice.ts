import type { messageView } from "../../inbox/message-view.ts";
import { MAX_NOTICE_BYTES } from "../limits.ts";
import type { WebhookContents } from "../reach-api.ts";

/** A message as `listInbox` gives it. */
export type MessageView = ReturnType<typeof messageView>;

/** The body of a notice: type, timestamp and data, as Standard Webhooks has it. */
export function noticeOf(agent: string, cursor: number, message: MessageView, contents: WebhookContents): string {
  const body = (data: object): string =>
    JSON.stringify({ type: message.action === "delete" ? "inbox.retraction" : "inbox.message", timestamp: message.receivedAt, data: { agent, cursor: String(cursor), ...data } });
  const { value: _, ...reference } = message;
  if (contents === "reference") return body({ message: reference });
  const whole = body({ message });
  // What is too large is told of all the same, and can be read from the inbox.
  return Buffer.byteLength(whole) <= MAX_NOTICE_BYTES ? whole : body({ message: reference, isTooLarge: true });
}
