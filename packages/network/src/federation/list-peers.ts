import type { PeerStatus, UpstreamStatus } from "@rookery/agent-relay";
import type { Colony } from "./colony.ts";
import { eachOf } from "./each.ts";
import { LIST_TIMEOUT, STATUS_TIMEOUT, UPKEEP_CONCURRENCY } from "./limits.ts";
import { statusOf } from "./listening.ts";
import type { PeerKind, PeerRow } from "./peer-row.ts";
import type { TrustLevel } from "./policy.ts";
import { type PeerState, stateOf } from "./settle.ts";

/** A peer as the admin sees it. Times are RFC 3339. */
export interface ListedPeer {
  name: string;
  kind: PeerKind;
  origin: string;
  did?: string;
  relay?: string;
  state: PeerState;
  /** Why it is not active. */
  reason?: string;
  direction: "out" | "in";
  /** Whether the admin named it. */
  approved: boolean;
  trust?: TrustLevel;
  allowAgents?: string[];
  verifiedAt?: string;
  createdAt: string;
  /** When an unfinished handshake or farewell is tried again. */
  nextAttemptAt?: string;
  /** What the object that listens says of itself: state, cursor, counters, last error. */
  live?: Omit<PeerStatus, "config"> | Omit<UpstreamStatus, "config">;
}

/** Every peer with what listens to it says now. */
export const listPeers = async (colony: Colony): Promise<ListedPeer[]> => {
  const policy = await colony.policy.get();
  const rows = await colony.peers.all();
  const live = new Map<string, ListedPeer["live"]>();
  const late = performance.now() + LIST_TIMEOUT;
  const ask = async (row: PeerRow): Promise<void> => {
    const status = row.listening && performance.now() < late ? await inTime(statusOf(colony.listening, row)) : undefined;
    if (status !== undefined) live.set(row.name, withoutConfig(status));
  };
  await eachOf(rows, UPKEEP_CONCURRENCY, ask, () => undefined);
  return rows.map((row) => {
    const { state, reason } = stateOf(policy, row);
    const status = live.get(row.name);
    const waits = row.attempts > 0 && (state === "pending" || state === "ending");
    return { ...shown(row), state, ...(reason === undefined ? {} : { reason }), ...(waits ? { nextAttemptAt: text(row.nextAttemptAt) } : {}), ...(status === undefined ? {} : { live: status }) };
  });
};

const text = (ms: number): string => new Date(ms).toISOString();

const withoutConfig = ({ config: _config, ...rest }: PeerStatus | UpstreamStatus): NonNullable<ListedPeer["live"]> => rest;

/** A row without what is the machine's own business. */
export const shown = (row: PeerRow): Omit<ListedPeer, "state"> => ({
  name: row.name,
  kind: row.kind,
  origin: row.origin,
  ...(row.did === null ? {} : { did: row.did }),
  ...(row.relay === null ? {} : { relay: row.relay }),
  direction: row.direction,
  approved: row.approved,
  ...(row.trust === null ? {} : { trust: row.trust }),
  ...(row.allowAgents === null ? {} : { allowAgents: row.allowAgents }),
  ...(row.verifiedAt === null ? {} : { verifiedAt: text(row.verifiedAt) }),
  createdAt: text(row.createdAt),
});

const inTime = async <T>(promise: Promise<T>): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), STATUS_TIMEOUT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};
