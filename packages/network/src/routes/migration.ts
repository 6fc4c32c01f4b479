import type { AnyRoute } from "../door/route.ts";

/** Accounts that come and go. */
export const migrationRoutes: AnyRoute[] = [];
