import { MAX_CLOCK_SKEW_MS } from "./limits.ts";
import { type CheckedKey, checkChain, isSignedByOwnerOf } from "./key-record.ts";

/** What is remembered of somebody's key: it, and whom it was signed by. */
export interface KeyPin {
  did: string;
  key: CheckedKey;
}

/** Who vouches for a key: its owner's signature, or no more than the repository, whose keys a host may hold. */
export type Assurance = "owner" | "repository";

/**
 * What to do about a key that somebody publishes. `use` carries the pin to remember; `refuse` is to be told to the owner
 * and never to be got around: keep the old pin.
 */
export type PinDecision =
  | { decision: "use"; how: "first-use" | "same" | "rotated"; assurance: Assurance; pin: KeyPin }
  | { decision: "refuse"; why: "expired" | "not-yet-valid" | "substituted" | "rolled-back"; reason: string };

/** What was seen when a decision is wanted. */
export interface PinQuestion {
  did: string;
  /** What is remembered; undefined at the first contact. */
  pin: KeyPin | undefined;
  /** The newest key record, and those before it as far as they are known, newest first; all of them proven and checked. */
  published: [CheckedKey, ...CheckedKey[]];
  /** Milliseconds since 1970. */
  now: number;
}

const assuranceOf = (key: CheckedKey): Assurance => (key.owners.length > 0 ? "owner" : "repository");

/**
 * Trust on first use, then: the same record, or one that the owner of the pinned key has signed, or one that leads
 * back to the pinned record by an unbroken chain, signed all along once an owner has signed. All else is a substitution.
 */
export const decidePin = ({ did, pin, published, now }: PinQuestion): PinDecision => {
  const [newest] = published;
  const use = (how: "first-use" | "same" | "rotated"): PinDecision =>
    newest.expiresAt <= now
      ? { decision: "refuse", why: "expired", reason: `The key of ${did} expired at ${new Date(newest.expiresAt).toISOString()}` }
      : { decision: "use", how, assurance: assuranceOf(newest), pin: { did, key: newest } };
  if (newest.createdAt > now + MAX_CLOCK_SKEW_MS) return { decision: "refuse", why: "not-yet-valid", reason: `The key of ${did} is of ${new Date(newest.createdAt).toISOString()}, which is yet to come` };
  if (pin === undefined) return use("first-use");
  const { key: known } = pin;
  if (newest.uri === known.uri && newest.cid === known.cid) return use("same");
  if (newest.createdAt < known.createdAt) return { decision: "refuse", why: "rolled-back", reason: `${did} publishes a key older than the one that is known` };
  if (isSignedByOwnerOf(known, newest)) return use("rotated");
  const at = published.findIndex(({ uri, cid }) => uri === known.uri && cid === known.cid);
  if (at > 0 && checkChain(published.slice(0, at + 1).toReversed()).ok) return use("rotated");
  return { decision: "refuse", why: "substituted", reason: `${did} publishes a key that ${known.owners.length > 0 ? "its owner has not signed" : "does not follow from the one that is known"}` };
};
