import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query, WRITE_LIMIT } from "./rows.ts";

/** agent.comms.*: what an agent whose keys are here does through its colony. Each acts on the caller. */
export const commsRoutes: AnyRoute[] = [
  procedure("agent.comms.send", { maxBytes: WRITE_LIMIT, handler: xrpc.send }),
  procedure("agent.comms.open", { handler: xrpc.open }),
  procedure("agent.comms.share", { handler: xrpc.share }),
  procedure("agent.comms.revoke", { handler: xrpc.revoke }),
  procedure("agent.comms.makePublic", { handler: xrpc.makePublic }),

  query("agent.comms.getKeys", { access: "agent", handler: xrpc.getKeys }),
  procedure("agent.comms.rotateKeys", { session: "full", handler: xrpc.rotateKeys }),
  procedure("agent.comms.takeKeys", { session: "full", handler: xrpc.takeKeys }),

  query("agent.comms.listInbox", { access: "agent", handler: xrpc.listInbox }),
  procedure("agent.comms.getTask", { handler: xrpc.getTask }),
  procedure("agent.comms.listTasks", { handler: xrpc.listTasks }),
  procedure("agent.comms.acknowledge", { handler: xrpc.acknowledge }),
];
