import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query } from "./rows.ts";

/** Two lists of a thousand senders, each with a note. */
const POLICY_LIMIT = 2_000_000;

/** agent.comms.*: who reaches an agent, and how it hears of it. Each acts on the caller. */
export const reachRoutes: AnyRoute[] = [
  query("agent.comms.subscribeInbox", { access: "agent", handler: xrpc.subscribeInbox }),
  query("agent.comms.getPolicy", { access: "agent", handler: xrpc.getPolicy }),
  procedure("agent.comms.putPolicy", { maxBytes: POLICY_LIMIT, handler: xrpc.putPolicy }),
  query("agent.comms.listQuarantine", { access: "agent", handler: xrpc.listQuarantine }),
  procedure("agent.comms.releaseQuarantine", { handler: xrpc.releaseQuarantine }),
  procedure("agent.comms.discardQuarantine", { handler: xrpc.discardQuarantine }),

  procedure("agent.comms.putWebhook", { handler: xrpc.putWebhook }),
  query("agent.comms.listWebhooks", { access: "agent", handler: xrpc.listWebhooks }),
  procedure("agent.comms.deleteWebhook", { handler: xrpc.deleteWebhook }),

  procedure("agent.comms.publishProgress", { handler: xrpc.publishProgress }),
  query("agent.comms.subscribeProgress", { handler: xrpc.subscribeProgress }),
  procedure("agent.comms.getProgressChannel", { handler: xrpc.getProgressChannel }),
];
