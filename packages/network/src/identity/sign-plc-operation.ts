import type { PlcChanges } from "@rookery/pds";
import { CborError } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { dataOf } from "../plc/data.ts";
import { signUpdate } from "../plc/sign-update.ts";
import type { PlcOperation } from "../provisioning/operation.ts";
import type { IdentityDesk } from "./identity-desk.ts";
import { isServices, isVerificationMethods } from "./plc-operation.ts";

/** See {@link HostIdentity.signOperation}. */
export const signPlcOperation = async ({ plc, rotation, agent }: IdentityDesk, did: string, token: string, asked: PlcChanges): Promise<Outcome<PlcOperation>> => {
  const { verificationMethods, services } = asked;
  const good = await agent(did).checkPlcToken({ token, spend: false });
  if (!good.ok) return good;
  // A token is not spent on what could not be signed.
  if (verificationMethods !== undefined && !isVerificationMethods(verificationMethods)) return fail(400, "InvalidRequest", "Invalid verificationMethods: a did:key for each name");
  if (services !== undefined && !isServices(services)) return fail(400, "InvalidRequest", "Invalid services: type and endpoint for each name");
  const last = await plc.last(did);
  if (!last.ok) return last;
  if (last.value === undefined) return fail(400, "InvalidRequest", `The PLC directory does not know ${did}`);
  if (last.value.type === "plc_tombstone") return fail(400, "InvalidRequest", "Did is tombstoned");
  const spent = await agent(did).checkPlcToken({ token, spend: true });
  if (!spent.ok) return spent;
  const before = dataOf(last.value);
  const key = (await rotation.among(before.rotationKeys)) ?? (await rotation.all())[0];
  if (key === undefined) throw new Error("the colony has no rotation key");
  const after = {
    rotationKeys: asked.rotationKeys ?? before.rotationKeys,
    alsoKnownAs: asked.alsoKnownAs ?? before.alsoKnownAs,
    verificationMethods: verificationMethods ?? before.verificationMethods,
    services: services ?? before.services,
  };
  try {
    return ok(await signUpdate(last.value, after, key.key));
  } catch (error) {
    if (error instanceof CborError) return fail(400, "InvalidRequest", `Invalid operation: ${error.message}`);
    throw error;
  }
};
