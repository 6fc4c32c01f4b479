import { type AgentApi, KeyUnavailableError, type MasterKey, currentOf, faultPoint, masterKeyId, rewrapKey } from "@rookery/pds";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { ReservedKeys } from "../identity/reserved-keys.ts";
import { type AccountRound, goThroughAccounts } from "../registry/account-round.ts";
import type { ColonySecrets } from "./colony-secrets.ts";
import { readStanding, settledOn } from "./standing.ts";

/** Agents that are asked side by side: each is a call of a millisecond or two. */
const WIDTH = 8;

/** What a rotation works with. */
export interface Rewrapping {
  db: D1Database;
  masterKey: MasterKey;
  secrets: ColonySecrets;
  /** Signing keys of accounts to come. */
  reserved: Pick<ReservedKeys, "rewrap">;
  /** Have every secret of the colony's own written down: after a rotation none could be derived any more. */
  prepare: () => Promise<void>;
  agent: (did: string) => Pick<AgentApi, "rewrapKeys">;
  now: () => number;
  fault?: string | undefined;
}

/** How far a rotation has come. */
export interface RewrapProgress {
  /** `current`: everything is wrapped under ENCRYPTION_MASTER_KEY, and the one before may be forgotten. */
  state: "current" | "rotating";
  agents: number;
  /** Agents still to be done, and keys that are reserved for some to come. */
  left: number;
}

/** The same after a round, with what would not. */
export interface RewrapRound extends RewrapProgress, AccountRound {}

interface Row {
  did: string;
  signing_key: ArrayBuffer;
}

/** Errors: `WrongMasterKey` (503). */
export const rewrapProgress = async (work: Rewrapping): Promise<Outcome<RewrapProgress>> => {
  const standing = await readStanding(work.db, work.masterKey, work.now());
  if (standing.state === "wrong") return fail(503, "WrongMasterKey", standing.reason);
  const counts = await countOf(work);
  // A Worker that still ran with older settings may have made an agent when the rotation was over already.
  const isLate = counts.left > 0 && !(work.masterKey instanceof Uint8Array);
  return ok({ state: isLate ? "rotating" : standing.state, ...counts });
};

/**
 * Wrap what is left under the current master key, for about `budgetMs`. Agent by agent: its object in one transaction, then its
 * row; when none is left the colony's own secrets, and with them that the rotation is over. May end anywhere and begin again:
 * until then both master keys open everything. No repository changes. Errors: `WrongMasterKey` (503).
 */
export const rewrap = async (work: Rewrapping, budgetMs: number): Promise<Outcome<RewrapRound>> => {
  const { now } = work;
  const end = now() + budgetMs;
  const before = await rewrapProgress(work);
  if (!before.ok || before.value.state === "current") return before.ok ? ok({ ...before.value, done: 0, failed: [] }) : before;
  const { done, failed } = await goThroughAccounts({
    page: (after, limit) => pageOf(work, after, limit),
    one: (row) => rewrapAgent(work, row),
    width: WIDTH,
    isOver: () => now() >= end,
  });
  await work.reserved.rewrap();
  faultPoint(work.fault, "rewrap.after-reserved");
  const { agents, left } = await countOf(work);
  if (left > 0) return ok({ state: "rotating", agents, left, done, failed });
  await work.prepare();
  faultPoint(work.fault, "rewrap.before-colony");
  await work.db.batch([...(await work.secrets.rewrapped()), settledOn(work.db, work.masterKey, now())]);
  faultPoint(work.fault, "rewrap.after-colony");
  return ok({ state: "current", agents, left, done, failed });
};

/** Undefined when it is done. Whatever is wrong with one agent is told, and keeps none of the others. */
const rewrapAgent = async (work: Rewrapping, row: Row): Promise<XrpcFault | undefined> => {
  try {
    return await rewrapOne(work, row);
  } catch (error) {
    return { status: 500, name: error instanceof KeyUnavailableError ? "KeyUnavailable" : "InternalServerError", message: error instanceof Error ? error.message : String(error) };
  }
};

const rewrapOne = async ({ db, masterKey, agent, fault }: Rewrapping, { did, signing_key }: Row): Promise<XrpcFault | undefined> => {
  const to = masterKeyId(currentOf(masterKey));
  const answer = await agent(did).rewrapKeys({ to });
  // A reservation has no object yet, an agent that is being destroyed none any more: their rows are all there is.
  if (!answer.ok && answer.error.name !== "RepoNotFound") return answer.error;
  faultPoint(fault, "rewrap.after-agent");
  const draft = new Uint8Array(signing_key);
  await db.prepare("UPDATE agent SET signing_key = ?, master_key = ? WHERE did = ?").bind(rewrapKey(masterKey, did, draft) ?? draft, to, did).run();
  return undefined;
};

const pageOf = async ({ db, masterKey }: Rewrapping, after: string, limit: number): Promise<Row[]> => {
  const page = db.prepare("SELECT did, signing_key FROM agent WHERE master_key IS NOT ? AND did > ? ORDER BY did LIMIT ?");
  return (await page.bind(masterKeyId(currentOf(masterKey)), after, limit).all<Row>()).results;
};

/** What is left are agents, and keys that are reserved for some to come. */
const countOf = async ({ db, masterKey }: Rewrapping): Promise<{ agents: number; left: number }> => {
  const id = masterKeyId(currentOf(masterKey));
  const counts = await db
    .prepare(
      `SELECT count(*) AS agents, count(CASE WHEN master_key IS NOT ? THEN 1 END) AS behind,
         (SELECT count(*) FROM reserved_key WHERE master_key <> ?) AS reserved FROM agent`,
    )
    .bind(id, id)
    .first<{ agents: number; behind: number; reserved: number }>();
  return { agents: counts?.agents ?? 0, left: (counts?.behind ?? 0) + (counts?.reserved ?? 0) };
};
