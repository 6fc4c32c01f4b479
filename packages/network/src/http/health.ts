import type { Env } from "../env.ts";
import { masterKeyOf } from "../host/master-key.ts";
import { VERSION } from "../version.ts";

let ready = false;

const migrated = async ({ DB, MIGRATION }: Env): Promise<boolean> => {
  // A deployment that does not name its newest migration is at least asked for its registry.
  const question =
    MIGRATION === undefined || MIGRATION === ""
      ? DB.prepare("SELECT count(*) FROM agent WHERE did = ''")
      : DB.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").bind(MIGRATION);
  try {
    return (await question.first()) !== null;
  } catch {
    // No such table yet: no migration has run.
    return false;
  }
};

/** The type is said as in every other answer, which plain `Response.json` does not. */
const said = (status: number, body: object): Response => Response.json(body, { status, headers: { "content-type": "application/json; charset=utf-8" } });

/** /xrpc/_health: 200 once the colony can serve, 503 before its registry is migrated, and with a master key that is not its own. */
export const health = async (_request: Request, env: Env): Promise<Response> => {
  ready ||= await migrated(env);
  const standing = ready ? await masterKeyOf(env) : undefined;
  if (standing?.state === "wrong") return said(503, { error: "WrongMasterKey", message: standing.reason });
  return ready
    ? said(200, { version: VERSION })
    : said(503, { error: "NotReady", message: `The registry is not migrated yet${env.MIGRATION ? `: waiting for ${env.MIGRATION}` : ""}` });
};
