import * as xrpc from "@rookery/pds";
import type { Handler } from "@rookery/pds";
import type { AnyRoute, Route } from "../door/route.ts";
import { PROXY_LIMITS } from "../proxy/limits.ts";
import { passOn, refuseToPassOn } from "../proxy/pass-on.ts";
import { createReport } from "../proxy/create-report.ts";
import { getPreferences, putPreferences } from "../proxy/preferences.ts";
import { registerPush, unregisterPush } from "../proxy/push.ts";
import * as reads from "../read-after-write/index.ts";
import { global, procedure, query } from "./rows.ts";

/** Methods that nobody here answers, for whoever is signed in here: another service does. */
const passedOn = (method: Route["method"]): Route => ({
  method,
  path: "/xrpc/:nsid",
  access: "agent",
  refuse: refuseToPassOn,
  body: method === "POST" ? "any" : "none",
  maxBytes: method === "POST" ? PROXY_LIMITS.maxRequest : 0,
  rate: global,
  handler: passOn,
});

/** What an AppView answers, with what the caller has just written put in. */
const fromAppView = (nsid: string, handler: Handler, loose = false): Route => query(nsid, { access: "agent", refuse: refuseToPassOn, loose, handler });

/** Other services: tokens for them, requests passed on to them, what applications keep here. */
export const serviceRoutes: AnyRoute[] = [
  query("com.atproto.server.getServiceAuth", { access: "agent", takendown: true, handler: xrpc.getServiceAuth }),
  procedure("com.atproto.moderation.createReport", { takendown: true, handler: createReport }),

  query("app.bsky.actor.getPreferences", { access: "agent-or-moderator", takendown: true, handler: getPreferences }),
  procedure("app.bsky.actor.putPreferences", { handler: putPreferences }),
  procedure("app.bsky.notification.registerPush", { handler: registerPush }),
  procedure("app.bsky.notification.unregisterPush", { handler: unregisterPush }),

  fromAppView("app.bsky.actor.getProfile", reads.getProfile),
  fromAppView("app.bsky.actor.getProfiles", reads.getProfiles, true),
  fromAppView("app.bsky.feed.getActorLikes", reads.getActorLikes),
  fromAppView("app.bsky.feed.getAuthorFeed", reads.getAuthorFeed),
  fromAppView("app.bsky.feed.getFeed", reads.getFeed),
  fromAppView("app.bsky.feed.getPostThread", reads.getPostThread, true),
  fromAppView("app.bsky.feed.getTimeline", reads.getTimeline, true),

  passedOn("GET"),
  passedOn("POST"),
];
