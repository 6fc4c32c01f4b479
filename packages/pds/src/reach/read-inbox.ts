import { messageView } from "../inbox/message-view.ts";
import type { AgentState } from "../state.ts";
import { readMessages } from "../store/inbox.ts";

/** A message with its place, as agents are given it. */
export interface Placed {
  id: number;
  message: ReturnType<typeof messageView>;
}

/** Messages after an id, oldest first, at most so many: as they came, or as their agent reads them. */
export const readInbox = ({ sql, tasks }: AgentState, after: number, limit: number, opened: boolean): Placed[] =>
  (opened ? tasks.inbox.read(after, limit) : readMessages(sql, after, limit)).map(({ id, message }) => ({ id, message: messageView(message) }));
