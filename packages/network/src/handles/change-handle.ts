import { type AgentApi, type AllowReserved, faultPoint } from "@rookery/pds";
import { type Outcome, type ResolveDid, fail, handleOf, ok } from "@rookery/sync";
import { type PlcDesk, updatePlc } from "../plc/update-plc.ts";
import type { PlcData } from "../plc/data.ts";
import { checkHandle, isOwnHandle, normalHandle } from "./check-handle.ts";
import type { HandleHold, HandleHolds } from "./handle-holds.ts";
import type { HandleResolver } from "./handle-resolver.ts";
import { CHANGE_LEASE_MS } from "./limits.ts";

/** What handles are changed with. */
export interface HandleDesk extends PlcDesk {
  /** Domains in which this colony gives out handles, each with its leading dot. */
  domains: readonly string[];
  holds: HandleHolds;
  resolver: HandleResolver;
  /** DID documents as they are now. */
  resolve: ResolveDid;
  agent: (did: string) => AgentApi;
  /** Name of a fault to inject; crash tests only. */
  fault: string | undefined;
}

/** Which account gets which handle. */
export interface HandleChange extends HandleHold {
  /** The admin may give reserved names. */
  allowReserved?: AllowReserved;
}

/**
 * Give an account of this colony another handle: one of the colony's own domains, or one of elsewhere that leads to its DID.
 *
 *   1. the handle is checked, and held in the registry;
 *   2. the DID says it (did:plc: an operation by the colony's key; did:web: its owner has written it);
 *   3. the account's object takes it and says `#identity`, and tells the registry, which lets the hold go.
 *
 * Each step may be killed: `settleHandle` goes on with it, or gives it up when nothing was posted. Errors: InvalidHandle, HandleNotAvailable,
 * HandleChangeUnderWay (409), InvalidRequest, PlcRefused, PlcUnavailable.
 */
export const changeHandle = async (desk: HandleDesk, change: HandleChange): Promise<Outcome<null>> => {
  const checked = await fitHandle(desk, change);
  if (!checked.ok) return checked;
  const hold = { did: change.did, handle: checked.value };
  const now = Date.now();
  const held = await desk.holds.hold(hold, now, now + CHANGE_LEASE_MS);
  if (held === "taken") return fail(400, "HandleNotAvailable", `Handle already taken: ${hold.handle}`);
  if (held === "busy") return fail(409, "HandleChangeUnderWay", "Another change of this handle is under way: try again in a moment");
  faultPoint(desk.fault, "handle.held");
  const said = await sayInDid(desk, hold);
  if (!said.ok) {
    await (said.error.status >= 500 && said.error.name !== "PlcRefused" ? desk.holds.leave(hold) : desk.holds.drop(hold));
    return said;
  }
  faultPoint(desk.fault, "handle.posted");
  return desk.agent(hold.did).setHandle({ handle: hold.handle });
};

/** Go on with a change that was cut off, or give it up: the DID says which, and whether there still is an account. False when that cannot be told now. */
export const settleHandle = async (desk: HandleDesk, hold: HandleHold): Promise<boolean> => {
  const says = await saysInDid(desk, hold);
  if (!says.ok) return false;
  if (says.value) {
    const set = await desk.agent(hold.did).setHandle({ handle: hold.handle });
    if (set.ok || set.error.status >= 500) return set.ok;
  }
  await desk.holds.drop(hold);
  return true;
};

/** The handle in its normal form, if the account may have it. */
const fitHandle = async ({ domains, resolver }: HandleDesk, { did, handle, allowReserved = false }: HandleChange): Promise<Outcome<string>> => {
  const normal = normalHandle(handle, allowReserved === true);
  if (!normal.ok || isOwnHandle(normal.value, domains)) return checkHandle(handle, domains, allowReserved);
  return (await resolver.resolve(normal.value)) === did ? normal : fail(400, "InvalidRequest", "External handle did not resolve to DID");
};

const sayInDid = async (desk: HandleDesk, { did, handle }: HandleHold): Promise<Outcome<null>> => {
  if (did.startsWith("did:plc:")) return updatePlc(desk, did, (data) => withHandle(data, handle));
  const says = await saysInDid(desk, { did, handle });
  if (!says.ok) return says;
  return says.value ? ok(null) : fail(400, "InvalidRequest", "DID is not properly configured for handle");
};

/** Whether the DID says this handle now, before any other. Errors: PlcUnavailable, DidUnavailable. */
const saysInDid = async ({ plc, resolve }: HandleDesk, { did, handle }: HandleHold): Promise<Outcome<boolean>> => {
  if (did.startsWith("did:plc:")) {
    const data = await plc.data(did);
    return data.ok ? ok(data.value !== undefined && withHandle(data.value, handle) === undefined) : data;
  }
  try {
    return ok(handleOf(await resolve(did)) === handle);
  } catch (error) {
    return fail(503, "DidUnavailable", error instanceof Error ? error.message : String(error));
  }
};

/** What a DID says with this handle in place of its first; undefined when it says so. Other names stay. */
const withHandle = (data: PlcData, handle: string): PlcData | undefined => {
  const uri = `at://${handle}`;
  const at = data.alsoKnownAs.findIndex((name) => name.startsWith("at://"));
  if (data.alsoKnownAs[at] === uri) return undefined;
  const names = data.alsoKnownAs.filter((name, i) => i !== at && name !== uri);
  return { ...data, alsoKnownAs: at < 0 ? [uri, ...names] : names.toSpliced(Math.min(at, names.length), 0, uri) };
};
