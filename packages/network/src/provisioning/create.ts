import { type CreatedAccount, type NewAccount, faultPoint, hashChosenPassword, hashGeneratedPassword } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentRow } from "../registry/registry.ts";
import { draftAccount } from "./draft.ts";
import { checkHandle } from "./handle.ts";
import type { PlcOperation } from "./operation.ts";
import type { Workshop } from "./provisioning.ts";
import { settle } from "./sweep.ts";

/** How long a request is taken to be at work on its reservation. Longer than the PLC time-outs together. */
const LEASE_MS = 30_000;

type Reserved = Pick<AgentRow, "did" | "handle" | "email" | "genesis" | "signing_key" | "model" | "state">;

/** 160 random bits in the form people know from app passwords. */
const generatePassword = (): string => {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const random = crypto.getRandomValues(new Uint8Array(32));
  const text = Array.from(random, (byte) => alphabet[byte & 31]).join("");
  return text.match(/.{4}/g)?.join("-") ?? text;
};

/** The caller's key, bound to who may repeat it: the admin, or whoever knows the same password. */
const scopedKey = async ({ idempotencyKey, password, handle }: NewAccount): Promise<string | null> => {
  if (idempotencyKey === undefined) return null;
  const scope = password === undefined ? "admin" : `account\n${handle.toLowerCase()}\n${password}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${scope}\n${idempotencyKey}`));
  return Buffer.from(hash).toString("base64url");
};

/** Step 1: a row of its own for the name, or the row an earlier try with the same key left. */
const reserve = async (workshop: Workshop, account: NewAccount, handle: string): Promise<Outcome<Reserved>> => {
  const { registry, config } = workshop;
  const key = await scopedKey(account);
  const earlier = key === null ? null : await registry.byIdempotencyKey(key);
  if (earlier !== null) {
    if (earlier.handle !== handle)
      return fail(409, "IdempotencyConflict", `This Idempotency-Key already made ${earlier.handle}, not ${handle}`);
    if (earlier.state === "deleting") return fail(409, "IdempotencyConflict", `${handle} is being destroyed`);
    return ok(earlier);
  }
  const taken = fail(400, "HandleNotAvailable", `Handle already taken: ${handle}`);
  const holder = await registry.byHandle(handle);
  if (holder !== null) {
    const settled = await settle(workshop, holder, Date.now());
    if (!settled.ok) return settled;
    if (!settled.value) return taken;
  }
  if (account.email !== undefined && (await registry.byEmail(account.email)) !== null)
    return fail(400, "InvalidRequest", `Email already taken: ${account.email}`);
  const draft = await draftAccount(config, handle, account.recoveryKey);
  if (!draft.ok) return draft;
  const { did, genesis, wrappedSigningKey } = draft.value;
  const now = Date.now();
  const row = {
    did,
    handle,
    email: account.email ?? null,
    idempotency_key: key,
    genesis: JSON.stringify(genesis),
    signing_key: new Uint8Array(wrappedSigningKey).buffer,
    model: account.model ?? null,
    lease_until: now + LEASE_MS,
    created_at: now,
  };
  return (await registry.reserve(row)) ? ok({ ...row, state: "reserved" }) : taken;
};

/**
 * Provision an agent: reserve the name with everything signed, post the genesis, make the repository, activate.
 * Each step may be killed; the same Idempotency-Key takes up where it stopped and ends with the same DID and a
 * fresh credential. Errors: InvalidHandle, UnsupportedDomain, HandleNotAvailable, InvalidRecoveryKey,
 * IdempotencyConflict, PlcRefused, PlcUnavailable.
 */
export const createAccount = async (workshop: Workshop, account: NewAccount): Promise<Outcome<CreatedAccount>> => {
  const { registry, plc, config } = workshop;
  const checked = checkHandle(account.handle, config.handleDomains, account.allowReserved ?? false);
  if (!checked.ok) return checked;
  const reserved = await reserve(workshop, account, checked.value);
  if (!reserved.ok) return reserved;
  const row = reserved.value;
  faultPoint(config.fault, "provision.after-reserve");

  if (row.state === "reserved") {
    const posted = await plc.submitGenesis(row.did, JSON.parse(row.genesis) as PlcOperation);
    if (!posted.ok) {
      if (posted.error.name === "PlcRefused") await registry.abandon(row);
      else await registry.releaseLease(row.did);
      return posted;
    }
    faultPoint(config.fault, "provision.after-plc");
  }

  const password = account.password ?? generatePassword();
  const passwordHash = await (account.password === undefined ? hashGeneratedPassword(password) : hashChosenPassword(password));
  const made = await workshop.agent(row.did).provision({
    did: row.did,
    handle: row.handle,
    wrappedSigningKey: new Uint8Array(row.signing_key),
    passwordHash,
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.model === null ? {} : { model: row.model }),
  });
  if (!made.ok) return made;
  faultPoint(config.fault, "provision.after-agent");

  await registry.activate(row);
  faultPoint(config.fault, "provision.after-activate");
  return ok({ did: row.did, handle: row.handle, password });
};
