import { isLoopbackHost } from "@rookery/sync";
import { barOf } from "../../standing/standing.ts";
import type { AgentState } from "../../state.ts";
import { lastMessageId } from "../../store/inbox.ts";
import { readInbox } from "../read-inbox.ts";
import { Webhooks } from "./webhooks.ts";

/** An agent's webhooks. */
export const openWebhooks = (state: AgentState): Webhooks => {
  const { vault, scheduler, account, sql, ports } = state;
  return new Webhooks({
    vault, scheduler, did: account.did, fault: ports.fault,
    // workerd's fetch must be called as a plain function.
    outside: ports.outside ?? ((input, init) => fetch(input, init)),
    isLoopback: isLoopbackHost(new URL(ports.origin).hostname),
    read: (after, limit, opened) => readInbox(state, after, limit, opened),
    lastId: () => lastMessageId(sql),
    mayTell: () => barOf(state.account) === undefined,
    disabled: ({ id, failures }) => {
      console.error(JSON.stringify({ event: "webhook-disabled", did: account.did, webhook: id, failures }));
      state.sockets.say("webhook-disabled", id);
    },
  });
};
