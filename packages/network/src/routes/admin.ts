import type { AnyRoute } from "../door/route.ts";

/** What the admin sees and does: state of the relay, of crawlers, of deliveries. */
export const adminRoutes: AnyRoute[] = [];
