import type { Colony } from "./colony.ts";
import { check, listen, statusOf, stopListening, wantedOf } from "./listening.ts";
import { type PeerRow, standingOf } from "./peer-row.ts";
import { MAX_SETTLE_TURNS } from "./limits.ts";
import { type Policy, type Verdict, judge } from "./policy.ts";

/** What a peer's row comes to: the verdict, and `ending` while its colony is still to be told of the end. */
export type PeerState = Verdict["state"] | "ending";

/** State of a peer under a policy, and why, in a sentence. */
export const stateOf = (policy: Policy, row: PeerRow): { state: PeerState; reason?: string } => {
  if (row.endingAt !== null) return { state: "ending", reason: row.reason ?? "The other colony is still to be told." };
  const { state, reason } = judge(policy, standingOf(row));
  const said = state === "active" ? undefined : (row.reason ?? reason);
  return { state, ...(said === undefined ? {} : { reason: said }) };
};

/**
 * Let listening follow from a peer's row and the policy, both as they are now, not as the caller knew them. Can be repeated and
 * taken up after a crash: the row says `listening` from before its object is told to until after it was told to stop.
 *
 * Telling takes a moment, in which an admin may decide otherwise. So both are looked at again afterwards: no object is to go on
 * listening that no row stands for, since nobody would ever tell it to stop.
 */
export const settle = async (colony: Colony, row: PeerRow): Promise<void> => {
  const { listening, peers, policy } = colony;
  let told: object | undefined;
  for (let turn = 0; turn < MAX_SETTLE_TURNS; turn++) {
    const current = await peers.find(row.name);
    const wanted = current === undefined ? undefined : wantedOf(listening.collections, await policy.get(), current);
    if (current === undefined || wanted === undefined) return stop(colony, current ?? row, told !== undefined);
    if (told !== undefined && current.listening && isSameConfig(told, wanted)) return;
    if (!current.listening) await peers.change(current, { listening: true }, colony.now());
    told = wanted;
    const done = await listen(listening, wanted);
    if (!done.ok) console.error(JSON.stringify({ event: "peer-not-configured", peer: row.name, error: done.error }));
  }
};

/** Listen no more. @param told whether the object was told to listen, whatever the row says. */
const stop = async (colony: Colony, row: PeerRow, told: boolean): Promise<void> => {
  if (!row.listening && !told) return;
  await stopListening(colony.listening, row);
  await colony.peers.change(row, { listening: false }, colony.now());
};

/** The minute's look at one peer: what was cut short is taken up, what listens is looked after. @param policy as of when the look began. */
export const attend = async (colony: Colony, policy: Policy, row: PeerRow): Promise<void> => {
  const wanted = wantedOf(colony.listening.collections, policy, row);
  if (wanted === undefined && !row.listening) return;
  const status = wanted === undefined || !row.listening ? undefined : await statusOf(colony.listening, row);
  if (wanted === undefined || status === undefined || !isSameConfig(status.config, wanted)) return settle(colony, row);
  return check(colony.listening, row);
};

/** Whether two configurations say the same, in whatever order their fields are. */
const isSameConfig = (a: object, b: object): boolean => canonical(a) === canonical(b);

const canonical = (config: object): string => JSON.stringify(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
