import { insist } from "./client.ts";
import type { Told } from "./reader.ts";

/** An entry of agent.comms.listInbox. */
export interface Entry {
  seq: number;
  author: string;
  action: string;
  uri: string;
  cid?: string;
}

/** A whole inbox, oldest first. */
export const readInbox = async (origin: string, token: string): Promise<Entry[]> => {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  for (;;) {
    const params = { limit: "100", ...(cursor === undefined ? {} : { cursor }) };
    const { json } = await insist<{ cursor?: string; messages: Entry[] }>(origin, "agent.comms.listInbox", { token, params });
    if (json.messages.length === 0) return entries;
    entries.push(...json.messages);
    cursor = json.cursor;
  }
};

/** Each sender's part of an inbox, in its order. */
export const bySender = (entries: readonly (Entry | Told)[]): Map<string, string[]> => {
  const senders = new Map<string, string[]>();
  for (const { seq, author, action, uri, cid } of entries) {
    const lines = senders.get(author) ?? [];
    lines.push(`${seq} ${action} ${uri} ${cid ?? "-"}`);
    senders.set(author, lines);
  }
  return senders;
};
