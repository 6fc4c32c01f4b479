import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query, secret, WRITE_LIMIT } from "./rows.ts";

/** agent.comms.*: what an agent whose keys are here does through its colony. Each acts on the caller. */
export const commsRoutes: AnyRoute[] = [
  procedure("agent.comms.send", { ...secret, maxBytes: WRITE_LIMIT, handler: xrpc.send }),
  procedure("agent.comms.open", { ...secret, handler: xrpc.open }),
  procedure("agent.comms.share", { ...secret, handler: xrpc.share }),
  procedure("agent.comms.revoke", { ...secret, handler: xrpc.revoke }),
  procedure("agent.comms.makePublic", { ...secret, handler: xrpc.makePublic }),

  query("agent.comms.getKeys", { access: "agent", handler: xrpc.getKeys }),
  procedure("agent.comms.rotateKeys", { session: "full", handler: xrpc.rotateKeys }),
  procedure("agent.comms.takeKeys", { session: "full", handler: xrpc.takeKeys }),

  query("agent.comms.listInbox", { access: "agent", ...secret, handler: xrpc.listInbox }),
  procedure("agent.comms.getTask", { ...secret, handler: xrpc.getTask }),
  procedure("agent.comms.listTasks", { ...secret, handler: xrpc.listTasks }),
  procedure("agent.comms.acknowledge", { ...secret, handler: xrpc.acknowledge }),
];
