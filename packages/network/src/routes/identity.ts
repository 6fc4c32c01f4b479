import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { rateRules } from "../door/rate.ts";
import { changeRecoveryKeyHandler, plcKeyRound, plcKeyState, rotateSigningKeyHandler, showIdentity } from "../identity/http.ts";
import { JSON_LIMIT, global, procedure, query } from "./rows.ts";

const admin = { access: "admin", rate: global } as const;

/** Keys and what DID documents say of them. */
export const identityRoutes: AnyRoute[] = [
  query("com.atproto.identity.getRecommendedDidCredentials", { access: "agent", session: "any", handler: xrpc.getRecommendedDidCredentials }),
  // To have one's DID signed over takes the account's own password; one that was taken down may still leave.
  procedure("com.atproto.identity.requestPlcOperationSignature", { session: "full", takendown: true, body: "none", handler: xrpc.requestPlcOperationSignature }),
  procedure("com.atproto.identity.signPlcOperation", { session: "full", takendown: true, handler: xrpc.signPlcOperation }),
  procedure("com.atproto.identity.submitPlcOperation", { session: "any", handler: xrpc.submitPlcOperation }),
  procedure("com.atproto.server.reserveSigningKey", { access: "public", rate: [...global, rateRules.reserveSigningKey], handler: xrpc.reserveSigningKey }),
  procedure("com.atproto.admin.updateAccountSigningKey", { access: "admin", handler: xrpc.updateAccountSigningKey }),
  { ...admin, method: "GET", path: "/admin/identity", body: "none", maxBytes: 0, handler: showIdentity },
  { ...admin, method: "POST", path: "/admin/identity/signing-key", body: "json", maxBytes: JSON_LIMIT, handler: rotateSigningKeyHandler },
  { ...admin, method: "POST", path: "/admin/identity/recovery-key", body: "json", maxBytes: JSON_LIMIT, handler: changeRecoveryKeyHandler },
  { ...admin, method: "GET", path: "/admin/keys/plc", body: "none", maxBytes: 0, handler: plcKeyState },
  { ...admin, method: "POST", path: "/admin/keys/plc", body: "none", maxBytes: 0, handler: plcKeyRound },
];
