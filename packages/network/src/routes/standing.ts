import type { AnyRoute } from "../door/route.ts";

/** Whether accounts take part, handles, and the administrator of the host. */
export const standingRoutes: AnyRoute[] = [];
