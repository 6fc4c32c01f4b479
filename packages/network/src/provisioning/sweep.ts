import { type Outcome, ok } from "@rookery/sync";
import type { AgentRow } from "../registry/registry.ts";
import { finishDestroying } from "./destroy.ts";
import type { Workshop } from "./provisioning.ts";

/** A reservation with an Idempotency-Key is kept this long for the caller to come back. */
const KEYED_MS = 60 * 60 * 1000;

/** How long a row that was taken up is left to whoever took it. Longer than the PLC time-outs together. */
const LEASE_MS = 60_000;

/** Rows looked at in one sweep. */
const BATCH = 50;

/**
 * Settle an unfinished row. True when the name is free now. Rows somebody may still be at work on, or may come
 * back for with their key, are left alone.
 */
export const settle = async (workshop: Workshop, row: AgentRow, now: number): Promise<Outcome<boolean>> => {
  if (row.state === "active" || row.lease_until > now) return ok(false);
  if (row.state === "reserved" && row.idempotency_key !== null && row.created_at + KEYED_MS > now) return ok(false);
  // Taken up by one alone. A reservation ends as an agent does: whatever of it came into being goes, its DID is tombstoned.
  if (!(await workshop.registry.claim(row, now + LEASE_MS))) return ok(false);
  const settled = await finishDestroying(workshop, row);
  if (settled.ok) return ok(true);
  await workshop.registry.releaseLease(row.did);
  return settled;
};

/** Settle what crashes left behind; a failure of one row is logged and does not stop the next. */
export const sweep = async (workshop: Workshop): Promise<void> => {
  const now = Date.now();
  for (const row of await workshop.registry.unfinished(now, now - KEYED_MS, BATCH)) {
    const settled = await settle(workshop, row, now);
    if (!settled.ok) console.error(JSON.stringify({ event: "sweep-failed", did: row.did, error: settled.error }));
  }
};
