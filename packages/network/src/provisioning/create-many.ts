import { type CreatedAccount, type NewAccount, currentOf, faultPoint, masterKeyId } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import { checkHandle } from "../handles/check-handle.ts";
import type { Reservation } from "../registry/registry.ts";
import { type Birth, tellOfBirths } from "./births.ts";
import { LEASE_MS, type Make, type Reserved, carryOut, credentialOf, createAccount, scopedKeys } from "./create.ts";
import { dismantle } from "./destroy.ts";
import { draftAccount } from "./draft.ts";
import { inTurns } from "./in-turns.ts";
import type { Workshop } from "./provisioning.ts";

/** Agents of one call: each asks the directory once and its object once, and a request may have 1,000 such calls. */
export const MAX_NEW_AGENTS = 100;

/** Agents that are made at a time. What is waited for is the directory; beyond this it only gets more load. */
const WIDTH = 16;

const FAILED = fail(500, "InternalServerError", "Internal Server Error");

/** One of a call, on its way. */
interface Item {
  account: NewAccount;
  outcome?: Outcome<CreatedAccount>;
  /** Forms of its idempotency key, the newest first; none without one. */
  keys: string[];
  row?: Reservation;
  /** Made, and only to be called active. */
  password?: string;
  /** Made, and the relay is to hear of it. */
  birth?: Birth;
}

/**
 * Provision agents with generated credentials, at most {@link MAX_NEW_AGENTS}: the steps of createAccount, with the registry
 * asked, and the relay told, once for all. Outcomes in the order of `accounts`, each with the errors of createAccount; one that fails takes
 * nobody with it. What is not plain (a name or key that is there already) goes the way of createAccount, one by one, and that
 * is also how a repeat takes up what a crash left. When the directory cannot be reached nobody else is tried.
 */
export const createAccounts = async (workshop: Workshop, accounts: readonly NewAccount[]): Promise<Outcome<CreatedAccount>[]> => {
  const items = await Promise.all(accounts.map(async (account): Promise<Item> => ({ account, keys: await scopedKeys(workshop, account) })));
  const fresh = await plainOf(workshop, checked(workshop, items));
  await reserveAll(workshop, fresh);
  faultPoint(workshop.config.fault, "provision.after-reserve");
  await makeAll(workshop, fresh);
  faultPoint(workshop.config.fault, "provision.before-relay");
  await announceAll(workshop, fresh);
  faultPoint(workshop.config.fault, "provision.after-relay");
  await activateAll(workshop, fresh);
  faultPoint(workshop.config.fault, "provision.after-activate");
  let down: Outcome<never> | undefined = unavailable(items);
  await inTurns(items.filter(({ outcome }) => outcome === undefined), WIDTH, async (item) => {
    item.outcome = down ?? (await createAccount(workshop, item.account));
    down ??= unavailable([item]);
  });
  return items.map(({ outcome }) => outcome ?? FAILED);
};

/** Those whose handles can be given out, with the handle as it is written down. */
const checked = ({ config }: Workshop, items: Item[]): Item[] => {
  const names = new Set<string>();
  return items.filter((item) => {
    const handle = checkHandle(item.account.handle, config.handleDomains, item.account.allowReserved ?? false);
    if (!handle.ok) item.outcome = handle;
    else if (names.has(handle.value)) item.outcome = fail(400, "HandleNotAvailable", `Handle named twice: ${handle.value}`);
    else {
      names.add(handle.value);
      item.account = { ...item.account, handle: handle.value };
      return true;
    }
    return false;
  });
};

/** Those of whose handle and key the registry knows nothing. */
const plainOf = async ({ registry }: Workshop, items: Item[]): Promise<Item[]> => {
  const known = await registry.inBulk.known(items.map(({ account }) => account.handle), items.flatMap(({ keys }) => keys));
  return items.filter(({ account, keys }) => !known.handles.has(account.handle) && !keys.some((key) => known.keys.has(key)));
};

