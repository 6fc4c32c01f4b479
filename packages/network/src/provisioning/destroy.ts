import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentRow, PlcEnd } from "../registry/registry.ts";
import { faultPoint } from "@rookery/pds";
import { signHandover, signTombstone } from "./operation.ts";
import { badRecoveryKey, isDidKey } from "./draft.ts";
import type { Workshop } from "./provisioning.ts";

/** How long a destroying request is taken to be at work before the sweeper goes on with it. */
const LEASE_MS = 60_000;

/** R2 deletes at most 1,000 objects a call. */
const BLOBS_AT_ONCE = 1000;

/** The DID's end in the directory. Safe to repeat. Errors: PlcRefused, PlcUnavailable. */
const endDid = async ({ plc, config }: Workshop, { did, owner_key }: AgentRow, end: PlcEnd): Promise<Outcome<null>> => {
  const last = await plc.last(did);
  if (!last.ok) return last;
  if (last.value?.type !== "plc_operation") return ok(null);
  const key = await config.rotation.among(last.value.rotationKeys);
  // Already handed over, or taken by the owner meanwhile: the colony has no more to say about it.
  if (key === undefined) return ok(null);
  const operation = end === "tombstone" ? await signTombstone(last.value, key.key) : await signHandover(last.value, key.key, owner_key, await config.rotation.colonys());
  return plc.submit(did, operation);
};

/** Everything but the registry row: events, blobs, storage. Safe to repeat. */
export const dismantle = async (workshop: Workshop, did: string): Promise<Outcome<null>> => {
  const agent = workshop.agent(did);
  const announced = await agent.announceDeletion();
  if (!announced.ok && announced.error.name !== "RepoNotFound") return announced;
  faultPoint(workshop.config.fault, "destroy.after-announce");
  for (;;) {
    const keys = await agent.takeBlobKeys({ limit: BLOBS_AT_ONCE });
    if (!keys.ok || keys.value.length === 0) break;
    await workshop.blobs.delete(keys.value);
  }
  // Uploads that were never noted (a crash between R2 and the agent) lie under the same prefix.
  for (;;) {
    const stray = await workshop.blobs.list({ prefix: `blobs/${did}/`, limit: BLOBS_AT_ONCE });
    if (stray.objects.length === 0) break;
    await workshop.blobs.delete(stray.objects.map((object) => object.key));
  }
  faultPoint(workshop.config.fault, "destroy.after-blobs");
  await agent.erase();
  return ok(null);
};

/** Go through with a destruction that is written down. Each step is safe to repeat. */
export const finishDestroying = async (workshop: Workshop, row: AgentRow): Promise<Outcome<null>> => {
  const end = row.plc_kept === 1 ? "keep" : (row.plc_end ?? "tombstone");
  const dismantled = await dismantle(workshop, row.did);
  if (!dismantled.ok) return dismantled;
  faultPoint(workshop.config.fault, "destroy.after-erase");
  const ended = end === "keep" ? ok(null) : await endDid(workshop, row, end);
  if (!ended.ok) return ended;
  await workshop.registry.bury(row, end, Date.now());
  return ok(null);
};

/** Who is to be destroyed, and what becomes of the DID. */
export interface Destruction {
  /** DID or handle. */
  actor: string;
  /** What becomes of the DID. `keep`: nothing, it is its owner's. */
  plc: PlcEnd | "keep";
  /** did:key of the owner, for a handover of a DID whose genesis names none. */
  recoveryKey?: string;
}

/** Who was. */
export interface Destroyed {
  did: string;
  handle: string;
  plc: PlcEnd | "keep";
}

/** A DID can be handed over only to somebody: an owner's key must stand beside the colony's now, or be given. Errors: PlcUnavailable. */
const canHandOver = async ({ plc, config }: Workshop, did: string, ownerKey: string | null): Promise<Outcome<boolean>> => {
  if (ownerKey !== null) return ok(true);
  const data = await plc.data(did);
  if (!data.ok) return data;
  const own = await config.rotation.colonys();
  return ok(data.value?.rotationKeys.some((key) => !own.includes(key)) ?? false);
};

/**
 * Destroy an agent: `#account` deleted goes out and its older firehose rows go, then blobs, storage, and the DID
 * is tombstoned or left to its owner. Errors: AgentNotFound, RecoveryKeyRequired, InvalidRecoveryKey, PlcRefused,
 * PlcUnavailable (the rest is done then, and the sweeper ends the DID once the directory answers).
 */
export const destroyAccount = async (workshop: Workshop, { actor, plc, recoveryKey }: Destruction): Promise<Outcome<Destroyed>> => {
  const { registry } = workshop;
  if (recoveryKey !== undefined && !isDidKey(recoveryKey)) return badRecoveryKey(recoveryKey);
  const row = actor.startsWith("did:") ? await registry.byDid(actor) : await registry.byHandle(actor.toLowerCase());
  if (row === null || row.state === "reserved") return fail(404, "AgentNotFound", `No agent here: ${actor}`);
  // What was decided first stands: a repeat goes on with it.
  const end = row.plc_kept === 1 ? "keep" : (row.plc_end ?? plc);
  const ownerKey = row.owner_key ?? (end === "handover" ? (recoveryKey ?? null) : null);
  if (end === "handover" && row.plc_end !== "handover") {
    const heir = await canHandOver(workshop, row.did, ownerKey);
    if (!heir.ok) return heir;
    if (!heir.value) return fail(400, "RecoveryKeyRequired", `${row.handle} has no owner's recovery key: give one, or tombstone its DID`);
  }
  await registry.markDeleting(row, end, ownerKey, Date.now() + LEASE_MS);
  faultPoint(workshop.config.fault, "destroy.after-mark");
  const finished = await finishDestroying(workshop, end === "keep" ? { ...row, plc_kept: 1 } : { ...row, plc_end: end, owner_key: ownerKey });
  return finished.ok ? ok({ did: row.did, handle: row.handle, plc: end }) : finished;
};
