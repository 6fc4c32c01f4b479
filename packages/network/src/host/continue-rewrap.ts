import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { rewrap } from "../master-key/rewrap.ts";
import { rewrappingOf } from "./master-key.ts";

/** Less than the minute until the next time. */
const ROUND_MS = 30_000;

/** Called every minute: a rotation of the master key that was left half-way goes on by itself. Asks nothing while none is under way. */
export const continueRewrap = async (env: Env): Promise<void> => {
  if (configOf(env).masterKey instanceof Uint8Array) return;
  const round = await rewrap(rewrappingOf(env), ROUND_MS);
  if (!round.ok) console.error(JSON.stringify({ event: "rewrap-refused", error: round.error.name }));
  else if (round.value.done > 0 || round.value.failed.length > 0) console.log(JSON.stringify({ event: "rewrap", ...round.value }));
};
