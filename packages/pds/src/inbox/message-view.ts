import { decode, lexToJson } from "@rookery/repo";
import type { OpenedMessage } from "../tasks/tasks-api.ts";

/** A message of the inbox as agents are given it: agent.comms.listInbox#inboxMessage, in JSON form. */
export const messageView = ({ bytes, json, ...message }: Partial<OpenedMessage>) => ({ ...message, ...valueOf(bytes, json) });

function valueOf(bytes: Uint8Array | undefined, json: string | undefined): { value?: unknown } {
  if (json !== undefined) return { value: JSON.parse(json) };
  return bytes === undefined ? {} : { value: lexToJson(decode(bytes)) };
}
