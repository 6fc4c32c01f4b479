import type { DidChanged } from "@rookery/pds";
import { type Outcome, fail } from "@rookery/sync";
import { badRecoveryKey, isDidKey } from "../provisioning/draft.ts";
import type { IdentityDesk } from "./identity-desk.ts";

/** See {@link HostIdentity.changeRecoveryKey}. */
export const changeRecoveryKey = async ({ plc, rotation, agent }: IdentityDesk, did: string, key: string | null, replaces: string | undefined): Promise<Outcome<DidChanged>> => {
  if (key !== null && !isDidKey(key)) return badRecoveryKey(key);
  if (!did.startsWith("did:plc:")) return fail(400, "InvalidRequest", `${did} has no rotation keys: whoever holds its domain writes its document`);
  const data = await plc.data(did);
  if (!data.ok) return data;
  if (data.value === undefined) return fail(400, "InvalidRequest", `The PLC directory does not know ${did}, or it has ended`);
  const own = await rotation.colonys();
  if (key !== null && own.includes(key)) return fail(400, "InvalidRecoveryKey", "That is one of the colony's own rotation keys");
  const owners = data.value.rotationKeys.filter((one) => !own.includes(one) && one !== key);
  // A repeat of what was replaced already is done already.
  if (replaces !== undefined && !owners.includes(replaces) && !(key !== null && data.value.rotationKeys.includes(key)))
    return fail(400, "InvalidRecoveryKey", `${replaces} is not among the owner's rotation keys of ${did}`);
  if (replaces === undefined && owners.length > 1)
    return fail(400, "AmbiguousRecoveryKey", `${did} has several rotation keys beside the colony's, ${owners.join(", ")}: say which one is replaced`);
  return agent(did).changeDid({ change: { kind: "recovery-key", add: key, remove: replaces ?? owners[0] ?? null } });
};