/** Step 1: a row for each, with everything signed. Who gets none is left for createAccount to say why. */
const reserveAll = async ({ registry, config }: Workshop, items: Item[]): Promise<void> => {
  const now = Date.now();
  const masterKey = masterKeyId(currentOf(config.masterKey));
  // The last may wait for all turns before its own.
  const lease = now + LEASE_MS * Math.ceil(items.length / WIDTH);
  await Promise.all(
    items.map(async (item) => {
      const draft = await draftAccount(config, item.account.handle, item.account.recoveryKey);
      if (!draft.ok) {
        item.outcome = draft;
        return;
      }
      const { did, genesis, wrappedSigningKey } = draft.value;
      item.row = {
        did, handle: item.account.handle, email: null, idempotency_key: item.keys[0] ?? null, genesis: JSON.stringify(genesis),
        signing_key: new Uint8Array(wrappedSigningKey).buffer, model: item.account.model ?? null, lease_until: lease, created_at: now, master_key: masterKey,
      };
    }),
  );
  const reserved = await registry.inBulk.reserve(items.flatMap(({ row }) => (row === undefined ? [] : [row])));
  for (const item of items) if (item.row !== undefined && !reserved.has(item.row.did)) delete item.row;
};

/** Steps 2 and 3: the directory knows them, and they have a repository. */
const makeAll = async (workshop: Workshop, items: Item[]): Promise<void> => {
  let down: Outcome<never> | undefined;
  await inTurns(items, WIDTH, async (item) => {
    if (item.row === undefined) return;
    if (down !== undefined) {
      await workshop.registry.releaseLease(item.row.did);
      item.outcome = down;
      return;
    }
    const password = await attempt(workshop, item, { ...item.row, state: "reserved" });
    if (password.ok) item.password = password.value;
    else item.outcome = password;
    down ??= unavailable([item]);
  });
};

/** What nobody foresaw of one is reported and is that one's: the others' credentials are in this answer alone. */
const attempt = async (workshop: Workshop, item: Item, row: Reserved): Promise<Outcome<string>> => {
  const { account } = item;
  const make: Make = async (agent, input) => {
    const made = await agent.provisionUntold(input);
    if (made.ok) item.birth = { did: row.did, rows: made.value };
    return made;
  };
  try {
    const credential = await credentialOf(account);
    return credential.ok ? await carryOut(workshop, account, row, credential.value, make) : credential;
  } catch (error) {
    console.error(JSON.stringify({ event: "provision-failed", did: row.did, error: String(error) }));
    return FAILED;
  }
};

/** Step 4: the relay knows them, or will. */
const announceAll = async (workshop: Workshop, items: Item[]): Promise<void> => {
  const unheard = await tellOfBirths(workshop, items.flatMap(({ birth }) => (birth === undefined || birth.rows.length === 0 ? [] : [birth])));
  for (const item of items) {
    const failure = item.birth && unheard.get(item.birth.did);
    if (failure === undefined) continue;
    delete item.password;
    item.outcome = failure;
  }
};

/** Step 5: they are found from now on. */
const activateAll = async (workshop: Workshop, items: Item[]): Promise<void> => {
  const made = items.flatMap(({ row, password }) => (row === undefined || password === undefined ? [] : [row]));
  const active = await workshop.registry.inBulk.activate(made);
  for (const item of items) {
    const { row, password } = item;
    if (row === undefined || password === undefined) continue;
    if (active.has(row.did)) {
      item.outcome = ok({ did: row.did, handle: row.handle, password });
      continue;
    }
    // As in createAccount: given up meanwhile, and so must be what was made since.
    await dismantle(workshop, row.did);
    item.outcome = fail(409, "ProvisioningAborted", `${row.handle} was given up or destroyed while it was being made: try again`);
  }
};

/** The failure of an item that is everybody's, if there is one. */
const unavailable = (items: Item[]): Outcome<never> | undefined => {
  for (const { outcome } of items) if (outcome !== undefined && !outcome.ok && outcome.error.name === "PlcUnavailable") return outcome;
  return undefined;
};
