import type { Env } from "../env.ts";

const VERSION = "0.1.0";

let ready = false;

const migrated = async (env: Env): Promise<boolean> => {
  if (env.MIGRATION === undefined || env.MIGRATION === "") return true;
  try {
    const row = await env.DB.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").bind(env.MIGRATION).first();
    return row !== null;
  } catch {
    // No such table yet: the launcher has not run the first migration.
    return false;
  }
};

/** /xrpc/_health: 200 once the colony can serve, 503 before its registry is migrated. */
export const health = async (_request: Request, env: Env): Promise<Response> => {
  ready ||= await migrated(env);
  return ready
    ? Response.json({ version: VERSION })
    : Response.json({ error: "NotReady", message: `Waiting for migration ${env.MIGRATION}` }, { status: 503 });
};
