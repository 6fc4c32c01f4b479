import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { rateRules } from "../door/rate.ts";
import { global, procedure, query } from "./rows.ts";

/** Keys and what DID documents say of them. */
export const identityRoutes: AnyRoute[] = [
  query("com.atproto.identity.getRecommendedDidCredentials", { access: "agent", session: "any", handler: xrpc.getRecommendedDidCredentials }),
  // To have one's DID signed over takes the account's own password; one that was taken down may still leave.
  procedure("com.atproto.identity.requestPlcOperationSignature", { session: "full", takendown: true, body: "none", handler: xrpc.requestPlcOperationSignature }),
  procedure("com.atproto.identity.signPlcOperation", { session: "full", takendown: true, handler: xrpc.signPlcOperation }),
  procedure("com.atproto.identity.submitPlcOperation", { session: "any", handler: xrpc.submitPlcOperation }),
  procedure("com.atproto.server.reserveSigningKey", { access: "public", rate: [...global, rateRules.reserveSigningKey], handler: xrpc.reserveSigningKey }),
  procedure("com.atproto.admin.updateAccountSigningKey", { access: "admin", handler: xrpc.updateAccountSigningKey }),
];
