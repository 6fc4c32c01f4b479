import type { Env } from "../env.ts";
import { START_RETRY, UPKEEP_FRESH } from "../federation/limits.ts";
import { upkeepUnlessSince } from "../federation/upkeep.ts";
import { health } from "../http/health.ts";
import { colonyOf } from "./federation.ts";
import { startedAt } from "./started-at.ts";

let begun: Env | undefined;
/** When to try again at the earliest, in ms since 1970. */
let notBefore = 0;

/**
 * With the first requests of an isolate's life, which is how a start shows: peers are listened to again at once, not with the next
 * minute. Isolates come and go as the platform likes, so each leaves it at what another did since the colony's start, or lately
 * where nobody says when that was. A registry that is not migrated yet is waited for. Undefined when there is nothing to do. Never throws.
 */
export const peersAtStart = (env: Env): Promise<void> | undefined => {
  if (begun === env) return undefined;
  const now = Date.now();
  return now < notBefore ? undefined : begin(env, now);
};

const begin = async (env: Env, now: number): Promise<void> => {
  begun = env;
  try {
    const ready = await health(new Request(env.ORIGIN), env);
    if (ready.ok) await upkeepUnlessSince(colonyOf(env), startedAt(env, now - UPKEEP_FRESH));
    else begun = undefined;
  } catch (error) {
    begun = undefined;
    notBefore = now + START_RETRY;
    console.error(JSON.stringify({ event: "peers-at-start-failed", error: error instanceof Error ? error.message : String(error) }));
  }
};
