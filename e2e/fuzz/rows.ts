import { join } from "node:path";

/** What these tests look at of a row of the route table (packages/network/src/door/route.ts). */
export interface Row {
  method: "GET" | "POST" | "DELETE";
  path: string;
  access: string;
  nsid?: string;
  body: "none" | "json" | "bytes" | "any";
}

/** A module of the Worker, loaded without its types: they are those of workerd, which these tests do not run in. */
const load = (path: string): Promise<Record<string, Row[]>> => import(join(import.meta.dirname, path)) as Promise<Record<string, Row[]>>;

/** The tables of the two hosts. @throws Error when a module gives none. */
export const routeTables = async (): Promise<{ origin: Row[]; relayView: Row[] }> => {
  const { routes: origin } = await load("../../packages/network/src/routes.ts");
  const { relayViewRoutes: relayView } = await load("../../packages/network/src/routes/relay-view.ts");
  if (origin === undefined || relayView === undefined) throw new Error("There is no route table");
  return { origin, relayView };
};
