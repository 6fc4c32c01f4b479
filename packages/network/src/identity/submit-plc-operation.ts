import { type Outcome, fail, ok } from "@rookery/sync";
import type { IdentityDesk } from "./identity-desk.ts";
import { isPlcOperation } from "./plc-operation.ts";

const invalid = (message: string) => fail(400, "InvalidRequest", message);

/** See {@link HostIdentity.submitOperation}. */
export const submitPlcOperation = async ({ plc, rotation, agent, origin, forget }: IdentityDesk, did: string, operation: unknown): Promise<Outcome<null>> => {
  if (!isPlcOperation(operation)) return invalid("Invalid operation");
  if (!operation.rotationKeys.includes(await rotation.current())) return invalid("Rotation keys do not include server's rotation key");
  const service = operation.services.atproto_pds;
  if (service?.type !== "AtprotoPersonalDataServer") return invalid("Incorrect type on atproto_pds service");
  if (service.endpoint !== origin) return invalid("Incorrect endpoint on atproto_pds service");
  const own = await agent(did).getIdentity();
  if (!own.ok) return own;
  if (operation.verificationMethods.atproto !== own.value.signingKey) return invalid("Incorrect signing key");
  if (operation.alsoKnownAs[0] !== `at://${own.value.handle}`) return invalid("Incorrect handle in alsoKnownAs");
  const posted = await plc.submit(did, operation);
  // The directory's no is about what the caller sent.
  if (!posted.ok) return posted.error.name === "PlcRefused" ? invalid(posted.error.message) : posted;
  const announced = await agent(did).announceIdentity();
  if (!announced.ok) return announced;
  forget(did);
  return ok(null);
};
