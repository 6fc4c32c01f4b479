import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query } from "./rows.ts";

/** Credentials, mail and invitations: what com.atproto.server.* asks of an account. */
export const accountRoutes: AnyRoute[] = [
  procedure("com.atproto.server.createAppPassword", { session: "full", handler: xrpc.createAppPassword }),
  query("com.atproto.server.listAppPasswords", { access: "agent", handler: xrpc.listAppPasswords }),
  procedure("com.atproto.server.revokeAppPassword", { handler: xrpc.revokeAppPassword }),
];
