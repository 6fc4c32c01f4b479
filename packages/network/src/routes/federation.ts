import type { AnyRoute } from "../door/route.ts";

/** How colonies introduce themselves to each other, and how an admin makes and ends peerings. */
export const federationRoutes: AnyRoute[] = [];
