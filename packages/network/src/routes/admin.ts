import { dropDeliveries, listDeliveries, retryDeliveries } from "../admin/deliveries.ts";
import type { AnyRoute } from "../door/route.ts";
import { masterKeyState, rewrapRound } from "../http/master-key.ts";
import { crawlers, relayState, requestCrawl } from "../http/relay-state.ts";
import { publishLexicons } from "../lexicons/publish.ts";
import { global, JSON_LIMIT } from "./rows.ts";

/** What the admin sees and does: state of the relay, of crawlers, of deliveries; the lexicons published. */
export const adminRoutes: AnyRoute[] = [
  { method: "GET", path: "/admin/relay", access: "admin", body: "none", maxBytes: 0, rate: global, handler: relayState },
  { method: "GET", path: "/admin/crawlers", access: "admin", body: "none", maxBytes: 0, rate: global, handler: crawlers },
  { method: "POST", path: "/admin/crawlers/request", access: "admin", body: "none", maxBytes: 0, rate: global, handler: requestCrawl },
  { method: "GET", path: "/admin/deliveries", access: "admin", body: "none", maxBytes: 0, rate: global, handler: listDeliveries },
  { method: "POST", path: "/admin/deliveries/retry", access: "admin", body: "json", maxBytes: JSON_LIMIT, rate: global, handler: retryDeliveries },
  { method: "POST", path: "/admin/lexicons/publish", access: "admin", body: "none", maxBytes: 0, rate: global, handler: publishLexicons },
  { method: "POST", path: "/admin/deliveries/drop", access: "admin", body: "json", maxBytes: JSON_LIMIT, rate: global, handler: dropDeliveries },
  { method: "GET", path: "/admin/keys", access: "admin", body: "none", maxBytes: 0, rate: global, handler: masterKeyState },
  { method: "POST", path: "/admin/keys/rewrap", access: "admin", body: "none", maxBytes: 0, rate: global, handler: rewrapRound },
];
