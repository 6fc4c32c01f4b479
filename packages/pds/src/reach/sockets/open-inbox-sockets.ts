import { messageView } from "../../inbox/message-view.ts";
import type { AgentState } from "../../state.ts";
import { lastMessageId, readMessages } from "../../store/inbox.ts";
import { InboxSockets } from "./inbox-sockets.ts";
import type { SocketHost } from "./socket-host.ts";

/** The sockets of an agent's inbox, among them those that were there before the object slept. */
export const openInboxSockets = ({ sql, scheduler }: AgentState, host: SocketHost): InboxSockets =>
  new InboxSockets({
    host,
    scheduler,
    read: (after, limit) => readMessages(sql, after, limit).map(({ id, message }) => ({ id, message: messageView(message) })),
    lastId: () => lastMessageId(sql),
  });
