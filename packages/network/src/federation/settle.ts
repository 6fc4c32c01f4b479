import type { Colony } from "./colony.ts";
import { check, listen, statusOf, stopListening, wantedOf } from "./listening.ts";
import { type PeerRow, standingOf } from "./peer-row.ts";
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
 * Let listening follow from a row as it is under the policy of the day. Can be repeated and taken up after a crash: the row
 * says `listening` from before its object is told to until after it was told to stop.
 */
export const settle = async (colony: Colony, policy: Policy, row: PeerRow): Promise<void> => {
  const { listening, peers } = colony;
  const wanted = wantedOf(listening.collections, policy, row);
  if (wanted === undefined) return stop(colony, row);
  if (!row.listening) await peers.change(row, { listening: true }, colony.now());
  const told = await listen(listening, wanted);
  if (!told.ok) console.error(JSON.stringify({ event: "peer-not-configured", peer: row.name, error: told.error }));
};

/** Listen no more. Can be repeated. */
export const stop = async (colony: Colony, row: PeerRow): Promise<void> => {
  if (!row.listening) return;
  await stopListening(colony.listening, row);
  await colony.peers.change(row, { listening: false }, colony.now());
};

/** The minute's look at one peer: what was cut short is taken up, what listens is looked after. */
export const attend = async (colony: Colony, policy: Policy, row: PeerRow): Promise<void> => {
  const wanted = wantedOf(colony.listening.collections, policy, row);
  const status = wanted === undefined || !row.listening ? undefined : await statusOf(colony.listening, row);
  if (wanted === undefined || status === undefined || !sameConfig(status.config, wanted)) return settle(colony, policy, row);
  return check(colony.listening, row);
};

/** Whether two configurations say the same, in whatever order their fields are. */
const sameConfig = (a: object, b: object): boolean => canonical(a) === canonical(b);

const canonical = (config: object): string => JSON.stringify(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
