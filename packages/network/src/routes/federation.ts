import { rateRules } from "../door/rate.ts";
import type { AnyRoute } from "../door/route.ts";
import { confirmPeeringHandler, endPeeringHandler, requestPeeringHandler } from "../http/peering.ts";
import { addPeerHandler, getPolicyHandler, listPeersHandler, removePeerHandler, setPolicyHandler } from "../http/peers.ts";
import { agentNetwork } from "../http/well-known.ts";
import { global, JSON_LIMIT, procedure } from "./rows.ts";

/** Each call costs this colony requests of its own. */
const rate = [rateRules.global, rateRules.peering];

/** Statements are a few hundred bytes. */
const STATEMENT_LIMIT = 10_000;

const peering = (nsid: string, handler: typeof requestPeeringHandler) => procedure(nsid, { access: "public", maxBytes: STATEMENT_LIMIT, rate, handler });

const admin = { access: "admin", rate: global } as const;

/** How colonies introduce themselves to each other, and how an admin makes and ends peerings. */
export const federationRoutes: AnyRoute[] = [
  { method: "GET", path: "/.well-known/agent-network.json", access: "public", body: "none", maxBytes: 0, rate: global, handler: agentNetwork },
  peering("agent.network.requestPeering", requestPeeringHandler),
  peering("agent.network.confirmPeering", confirmPeeringHandler),
  peering("agent.network.endPeering", endPeeringHandler),
  { ...admin, method: "GET", path: "/admin/federation/peers", body: "none", maxBytes: 0, handler: listPeersHandler },
  { ...admin, method: "POST", path: "/admin/federation/peers", body: "json", maxBytes: JSON_LIMIT, handler: addPeerHandler },
  { ...admin, method: "DELETE", path: "/admin/federation/peers", body: "none", maxBytes: 0, handler: removePeerHandler },
  { ...admin, method: "GET", path: "/admin/federation/policy", body: "none", maxBytes: 0, handler: getPolicyHandler },
  { ...admin, method: "POST", path: "/admin/federation/policy", body: "json", maxBytes: JSON_LIMIT, handler: setPolicyHandler },
];
