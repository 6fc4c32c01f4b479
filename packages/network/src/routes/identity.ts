import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { query } from "./rows.ts";

/** Keys and what DID documents say of them. */
export const identityRoutes: AnyRoute[] = [
  query("com.atproto.identity.getRecommendedDidCredentials", { access: "agent", session: "any", handler: xrpc.getRecommendedDidCredentials }),
];
