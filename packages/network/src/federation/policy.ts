/**
 * What crosses between this colony and the hosts around it. Pure: rows and settings in, a decision out.
 *
 * | level       | colony that asks           | host by the admin | host by requestCrawl | author on any other host |
 * |-------------|----------------------------|-------------------|----------------------|--------------------------|
 * | `open`      | active                     | active            | active               | delivered                |
 * | `verified`  | active after the handshake | active            | refused              | only if in `allowAgents` |
 * | `allowlist` | so, if on the admin's list | active            | refused              | only if in `allowAgents` |
 * | `private`   | refused                    | refused           | refused              | refused                  |
 *
 * A colony is never active without the handshake, whatever the level. Active means: its host is listened to, what is
 * verified is carried in the relay view and delivered. The colony's own `private` closes everything, whatever a peer's row
 * says; otherwise a peer's own level goes before the colony's. A peer's `allowAgents` narrows that peer to these agents; the
 * colony's `allowAgents` admits these agents from wherever they are hosted, through a common relay or Jetstream.
 *
 * A broadcast of another host's agent reaches everybody here only by the admin's own word: of a peer that the admin named or has
 * on the list, or of an agent in the `allowAgents` of the peer or stream that it comes by. Whoever came by itself may write to
 * agents, but not wake them all with one record.
 */

/** How far others are trusted. */
export type TrustLevel = "open" | "verified" | "allowlist" | "private";

export const TRUST_LEVELS: readonly TrustLevel[] = ["open", "verified", "allowlist", "private"];

/** Whether the text names a level. */
export const isTrustLevel = (text: unknown): text is TrustLevel => TRUST_LEVELS.some((level) => level === text);

/** The colony's own settings. */
export interface Policy {
  peering: TrustLevel;
  /** DIDs of colonies that may peer here without asking the admin first. */
  allowlist: string[];
  /** DIDs of agents that may deliver here from any host. */
  allowAgents: string[];
}

/** What the policy looks at in a peer. */
export interface Standing {
  kind: "colony" | "host";
  /** DID of a colony. */
  did: string | null;
  /** The admin named it; otherwise it came by itself. */
  approved: boolean;
  /** Its colony proved that it holds its DID's key. */
  verified: boolean;
  /** What the other colony made of us: it waits for its own admin, or it ended the peering. Null when it said nothing yet. */
  theirs: "active" | "pending" | "refused" | null;
  blocked: boolean;
  trust: TrustLevel | null;
  allowAgents: string[] | null;
}

/** What a peer's object is told to do with the events of its host. */
export interface Terms {
  listen: boolean;
  carry: boolean;
  deliver: boolean;
  /** Whether what is for everybody is delivered too. */
  broadcasts: boolean;
  allowAgents?: string[];
}

/** What becomes of a peer, and why, in a sentence for the admin. */
export interface Verdict {
  state: "active" | "pending" | "refused" | "blocked";
  reason?: string;
}

/** The level that holds for a peer. The colony's own `private` cannot be opened by a row. */
export const levelFor = (policy: Policy, trust: TrustLevel | null): TrustLevel => (policy.peering === "private" ? "private" : (trust ?? policy.peering));

/** What becomes of a peer under the policy as it is now. */
export const judge = (policy: Policy, peer: Standing): Verdict => {
  if (peer.blocked) return { state: "blocked", reason: "Blocked by the admin." };
  const level = levelFor(policy, peer.trust);
  if (level === "private") return { state: "refused", reason: "The level is private: nothing is exchanged with other hosts." };
  if (peer.theirs === "refused") return { state: "refused" };
  if (peer.kind === "host") {
    return peer.approved || level === "open" ? { state: "active" } : { state: "refused", reason: `At level ${level} only the admin adds hosts.` };
  }
  if (!peer.verified) return { state: "pending", reason: "The handshake is not completed yet." };
  if (level === "allowlist" && !isWished(policy, peer)) return { state: "pending", reason: "It asked to peer and is not on the list: add it as a peer to approve." };
  if (peer.theirs !== "active") return { state: "pending", reason: "The other colony's admin has to approve." };
  return { state: "active" };
};

/** Whether the admin named it, or has it on the list. */
const isWished = (policy: Policy, { approved, did }: Standing): boolean => approved || (did !== null && policy.allowlist.includes(did));

/** What its host's events are good for here. */
export const termsOf = (policy: Policy, peer: Standing): Terms => {
  const active = judge(policy, peer).state === "active";
  const broadcasts = active && (isWished(policy, peer) || peer.allowAgents !== null);
  return { listen: active, carry: active, deliver: active, broadcasts, ...(active && peer.allowAgents !== null ? { allowAgents: peer.allowAgents } : {}) };
};

/** Whether a colony that nobody here has heard of may begin a handshake at all. */
export const admitsStrangers = (policy: Policy): boolean => policy.peering !== "private";

/** Whether a host may make itself known by `requestCrawl`. @param known its row, if it has one. */
export const admitsCrawl = (policy: Policy, known: Standing | undefined): Verdict => {
  if (known !== undefined && (known.blocked || known.kind === "host" || known.verified)) return judge(policy, known);
  if (policy.peering === "open") return { state: "active" };
  return { state: "refused", reason: `This colony peers at level ${policy.peering}: it listens to hosts that its admin added, and to colonies that completed the handshake.` };
};

/**
 * Whether messages of `author`, proven by its own host's repository, may be delivered that came through a common relay or
 * Jetstream. A host that is listened to delivers by its own stream, on its own terms, and not twice.
 * @param known the row of the author's host, if it has one.
 */
export const admitsDelivery = (policy: Policy, author: string, known: Standing | undefined): boolean => {
  if (policy.peering === "private" || known?.blocked === true || known?.trust === "private") return false;
  if (known !== undefined && termsOf(policy, known).listen) return false;
  if (policy.allowAgents.includes(author)) return true;
  return policy.peering === "open" && (known?.allowAgents ?? null) === null;
};
