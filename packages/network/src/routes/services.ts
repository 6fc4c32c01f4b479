import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { query } from "./rows.ts";

/** Other services: tokens for them, requests passed on to them, what applications keep here. */
export const serviceRoutes: AnyRoute[] = [
  query("com.atproto.server.getServiceAuth", { access: "agent", takendown: true, handler: xrpc.getServiceAuth }),
];
