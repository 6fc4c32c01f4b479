import type { Colony } from "./colony.ts";
import { eachOf } from "./each.ts";
import { FAREWELL_LIFE, UNINVITED_LIFE, UPKEEP_CONCURRENCY } from "./limits.ts";
import { farewell, finishRemoval } from "./manage-peers.ts";
import type { PeerRow } from "./peer-row.ts";
import type { Policy } from "./policy.ts";
import { nextAttempt, propose } from "./propose.ts";
import { attend, settle, stateOf } from "./settle.ts";

/**
 * Called every minute: finishes handshakes, farewells and changes that were cut short, and has each listening object look
 * after its connection. One peer's failure is a line in the log and nothing to the others.
 */
export const upkeep = (colony: Colony): Promise<void> => upkeepUnlessSince(colony, Number.MAX_SAFE_INTEGER);

/** The same, unless it was begun after `since` (ms since 1970), by whatever isolate: there may be any number, and each start is the start of one. */
export const upkeepUnlessSince = async (colony: Colony, since: number): Promise<void> => {
  const now = colony.now();
  if (!(await colony.upkeepTimes.begin(now, since))) return;
  await colony.nonces.sweep(now);
  const policy = await colony.policy.get();
  await eachOf(await colony.peers.all(), UPKEEP_CONCURRENCY, (row) => upkeepOf(colony, policy, row, now), logFailure);
};

const upkeepOf = async (colony: Colony, policy: Policy, row: PeerRow, now: number): Promise<void> => {
  const { state } = stateOf(policy, row);
  const due = row.nextAttemptAt <= now;
  if (state === "ending") {
    await settle(colony, row);
    if (!due) return;
    if (row.endingAt !== null && row.endingAt + FAREWELL_LIFE < now) return void (await finishRemoval(colony, row));
    const waiting = await colony.peers.change(row, nextAttempt(row, now), now);
    if (waiting !== undefined) await farewell(colony, waiting);
    return;
  }
  const uninvited = !row.approved && !row.blocked && state !== "active";
  if (uninvited && row.updatedAt + UNINVITED_LIFE < now) return void (await finishRemoval(colony, row));
  // What the admin asked for and is not there yet; what came by itself comes again by itself.
  if (state === "pending" && row.approved && due) {
    // Before it is tried: one that takes long is not begun again by the next minute.
    await colony.peers.change(row, nextAttempt(row, now), now);
    await propose(colony, row);
  } else await attend(colony, policy, row);
};

/** After a change of policy: every peer is listened to, or not, by the new one, at once. */
export const settleAll = async (colony: Colony): Promise<void> => {
  await eachOf(await colony.peers.all(), UPKEEP_CONCURRENCY, (row) => settle(colony, row), logFailure);
};

const logFailure = ({ name }: PeerRow, error: unknown): void => {
  console.error(JSON.stringify({ event: "peer-upkeep-failed", peer: name, error: error instanceof Error ? error.message : String(error) }));
};
