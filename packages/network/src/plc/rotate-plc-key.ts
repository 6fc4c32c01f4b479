import { faultPoint } from "@rookery/pds";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import { type AccountRound, goThroughAccounts } from "../registry/account-round.ts";
import type { PlcData } from "./data.ts";
import { readPlcStanding, settleOnPlcKey } from "./standing.ts";
import { type PlcDesk, updatePlc } from "./update-plc.ts";

/** DIDs that are updated side by side: the directory is somebody else's. */
const WIDTH = 4;

/** What a rotation works with. */
export interface PlcKeyRotation extends PlcDesk {
  db: D1Database;
  now: () => number;
  fault?: string | undefined;
}

/** How far a rotation of the colony's rotation key has come. */
export interface PlcKeyProgress {
  /** `current`: every DID is under PLC_ROTATION_KEY, and the one before may be forgotten. */
  state: "current" | "rotating";
  /** did:key of PLC_ROTATION_KEY. */
  key: string;
  accounts: number;
  /** Accounts still to be looked at. */
  left: number;
}

/** The same after a round, with what would not. */
export interface PlcKeyRound extends PlcKeyProgress, AccountRound {}

interface Row {
  did: string;
  state: string;
}

/** Errors: `WrongPlcKey` (503). */
export const plcKeyProgress = async (work: PlcKeyRotation): Promise<Outcome<PlcKeyProgress>> => {
  const standing = await readPlcStanding(work.db, work.rotation, work.now());
  if (standing.state === "wrong") return fail(503, "WrongPlcKey", standing.reason);
  const { accounts, behind } = await countOf(work);
  const isRotating = (await work.rotation.dids()).length > 1;
  // What is made meanwhile has the new key, but nobody has looked yet.
  const left = isRotating ? behind : 0;
  return ok({ state: left > 0 || standing.state === "rotating" ? "rotating" : "current", key: await work.rotation.current(), accounts, left });
};

/**
 * Put the current rotation key in the place of the one before, DID by DID, for about `budgetMs`. What a DID says is asked of the
 * directory each time and noted when it is right, so this may end anywhere and begin again; both keys have their say until
 * none is left. No DID document shows rotation keys, so nobody is told. Errors: `WrongPlcKey` (503).
 */
export const rotatePlcKey = async (work: PlcKeyRotation, budgetMs: number): Promise<Outcome<PlcKeyRound>> => {
  const end = work.now() + budgetMs;
  const before = await plcKeyProgress(work);
  if (!before.ok || before.value.state === "current") return before.ok ? ok({ ...before.value, done: 0, failed: [] }) : before;
  const { done, failed } = await goThroughAccounts({
    page: (after, limit) => pageOf(work, after, limit),
    one: (row) => rotateOne(work, row),
    width: WIDTH,
    isOver: () => work.now() >= end,
  });
  const { accounts, behind } = await countOf(work);
  const { key } = before.value;
  if (behind > 0) return ok({ state: "rotating", key, accounts, left: behind, done, failed });
  faultPoint(work.fault, "plckey.before-settled");
  await settleOnPlcKey(work.db, work.rotation, work.now());
  return ok({ state: "current", key, accounts, left: 0, done, failed });
};

/** Undefined when the DID is right and that is noted. */
const rotateOne = async (work: PlcKeyRotation, { did, state }: Row): Promise<XrpcFault | undefined> => {
  const settled = await settleDid(work, did, state);
  if (!settled.ok) return settled.error;
  faultPoint(work.fault, "plckey.after-post");
  await work.db.prepare("UPDATE agent SET plc_key = ? WHERE did = ?").bind(await work.rotation.current(), did).run();
  faultPoint(work.fault, "plckey.after-row");
  return undefined;
};

const settleDid = async (work: PlcKeyRotation, did: string, state: string): Promise<Outcome<null>> => {
  if (!did.startsWith("did:plc:")) return ok(null);
  const [current = "", ...previous] = await work.rotation.dids();
  const last = await work.plc.last(did);
  if (!last.ok) return last;
  // Not posted yet: its genesis names the key of when it was signed. It is posted or given up within the hour.
  if (last.value === undefined && state === "reserved") return fail(503, "NotPosted", `${did} is about to be made`);
  if (last.value === undefined || last.value.type === "plc_tombstone") return ok(null);
  faultPoint(work.fault, "plckey.before-post");
  return updatePlc(work, did, (data) => replaced(data, current, previous));
};

/** Undefined for a DID that is right already, and for one that its owner has taken from the colony. */
const replaced = (data: PlcData, current: string, previous: string[]): PlcData | undefined => {
  if (!data.rotationKeys.some((key) => previous.includes(key))) return undefined;
  const rotationKeys = data.rotationKeys.map((key) => (previous.includes(key) ? current : key));
  return { ...data, rotationKeys: [...new Set(rotationKeys)] };
};

const pageOf = async ({ db, rotation }: PlcKeyRotation, after: string, limit: number): Promise<Row[]> => {
  const page = db.prepare("SELECT did, state FROM agent WHERE plc_key IS NOT ? AND did > ? ORDER BY did LIMIT ?");
  return (await page.bind(await rotation.current(), after, limit).all<Row>()).results;
};

const countOf = async ({ db, rotation }: PlcKeyRotation): Promise<{ accounts: number; behind: number }> => {
  const counts = await db
    .prepare("SELECT count(*) AS accounts, count(CASE WHEN plc_key IS NOT ? THEN 1 END) AS behind FROM agent")
    .bind(await rotation.current())
    .first<{ accounts: number; behind: number }>();
  return { accounts: counts?.accounts ?? 0, behind: counts?.behind ?? 0 };
};
