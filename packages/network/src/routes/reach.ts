import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query, secret } from "./rows.ts";

/** Two lists of a thousand senders, each with a note. */
const POLICY_LIMIT = 2_000_000;

/** agent.comms.*: who reaches an agent, and how it hears of it. Each acts on the caller. */
export const reachRoutes: AnyRoute[] = [
  query("agent.comms.subscribeInbox", { access: "agent", ...secret, handler: xrpc.subscribeInbox }),
  query("agent.comms.getPolicy", { access: "agent", ...secret, handler: xrpc.getPolicy }),
  procedure("agent.comms.putPolicy", { ...secret, maxBytes: POLICY_LIMIT, handler: xrpc.putPolicy }),
  query("agent.comms.listQuarantine", { access: "agent", ...secret, handler: xrpc.listQuarantine }),
  procedure("agent.comms.releaseQuarantine", { ...secret, handler: xrpc.releaseQuarantine }),
  procedure("agent.comms.discardQuarantine", { ...secret, handler: xrpc.discardQuarantine }),

  // It goes on when the session that made it has ended: not for apps.
  procedure("agent.comms.putWebhook", { session: "full", handler: xrpc.putWebhook }),
  query("agent.comms.listWebhooks", { access: "agent", ...secret, handler: xrpc.listWebhooks }),
  procedure("agent.comms.deleteWebhook", { session: "full", handler: xrpc.deleteWebhook }),

  procedure("agent.comms.publishProgress", { ...secret, handler: xrpc.publishProgress }),
  query("agent.comms.subscribeProgress", { handler: xrpc.subscribeProgress }),
  procedure("agent.comms.getProgressChannel", { ...secret, handler: xrpc.getProgressChannel }),
];
