import { createHmac } from "node:crypto";
import { type AgentApi, type CreatedAccount, type NewAccount, type ProvisionInput, currentOf, faultPoint, hashGeneratedPassword, hashNewPassword, masterKeyId } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentRow } from "../registry/registry.ts";
import { dismantle } from "./destroy.ts";
import { draftAccount } from "./draft.ts";
import { checkHandle } from "../handles/check-handle.ts";
import type { PlcOperation } from "./operation.ts";
import type { Workshop } from "./provisioning.ts";
import { settle } from "./sweep.ts";

/** How long a request is taken to be at work on its reservation. Longer than the PLC time-outs together. */
export const LEASE_MS = 30_000;

/**
 * How long a call with a password that was chosen may be repeated. Later its password may have been left for another one, and
 * whoever has found the old call must not bring it back.
 */
const REPEAT_MS = 60 * 60 * 1000;

/** What the steps after the reservation need of its row. */
export type Reserved = Pick<AgentRow, "did" | "handle" | "email" | "genesis" | "signing_key" | "model" | "state">;

/** 160 random bits in the form people know from app passwords. */
const generatePassword = (): string => {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const random = crypto.getRandomValues(new Uint8Array(32));
  const text = Array.from(random, (byte) => alphabet[byte & 31]).join("");
  return text.match(/.{4}/g)?.join("-") ?? text;
};

/** What an account is opened with: nowhere else but in the answer, and its hash. */
export interface Credential {
  password: string;
  passwordHash: string;
}

/** The one that was chosen, or a new one. Errors: NotEnoughResources (503) when too many are hashed at a time. */
export const credentialOf = async ({ password }: NewAccount): Promise<Outcome<Credential>> => {
  if (password !== undefined) {
    const hash = await hashNewPassword(password);
    return hash.ok ? ok({ password, passwordHash: hash.value }) : hash;
  }
  const generated = generatePassword();
  return ok({ password: generated, passwordHash: hashGeneratedPassword(generated) });
};

/**
 * The caller's key, bound to who may repeat it: the admin, or whoever knows the same password. Under a secret, since a plain
 * hash of a password next to a key that can be guessed would give the password away to a reader of the registry. Before there
 * was such a secret it was the master key: those names follow, as long as that is known.
 */
export const scopedKeys = async ({ config, secrets }: Workshop, { idempotencyKey, password, handle }: NewAccount): Promise<string[]> => {
  if (idempotencyKey === undefined || idempotencyKey === "") return [];
  const scope = password === undefined ? "admin" : `account\n${handle.toLowerCase()}\n${password}`;
  const { masterKey } = config;
  const before = masterKey instanceof Uint8Array ? [masterKey] : [masterKey.current, masterKey.previous];
  return [await secrets.idempotency(), ...before].map((secret) => createHmac("sha256", secret).update(`idempotency\n${scope}\n${idempotencyKey}`).digest("base64url"));
};

const emailTaken = async ({ registry }: Workshop, { email }: NewAccount): Promise<Outcome<never> | undefined> =>
  email !== undefined && (await registry.byEmail(email)) !== null ? fail(400, "InvalidRequest", `Email already taken: ${email}`) : undefined;

/** Whoever comes with an invitation comes with a good one. */
export const checkInvite = async ({ registry }: Workshop, { inviteCode }: { inviteCode?: string | undefined }): Promise<Outcome<never> | undefined> =>
  inviteCode === undefined || (await registry.invites.isUsable(inviteCode)) ? undefined : fail(400, "InvalidInviteCode", "Provided invite code not available");

