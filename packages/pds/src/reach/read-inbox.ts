import { messageView } from "../inbox/message-view.ts";
import type { AgentState } from "../state.ts";
import { readMessages } from "../store/inbox.ts";

/** A message with its place, as agents are given it. */
export interface Placed {
  id: number;
  message: ReturnType<typeof messageView>;
}

/** Messages after an id, oldest first, at most so many: as they came, or as their agent reads them. */
export const readInbox = ({ sql }: AgentState, after: number, limit: number, _opened: boolean): Placed[] =>
  readMessages(sql, after, limit).map(({ id, message }) => ({ id, message: messageView(message) }));
