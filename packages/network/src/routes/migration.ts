import * as xrpc from "@rookery/pds";
import type { AnyRoute } from "../door/route.ts";
import { procedure, query } from "./rows.ts";

/** Accounts that come and go. */
export const migrationRoutes: AnyRoute[] = [
  procedure("com.atproto.repo.importRepo", { session: "full", body: "bytes", maxBytes: xrpc.MAX_IMPORT_BYTES, handler: xrpc.importRepo }),
  query("com.atproto.repo.listMissingBlobs", { access: "agent", handler: xrpc.listMissingBlobs }),
];
