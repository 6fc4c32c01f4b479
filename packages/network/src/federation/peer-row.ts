import { type Standing, type TrustLevel, isTrustLevel } from "./policy.ts";

/** `colony` and `host` are listened to at their own firehose; `relay` and `jetstream` are streams of many hosts. */
export type PeerKind = "colony" | "host" | "relay" | "jetstream";

export const PEER_KINDS: readonly PeerKind[] = ["colony", "host", "relay", "jetstream"];

/** Whether the text names a kind of peer. */
export const isPeerKind = (text: unknown): text is PeerKind => PEER_KINDS.some((kind) => kind === text);

/** Relays and Jetstreams: nobody's host, so there is nothing to shake hands with. */
export const isUpstreamKind = (kind: PeerKind): kind is "relay" | "jetstream" => kind === "relay" || kind === "jetstream";

/** What is known of a peer (migrations/0002_federation.sql). Times in ms since 1970. */
export interface PeerRow {
  name: string;
  kind: PeerKind;
  origin: string;
  did: string | null;
  publicKey: string | null;
  relay: string | null;
  handleDomains: string[];
  trust: TrustLevel | null;
  allowAgents: string[] | null;
  direction: "out" | "in";
  approved: boolean;
  blocked: boolean;
  verifiedAt: number | null;
  theirs: "active" | "pending" | "refused" | null;
  reason: string | null;
  listening: boolean;
  endingAt: number | null;
  attempts: number;
  nextAttemptAt: number;
  createdAt: number;
  updatedAt: number;
}

/** A peer as the policy looks at it. A relay or Jetstream is like a host that the admin added. */
export const standingOf = (row: PeerRow): Standing => ({
  kind: row.kind === "colony" ? "colony" : "host",
  did: row.did,
  approved: row.approved,
  verified: row.verifiedAt !== null,
  theirs: row.theirs,
  blocked: row.blocked,
  trust: row.trust,
  allowAgents: row.allowAgents,
});

/** A row that nothing is known of yet. */
export const newPeer = (row: Pick<PeerRow, "name" | "kind" | "origin" | "direction"> & Partial<PeerRow>, now: number): PeerRow => ({
  did: null,
  publicKey: null,
  relay: null,
  handleDomains: [],
  trust: null,
  allowAgents: null,
  approved: false,
  blocked: false,
  verifiedAt: null,
  theirs: null,
  reason: null,
  listening: false,
  endingAt: null,
  attempts: 0,
  nextAttemptAt: now,
  createdAt: now,
  updatedAt: now,
  ...row,
});

/** The same in the columns of D1. */
export interface StoredPeer {
  name: string;
  kind: PeerKind;
  origin: string;
  did: string | null;
  public_key: string | null;
  relay: string | null;
  handle_domains: string | null;
  trust: string | null;
  allow_agents: string | null;
  direction: "out" | "in";
  approved: number;
  blocked: number;
  verified_at: number | null;
  theirs: "active" | "pending" | "refused" | null;
  reason: string | null;
  listening: number;
  ending_at: number | null;
  attempts: number;
  next_attempt_at: number;
  created_at: number;
  updated_at: number;
}

/** A row of the database as it is worked with. */
export const fromStored = (row: StoredPeer): PeerRow => ({
  name: row.name,
  kind: row.kind,
  origin: row.origin,
  did: row.did,
  publicKey: row.public_key,
  relay: row.relay,
  handleDomains: listOf(row.handle_domains) ?? [],
  trust: isTrustLevel(row.trust) ? row.trust : null,
  allowAgents: listOf(row.allow_agents),
  direction: row.direction,
  approved: row.approved === 1,
  blocked: row.blocked === 1,
  verifiedAt: row.verified_at,
  theirs: row.theirs,
  reason: row.reason,
  listening: row.listening === 1,
  endingAt: row.ending_at,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The same the other way round. */
export const toStored = (row: PeerRow): StoredPeer => ({
  name: row.name,
  kind: row.kind,
  origin: row.origin,
  did: row.did,
  public_key: row.publicKey,
  relay: row.relay,
  handle_domains: JSON.stringify(row.handleDomains),
  trust: row.trust,
  allow_agents: row.allowAgents === null ? null : JSON.stringify(row.allowAgents),
  direction: row.direction,
  approved: Number(row.approved),
  blocked: Number(row.blocked),
  verified_at: row.verifiedAt,
  theirs: row.theirs,
  reason: row.reason,
  listening: Number(row.listening),
  ending_at: row.endingAt,
  attempts: row.attempts,
  next_attempt_at: row.nextAttemptAt,
  created_at: row.createdAt,
  updated_at: row.updatedAt,
});

/** A list that this colony wrote itself: anything else in its place is damage. */
const listOf = (text: string | null): string[] | null => {
  if (text === null) return null;
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error(`peer row is damaged: ${text.slice(0, 60)} is no list`);
  return list.map(String);
};
