import type { DidChange, DidStanding, DirectoryPort } from "@rookery/pds";
import { type Outcome, atprotoKeyOf, fail, ok } from "@rookery/sync";
import { updatePlc } from "../plc/update-plc.ts";
import { changed } from "./did-change.ts";
import type { IdentityDesk } from "./identity-desk.ts";
import { isServedHere } from "./served-here.ts";

/** What an agent is given of the DID directories. */
export const directoryPort = (desk: IdentityDesk): DirectoryPort => ({
  look: (did, change) => (did.startsWith("did:plc:") ? lookAtPlc(desk, did, change) : lookAtDocument(desk, did, change)),
  post: async (did, change) => {
    const posted = await updatePlc(desk, did, (data) => changed(data, change));
    // The directory's no is the caller's to hear, not a failure of ours.
    return !posted.ok && posted.error.name === "PlcRefused" ? fail(400, "InvalidRequest", posted.error.message) : posted;
  },
  keepSigningKey: (did, wrapped) => desk.registry.keepSigningKey(did, wrapped),
});

const lookAtPlc = async ({ plc, rotation }: IdentityDesk, did: string, change: DidChange): Promise<Outcome<DidStanding>> => {
  const data = await plc.data(did);
  if (!data.ok) return data;
  if (data.value === undefined) return fail(400, "InvalidRequest", `The PLC directory does not know ${did}, or it has ended`);
  if (changed(data.value, change) === undefined) return ok("there");
  if ((await rotation.among(data.value.rotationKeys)) === undefined) return fail(400, "InvalidRequest", `The rotation keys of ${did} do not include this colony's: only its owner can change it`);
  return ok("to-do");
};

const lookAtDocument = async (desk: IdentityDesk, did: string, change: DidChange): Promise<Outcome<DidStanding>> => {
  if (change.kind === "recovery-key") return fail(400, "InvalidRequest", `${did} has no rotation keys: whoever holds its domain writes its document`);
  try {
    if (atprotoKeyOf(await desk.resolve(did)) === change.add) return ok("there");
    return ok((await isServedHere(desk, did)) ? "ours" : "theirs");
  } catch (error) {
    return fail(503, "DidUnavailable", error instanceof Error ? error.message : String(error));
  }
};
