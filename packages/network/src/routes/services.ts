import type { AnyRoute } from "../door/route.ts";

/** Other services: tokens for them, requests passed on to them, what applications keep here. */
export const serviceRoutes: AnyRoute[] = [];