/** Step 1: a row of its own for the name, or the row an earlier try with the same key left. */
const reserve = async (workshop: Workshop, account: NewAccount, handle: string): Promise<Outcome<Reserved>> => {
  const { registry, config } = workshop;
  const keys = await scopedKeys(workshop, account);
  const earlier = keys.length === 0 ? null : await registry.byIdempotencyKey(keys);
  if (earlier !== null) {
    if (earlier.handle !== handle)
      return fail(409, "IdempotencyConflict", `This Idempotency-Key already made ${earlier.handle}, not ${handle}`);
    if (earlier.state === "active" && account.password !== undefined && earlier.created_at + REPEAT_MS < Date.now())
      return fail(409, "IdempotencyConflict", `${handle} was made with this Idempotency-Key long ago: sign in`);
    if (earlier.state === "reserved" && (await registry.renewLease(earlier.did, Date.now() + LEASE_MS))) return ok(earlier);
    // Not reserved any more, maybe since a moment ago: it was finished, or given up.
    const current = await registry.byDid(earlier.did);
    return current?.state === "active" ? ok(current) : fail(409, "IdempotencyConflict", `${handle} is being destroyed`);
  }
  const uninvited = await checkInvite(workshop, account);
  if (uninvited !== undefined) return uninvited;
  const taken = fail(400, "HandleNotAvailable", `Handle already taken: ${handle}`);
  const holder = await registry.byHandle(handle);
  if (holder !== null) {
    const settled = await settle(workshop, holder, Date.now());
    if (!settled.ok) return settled;
    if (!settled.value) return taken;
  }
  const email = await emailTaken(workshop, account);
  if (email !== undefined) return email;
  const draft = await draftAccount(config, handle, account.recoveryKey);
  if (!draft.ok) return draft;
  const { did, genesis, wrappedSigningKey } = draft.value;
  const now = Date.now();
  const row = {
    did,
    handle,
    email: account.email?.toLowerCase() ?? null,
    idempotency_key: keys[0] ?? null,
    genesis: JSON.stringify(genesis),
    signing_key: new Uint8Array(wrappedSigningKey).buffer,
    model: account.model ?? null,
    lease_until: now + LEASE_MS,
    created_at: now,
    master_key: masterKeyId(currentOf(config.masterKey)),
    ...(account.inviteCode === undefined ? {} : { inviteCode: account.inviteCode }),
  };
  if (await registry.reserve(row)) return ok({ ...row, state: "reserved" });
  return (await checkInvite(workshop, account)) ?? (await emailTaken(workshop, account)) ?? taken;
};

/** Makes the repository of a reservation. */
export type Make = (agent: AgentApi, input: ProvisionInput) => Promise<Outcome<unknown>>;

/** The relay hears of it from the agent itself. */
const announced: Make = (agent, input) => agent.provision(input);

/**
 * What follows a reservation: post the genesis, make the repository. The registry does not call it active yet. Returns the
 * credential, which is nowhere else. Errors: PlcRefused (the reservation is dropped), PlcUnavailable (its lease ends).
 */
export const carryOut = async (workshop: Workshop, account: NewAccount, row: Reserved, { password, passwordHash }: Credential, make = announced): Promise<Outcome<string>> => {
  const { registry, plc, config } = workshop;
  if (row.state === "reserved") {
    const posted = await plc.submitGenesis(row.did, JSON.parse(row.genesis) as PlcOperation);
    if (!posted.ok) {
      if (posted.error.name === "PlcRefused") await registry.abandon(row);
      else await registry.releaseLease(row.did);
      return posted;
    }
    faultPoint(config.fault, "provision.after-plc");
  }

  const agent = workshop.agent(row.did);
  const made = await (row.state === "active"
    ? // Here already: nothing is made any more, or an agent that is destroyed at this moment would come back.
      agent.setCredential({ passwordHash })
    : make(agent, {
        did: row.did,
        handle: row.handle,
        wrappedSigningKey: new Uint8Array(row.signing_key),
        passwordHash,
        ...(row.email === null ? {} : { email: row.email }),
        ...(row.model === null ? {} : { model: row.model }),
        ...(account.keys === undefined ? {} : { keys: account.keys }),
      }));
  if (!made.ok) return made;
  faultPoint(config.fault, "provision.after-agent");
  return ok(password);
};

/**
 * Provision an agent: reserve the name with everything signed, post the genesis, make the repository, activate.
 * Each step may be killed; the same Idempotency-Key takes up where it stopped and ends with the same DID and a
 * fresh credential. Errors: InvalidHandle, UnsupportedDomain, InvalidInviteCode, HandleNotAvailable, InvalidRecoveryKey,
 * IdempotencyConflict, ProvisioningAborted, PlcRefused, PlcUnavailable, NotEnoughResources.
 */
export const createAccount = async (workshop: Workshop, account: NewAccount): Promise<Outcome<CreatedAccount>> => {
  const { registry, config } = workshop;
  const checked = checkHandle(account.handle, config.handleDomains, account.allowReserved ?? false);
  if (!checked.ok) return checked;
  // Before anything is kept: it may have to wait for its turn, and when too many do, nothing is left.
  const credential = await credentialOf(account);
  if (!credential.ok) return credential;
  const reserved = await reserve(workshop, account, checked.value);
  if (!reserved.ok) return reserved;
  const row = reserved.value;
  faultPoint(config.fault, "provision.after-reserve");

  const password = await carryOut(workshop, account, row, credential.value);
  if (!password.ok) return password;
  if (!(await registry.activate(row))) {
    // We outlived our lease, and the reservation was given up meanwhile: so must be what we made since.
    if (row.state === "reserved") await dismantle(workshop, row.did);
    return fail(409, "ProvisioningAborted", `${row.handle} was given up or destroyed while it was being made: try again`);
  }
  faultPoint(config.fault, "provision.after-activate");
  return ok({ did: row.did, handle: row.handle, password: password.value });
};
