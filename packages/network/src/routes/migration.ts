import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query } from "./rows.ts";

/** Accounts that come and go. How large a repository may be is for its handler to say. */
export const migrationRoutes: AnyRoute[] = [
  procedure("com.atproto.repo.importRepo", { session: "full", body: "bytes", handler: xrpc.importRepo }),
  query("com.atproto.repo.listMissingBlobs", { access: "agent", handler: xrpc.listMissingBlobs }),
];
