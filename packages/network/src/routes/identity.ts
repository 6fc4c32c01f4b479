import type { AnyRoute } from "../door/route.ts";

/** Keys and what DID documents say of them. */
export const identityRoutes: AnyRoute[] = [];
