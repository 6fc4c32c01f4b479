import { type Outcome, ok } from "@rookery/sync";
import type { AgentRow } from "../registry/registry.ts";
import { dismantle, finishDestroying } from "./destroy.ts";
import { signTombstone } from "./operation.ts";
import type { Workshop } from "./provisioning.ts";

/** A reservation with an Idempotency-Key is kept this long for the caller to come back. */
const KEYED_MS = 60 * 60 * 1000;

/** Rows looked at in one sweep. */
const BATCH = 50;

/** Undo a reservation: whatever of it came into being goes. Its DID, if posted, is tombstoned. */
const abandon = async (workshop: Workshop, row: AgentRow): Promise<Outcome<null>> => {
  const last = await workshop.plc.last(row.did);
  if (!last.ok) return last;
  const dismantled = await dismantle(workshop, row.did);
  if (!dismantled.ok) return dismantled;
  if (last.value?.type === "plc_operation") {
    const tombstone = await signTombstone(last.value, await workshop.config.rotationKey());
    const posted = await workshop.plc.submit(row.did, tombstone);
    if (!posted.ok) return posted;
  }
  await workshop.registry.abandon(row);
  return ok(null);
};

/**
 * Settle an unfinished row. True when the name is free now. Rows somebody may still be at work on, or may come
 * back for with their key, are left alone.
 */
export const settle = async (workshop: Workshop, row: AgentRow, now: number): Promise<Outcome<boolean>> => {
  if (row.state === "active" || row.lease_until > now) return ok(false);
  if (row.state === "reserved" && row.idempotency_key !== null && row.created_at + KEYED_MS > now) return ok(false);
  const settled = await (row.state === "deleting" ? finishDestroying(workshop, row) : abandon(workshop, row));
  return settled.ok ? ok(true) : settled;
};

/** Settle what crashes left behind; a failure of one row is logged and does not stop the next. */
export const sweep = async (workshop: Workshop): Promise<void> => {
  const now = Date.now();
  for (const row of await workshop.registry.unfinished(now, BATCH)) {
    const settled = await settle(workshop, row, now);
    if (!settled.ok) console.error(JSON.stringify({ event: "sweep-failed", did: row.did, error: settled.error }));
  }
};
