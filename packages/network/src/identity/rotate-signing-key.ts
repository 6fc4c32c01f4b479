import { type DidChanged, wrapKey } from "@rookery/pds";
import { type Outcome, fail } from "@rookery/sync";
import { makeSigningKey } from "../provisioning/signing-key.ts";
import type { IdentityDesk } from "./identity-desk.ts";

/** See {@link HostIdentity.rotateSigningKey}. */
export const rotateSigningKey = async (desk: IdentityDesk, did: string): Promise<Outcome<DidChanged>> => {
  const { pkcs8, didKey } = await makeSigningKey();
  return changeSigningKey(desk, did, { didKey, pkcs8 }, false);
};

/** See {@link HostIdentity.setSigningKey}. */
export const setSigningKey = async (desk: IdentityDesk, did: string, didKey: string): Promise<Outcome<DidChanged>> => {
  const { agent, reserved } = desk;
  const own = await agent(did).getIdentity();
  if (!own.ok) return own;
  const { nextSigningKey, signingKey } = own.value;
  // What is on its way already has its private half there.
  if (didKey === signingKey || didKey === nextSigningKey) return agent(did).changeDid({ change: { kind: "signing-key", add: didKey }, exactly: true });
  const key = await reserved.byDidKey(didKey);
  const isOurs = key !== undefined && (key.name === did || key.name === didKey);
  if (!isOurs) return fail(400, "InvalidRequest", `This host does not hold the private key of ${didKey}: reserve one with com.atproto.server.reserveSigningKey`);
  const changed = await changeSigningKey(desk, did, key, true);
  if (changed.ok) await reserved.clear(didKey);
  return changed;
};

const changeSigningKey = async ({ agent, masterKey, forget }: IdentityDesk, did: string, { didKey, pkcs8 }: { didKey: string; pkcs8: Uint8Array }, exactly: boolean): Promise<Outcome<DidChanged>> => {
  const changed = await agent(did).changeDid({ change: { kind: "signing-key", add: didKey }, wrapped: wrapKey(masterKey, did, pkcs8), exactly });
  forget(did);
  return changed;
};
