import * as xrpc from "@rookery/pds";
import type { AnyRoute, Route } from "../door/route.ts";
import { PROXY_LIMITS } from "../proxy/limits.ts";
import { passOn, refuseToPassOn } from "../proxy/pass-on.ts";
import { global, query } from "./rows.ts";

/** Methods that nobody here answers, for whoever is signed in here: another service does. */
const passedOn = (method: Route["method"]): Route => ({
  method,
  path: "/xrpc/:nsid",
  access: "agent",
  refuse: refuseToPassOn,
  body: method === "POST" ? "any" : "none",
  maxBytes: PROXY_LIMITS.maxRequest,
  rate: global,
  handler: passOn,
});

/** Other services: tokens for them, requests passed on to them, what applications keep here. */
export const serviceRoutes: AnyRoute[] = [
  query("com.atproto.server.getServiceAuth", { access: "agent", takendown: true, handler: xrpc.getServiceAuth }),

  passedOn("GET"),
  passedOn("POST"),
];
