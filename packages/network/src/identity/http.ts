import { type Call, type Handler, answer, fault, invalid, isFault, json } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { identityDeskOf, plcKeyRotationOf } from "../host/identity.ts";
import { envOf } from "../host/host.ts";
import { plcKeyProgress, rotatePlcKey } from "../plc/rotate-plc-key.ts";

/** How long one request works at it: less than a client waits. */
const ROUND_MS = 10_000;

/** The account that the admin names, by DID or handle. */
const actorOf = async ({ host }: Call, actor: unknown): Promise<{ did: string } | XrpcFault> => {
  if (typeof actor !== "string" || actor === "") return invalid("actor: a DID or a handle");
  const agent = await host.find(actor.startsWith("did:") ? actor : actor.toLowerCase());
  return agent === undefined ? fault(404, "AgentNotFound", `No agent here: ${actor.slice(0, 300)}`) : { did: agent.did };
};

/** A named boundary: JSON of the admin's, whose fields are then looked at one by one. */
const fieldsOf = (input: unknown): Record<string, unknown> =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Record<string, unknown>) : {};

/** GET /admin/identity?actor=: keys of an account, here and in the PLC directory, and what of them is being changed. */
export const showIdentity: Handler = async (call) => {
  const found = await actorOf(call, call.url.searchParams.get("actor"));
  if (isFault(found)) return found;
  const own = await call.host.agent(found.did).getIdentity();
  if (!own.ok) return own.error;
  const { plc } = identityDeskOf(envOf(call.host));
  const data = found.did.startsWith("did:plc:") ? await plc.data(found.did) : undefined;
  return json({ ...own.value, ...(data?.ok === true && data.value !== undefined ? { plc: data.value } : {}) });
};

/** POST /admin/identity/signing-key {actor}: a fresh key signs the account's commits. */
export const rotateSigningKeyHandler: Handler = async (call) => {
  const found = await actorOf(call, fieldsOf(call.input)["actor"]);
  return isFault(found) ? found : answer(await call.host.identity.rotateSigningKey(found.did), json);
};

/** POST /admin/identity/recovery-key {actor, recoveryKey, replaces?}: the owner's key in the PLC directory; null takes it away. */
export const changeRecoveryKeyHandler: Handler = async (call) => {
  const { actor, recoveryKey, replaces } = fieldsOf(call.input);
  if (recoveryKey !== null && typeof recoveryKey !== "string") return invalid("recoveryKey: a did:key, or null to take the one there is away");
  if (replaces !== undefined && typeof replaces !== "string") return invalid("replaces: the did:key that goes");
  const found = await actorOf(call, actor);
  return isFault(found) ? found : answer(await call.host.identity.changeRecoveryKey(found.did, recoveryKey, replaces), json);
};

/** GET /admin/keys/plc: which rotation key the colony's DIDs are under, and how far its rotation has come. */
export const plcKeyState: Handler = async ({ host }) => answer(await plcKeyProgress(plcKeyRotationOf(envOf(host))), json);

/** POST /admin/keys/plc: put the current rotation key into the DIDs that are left. To be repeated until the answer's state is `current`. */
export const plcKeyRound: Handler = async ({ host }) => answer(await rotatePlcKey(plcKeyRotationOf(envOf(host)), ROUND_MS), json);
