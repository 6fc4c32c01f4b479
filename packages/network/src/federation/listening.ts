import type { PeerConfig, PeerStatus, UpstreamConfig, UpstreamStatus } from "@rookery/agent-relay";
import type { Outcome } from "@rookery/sync";
import { type PeerRow, isUpstreamKind, standingOf } from "./peer-row.ts";
import { type Policy, termsOf } from "./policy.ts";

/** The objects that listen, one per peer. The composition root fills it with stubs. */
export interface Listening {
  /** What of other hosts is kept. */
  collections: string[];
  peer(host: string): PeerListener;
  upstream(url: string): UpstreamListener;
  /** Take a host's accounts out of the relay view; with `keep`, all but these. */
  forgetHost(host: string, keep?: string[]): Promise<void>;
}

/** What is asked of the object that listens to one host. */
export interface PeerListener {
  configure(config: PeerConfig): Promise<Outcome<null>>;
  check(): Promise<void>;
  status(): Promise<PeerStatus | undefined>;
  forget(): Promise<void>;
}

/** What is asked of the object that listens to a relay or Jetstream. */
export interface UpstreamListener {
  configure(config: UpstreamConfig): Promise<Outcome<null>>;
  check(): Promise<void>;
  status(): Promise<UpstreamStatus | undefined>;
  forget(): Promise<void>;
}

/** How a peer is to be listened to; undefined when it is not. */
export const wantedOf = (collections: string[], policy: Policy, row: PeerRow): PeerConfig | UpstreamConfig | undefined => {
  const { listen, carry, deliver, broadcasts, allowAgents } = termsOf(policy, standingOf(row));
  if (!listen || row.endingAt !== null) return undefined;
  const only = allowAgents === undefined ? {} : { allowAgents };
  if (isUpstreamKind(row.kind)) return { kind: row.kind, url: row.name, ...only };
  return { host: row.name, origin: row.origin, collections, carry, deliver, ...(broadcasts ? {} : { broadcasts }), ...only };
};

/** Tell the object behind a row to listen as wanted, and the relay view to drop what is wanted no more. Can be repeated. */
export const listen = async (listening: Listening, wanted: PeerConfig | UpstreamConfig): Promise<Outcome<null>> => {
  if ("url" in wanted) return listening.upstream(wanted.url).configure(wanted);
  const told = await listening.peer(wanted.host).configure(wanted);
  if (told.ok && wanted.allowAgents !== undefined) await listening.forgetHost(wanted.host, wanted.allowAgents);
  return told;
};

/** Tell the object behind a row to stop and forget, and the relay view to drop the host's accounts. Can be repeated. */
export const stopListening = async (listening: Listening, row: PeerRow): Promise<void> => {
  if (isUpstreamKind(row.kind)) {
    await listening.upstream(row.name).forget();
    return;
  }
  await listening.peer(row.name).forget();
  await listening.forgetHost(row.name);
};

/** State of the object behind a row, as it tells it now. */
export const statusOf = (listening: Listening, row: PeerRow): Promise<PeerStatus | UpstreamStatus | undefined> =>
  isUpstreamKind(row.kind) ? listening.upstream(row.name).status() : listening.peer(row.name).status();

/** Attend to the object behind a row: it connects if that is due. */
export const check = (listening: Listening, row: PeerRow): Promise<void> =>
  isUpstreamKind(row.kind) ? listening.upstream(row.name).check() : listening.peer(row.name).check();
