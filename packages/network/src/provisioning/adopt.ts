import { type AdoptedAccount, type CreatedAccount, currentOf, faultPoint, hashNewPassword, masterKeyId, wrapKey } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentRow } from "../registry/registry.ts";
import { checkInvite } from "./create.ts";
import { dismantle } from "./destroy.ts";
import { checkHandle } from "../handles/check-handle.ts";
import type { Workshop } from "./provisioning.ts";
import { makeSigningKey } from "./signing-key.ts";
import { settle } from "./sweep.ts";

/** How long a request is taken to be at work on its reservation. */
const LEASE_MS = 30_000;

/** What stands in a row in place of a genesis: it was posted elsewhere, long ago. */
const NO_GENESIS = "null";

type Reserved = Pick<AgentRow, "did" | "handle" | "email" | "signing_key" | "state">;

/** One that this colony gives out, or one of elsewhere that leads to this very DID (the reference's rules, handle/index.ts). */
const checkOwnHandle = async ({ config, resolveHandle }: Workshop, { did, handle, allowReserved }: AdoptedAccount): Promise<Outcome<string>> => {
  const own = checkHandle(handle, config.handleDomains, allowReserved ?? false);
  if (own.ok || own.error.name !== "UnsupportedDomain") return own;
  const lower = handle.toLowerCase();
  return (await resolveHandle(lower)) === did ? ok(lower) : fail(400, "InvalidRequest", "External handle did not resolve to DID");
};

/** A row that holds what we want: nobody else's by now, or the reason why it stays. */
const vacate = async (workshop: Workshop, row: AgentRow | null, taken: Outcome<never>): Promise<Outcome<null>> => {
  if (row === null) return ok(null);
  const settled = await settle(workshop, row, Date.now());
  if (!settled.ok) return settled;
  return settled.value ? ok(null) : taken;
};

/** A row of its own for the DID and the name, or the one that an earlier try left. */
const reserve = async (workshop: Workshop, { did, email, inviteCode }: AdoptedAccount, handle: string): Promise<Outcome<Reserved>> => {
  const { registry, config, reserved } = workshop;
  const here = fail(400, "AlreadyExists", "Repo already exists");
  const own = await registry.byDid(did);
  // Whoever asks has shown that the DID is theirs, so what they left behind is theirs to take up, whoever may still be at work on it.
  if (own?.state === "reserved" && own.handle === handle && (await registry.renewLease(did, Date.now() + LEASE_MS))) return ok(own);
  const uninvited = await checkInvite(workshop, { inviteCode });
  if (uninvited !== undefined) return uninvited;
  const free = await vacate(workshop, own, here);
  if (!free.ok) return free;
  const unnamed = await vacate(workshop, await registry.byHandle(handle), fail(400, "HandleNotAvailable", `Handle already taken: ${handle}`));
  if (!unnamed.ok) return unnamed;
  if (email !== undefined && (await registry.byEmail(email)) !== null) return fail(400, "InvalidRequest", `Email already taken: ${email}`);
  // One that its owner has asked for, so that the DID could be prepared, or a fresh one.
  const { pkcs8 } = (await reserved.find(did)) ?? (await makeSigningKey());
  const now = Date.now();
  const row = {
    did, handle, email: email?.toLowerCase() ?? null, idempotency_key: null, genesis: NO_GENESIS, model: null,
    signing_key: new Uint8Array(wrapKey(config.masterKey, did, pkcs8)).buffer,
    lease_until: now + LEASE_MS, created_at: now, master_key: masterKeyId(currentOf(config.masterKey)), plc_kept: 1, status: "deactivated", deactivated_at: new Date(now).toISOString(),
    ...(inviteCode === undefined ? {} : { inviteCode }),
  };
  if (await registry.reserve(row)) return ok({ ...row, state: "reserved" });
  return (await registry.byDid(did)) === null ? fail(400, "HandleNotAvailable", `Handle already taken: ${handle}`) : here;
};

/**
 * Take in an account that exists elsewhere: a P-256 key of its own, an empty repository, deactivated, and no event, until its owner
 * has brought its records and pointed its DID here. The DID is its owner's: nothing here ever ends it. Each step may be
 * killed; the same call again takes up where it stopped, and what nobody comes back for is swept away. That the caller holds
 * the DID was checked at the door. Errors: InvalidHandle, UnsupportedDomain, HandleNotAvailable, AlreadyExists, ProvisioningAborted, NotEnoughResources.
 */
export const adoptAccount = async (workshop: Workshop, account: AdoptedAccount): Promise<Outcome<CreatedAccount>> => {
  const { registry, config } = workshop;
  const checked = await checkOwnHandle(workshop, account);
  if (!checked.ok) return checked;
  // Before anything is kept: when too many wait for theirs, nothing is left.
  const hash = await hashNewPassword(account.password);
  if (!hash.ok) return hash;
  const reserved = await reserve(workshop, account, checked.value);
  if (!reserved.ok) return reserved;
  const row = reserved.value;
  faultPoint(config.fault, "adopt.after-reserve");

  const made = await workshop.agent(row.did).provision({
    did: row.did,
    handle: row.handle,
    wrappedSigningKey: new Uint8Array(row.signing_key),
    passwordHash: hash.value,
    adopted: true,
    ...(row.email === null ? {} : { email: row.email }),
  });
  if (!made.ok) return made;
  faultPoint(config.fault, "adopt.after-agent");

  if (!(await registry.activate(row))) {
    // We outlived our lease, and the reservation was given up meanwhile: so must be what we made since.
    await dismantle(workshop, row.did);
    return fail(409, "ProvisioningAborted", `${row.handle} was given up while it was being made: try again`);
  }
  const spent = await workshop.reserved.find(row.did);
  if (spent !== undefined) await workshop.reserved.clear(spent.didKey);
  return ok({ did: row.did, handle: row.handle, password: account.password });
};
