import { type Outcome, fail, ok } from "@rookery/sync";
import type { PlcClient } from "../provisioning/plc-client.ts";
import { type PlcData, dataOf } from "./data.ts";
import type { RotationKeys } from "./rotation-keys.ts";
import { signUpdate } from "./sign-update.ts";

/** What an update is made with. */
export interface PlcDesk {
  plc: PlcClient;
  rotation: RotationKeys;
}

/** Times that an update is made anew because somebody else's came first. */
const ROUNDS = 3;

/**
 * Have a did:plc say something else, with the colony's rotation key: `change` gives what it is to say from what it says, or
 * undefined when that is right already. Safe to repeat; an operation that came between is built upon.
 * Errors: `InvalidRequest` (400) when the DID is unknown or has ended, or the colony has no say over it; PlcRefused, PlcBusy, PlcUnavailable.
 */
export const updatePlc = async ({ plc, rotation }: PlcDesk, did: string, change: (data: PlcData) => PlcData | undefined): Promise<Outcome<null>> => {
  let refusal: Outcome<never> | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const last = await plc.last(did);
    if (!last.ok) return last;
    if (last.value === undefined) return fail(400, "InvalidRequest", `The PLC directory does not know ${did}`);
    if (last.value.type === "plc_tombstone") return fail(400, "InvalidRequest", "Did is tombstoned");
    const before = dataOf(last.value);
    const after = change(before);
    if (after === undefined) return ok(null);
    const key = await rotation.among(before.rotationKeys);
    if (key === undefined) return fail(400, "InvalidRequest", `The rotation keys of ${did} do not include this colony's`);
    const posted = await plc.submit(did, await signUpdate(last.value, after, key.key));
    if (posted.ok || posted.error.name !== "PlcRefused") return posted;
    refusal = posted;
  }
  return refusal ?? fail(502, "PlcRefused", `The PLC directory refused the operation of ${did}`);
};
