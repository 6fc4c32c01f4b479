import type { Env } from "../env.ts";
import { rotatePlcKey } from "../plc/rotate-plc-key.ts";
import { plcKeyRotationOf } from "./identity.ts";

/** Less than the minute until the next time. */
const ROUND_MS = 30_000;

/** Called every minute: a rotation of the PLC rotation key that was left half-way goes on by itself. Asks nothing while none is under way. */
export const continuePlcKey = async (env: Env): Promise<void> => {
  const work = plcKeyRotationOf(env);
  if ((await work.rotation.dids()).length < 2) return;
  const round = await rotatePlcKey(work, ROUND_MS);
  if (!round.ok) console.error(JSON.stringify({ event: "plc-key-refused", error: round.error.name }));
  else if (round.value.done > 0 || round.value.failed.length > 0) console.log(JSON.stringify({ event: "plc-key", ...round.value }));
};
