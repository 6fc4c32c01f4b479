import type { Env } from "../env.ts";
import { health } from "../http/health.ts";
import { upkeep } from "../federation/upkeep.ts";
import { colonyOf } from "./federation.ts";

let begun: Env | undefined;

/**
 * With the first requests of an isolate's life, which is how a start shows: peers are listened to again at once, not with the next
 * minute. A registry that is not migrated yet is waited for, with the next request. Never throws.
 */
export const peersAtStart = async (env: Env): Promise<void> => {
  if (begun === env) return;
  begun = env;
  try {
    const ready = await health(new Request(env.ORIGIN), env);
    if (ready.ok) await upkeep(colonyOf(env));
    else begun = undefined;
  } catch (error) {
    begun = undefined;
    console.error(JSON.stringify({ event: "peers-at-start-failed", error: error instanceof Error ? error.message : String(error) }));
  }
};
