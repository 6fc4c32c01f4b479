import type { AgentState } from "../../state.ts";
import { lastMessageId } from "../../store/inbox.ts";
import { readInbox } from "../read-inbox.ts";
import { InboxSockets } from "./inbox-sockets.ts";
import type { SocketHost } from "./socket-host.ts";

/** The sockets of an agent's inbox, among them those that were there before the object slept. */
export const openInboxSockets = (state: AgentState, host: SocketHost): InboxSockets =>
  new InboxSockets({
    host,
    scheduler: state.scheduler,
    read: (after, limit, opened) => readInbox(state, after, limit, opened),
    lastId: () => lastMessageId(state.sql),
    notices: () => state.webhooks.list().filter(({ state: is }) => is === "disabled").map(({ id }) => ({ name: "webhook-disabled", message: id })),
  });
