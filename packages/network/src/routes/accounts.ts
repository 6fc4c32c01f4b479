import type { AnyRoute } from "../door/route.ts";

/** Credentials, mail and invitations: what com.atproto.server.* asks of an account. */
export const accountRoutes: AnyRoute[] = [];
