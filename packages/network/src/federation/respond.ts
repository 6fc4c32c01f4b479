import type {
  AgentNetworkConfirmPeeringInput,
  AgentNetworkConfirmPeeringOutput,
  AgentNetworkEndPeeringInput,
  AgentNetworkRequestPeeringInput,
  AgentNetworkRequestPeeringOutput,
} from "@rookery/lexicon-agent-comms";
import { type Outcome, fail, ok, webDidOf } from "@rookery/sync";
import type { Colony } from "./colony.ts";
import type { ForeignCard } from "./colony-card.ts";
import { type Introduction, introduce, originOfColony } from "./introduce.ts";
import { CHALLENGE_LIFE, CLOCK_SKEW, MAX_INTRODUCTIONS } from "./limits.ts";
import { type PeerRow, newPeer } from "./peer-row.ts";
import { admitsStrangers, levelFor } from "./policy.ts";
import { settle, stateOf } from "./settle.ts";
import { challengeBytes, confirmationBytes, expiryOf, farewellBytes, freshNonce, isNonce, signStatement, verifyStatement } from "./statement.ts";

/** Look-ups under way. Hosts of strangers may be slow on purpose, which must not keep peers from being heard. */
const underWay = { peers: 0, strangers: 0 };

/** Look the colony that calls up, a few at a time: each call costs us two requests. @param whose whether it is a peer already. */
const lookUp = async (colony: Colony, did: string, whose: keyof typeof underWay): Promise<Outcome<Introduction>> => {
  const origin = originOfColony(did, colony.allowLoopback);
  // One spelling only: a colony has one name, and what is counted or blocked by it cannot be got round by another.
  if (origin === undefined || webDidOf(origin) !== did) return fail(400, "CannotVerify", `${did.slice(0, 300)} names no host that this colony asks: it must be did:web of a public host, in lower case`);
  if (underWay[whose] >= MAX_INTRODUCTIONS) return fail(429, "TooManyRequests", "Too many colonies are being looked up; try again in a moment");
  underWay[whose]++;
  try {
    const found = await introduce(colony, origin);
    return found.ok ? found : fail(400, "CannotVerify", found.error.message);
  } finally {
    underWay[whose]--;
  }
};

/** The row of the host that a colony's DID names, also when it is not known there as a colony. */
const rowOf = async ({ peers, allowLoopback }: Colony, did: string): Promise<PeerRow | undefined> => {
  const origin = originOfColony(did, allowLoopback);
  return origin === undefined ? undefined : peers.find(new URL(origin).host);
};

/** Refuse at once what the policy would refuse in the end; the answer tells no more than the card does. */
const refusal = async ({ did: own, policy }: Colony, { did, peer }: { did: string; peer: string }, row: PeerRow | undefined) => {
  if (peer !== own) return fail(400, "NotThisColony", `This colony is ${own}, not ${peer.slice(0, 300)}`);
  if (did === own) return fail(400, "NotThisColony", "A colony does not peer with itself");
  const now = await policy.get();
  if (!admitsStrangers(now) || row?.blocked === true || levelFor(now, row?.trust ?? null) === "private") {
    return fail(403, "PeeringClosed", "This colony does not peer with yours");
  }
  return undefined;
};

/** Steps 3 and 4: a colony asks; it is looked up, and answered with a signed challenge. */
export const requestPeering = async (colony: Colony, request: AgentNetworkRequestPeeringInput): Promise<Outcome<AgentNetworkRequestPeeringOutput>> => {
  const { did, nonce: theirNonce } = request;
  if (!isNonce(theirNonce)) return fail(400, "InvalidRequest", "nonce must be 16 to 64 bytes in base64url");
  const row = await rowOf(colony, did);
  const refused = await refusal(colony, request, row);
  if (refused !== undefined) return refused;
  const found = await lookUp(colony, did, row === undefined ? "strangers" : "peers");
  if (!found.ok) return found;
  const now = colony.now();
  await colony.nonces.sweep(now);
  const [nonce, expires] = [freshNonce(), now + CHALLENGE_LIFE];
  await colony.nonces.give({ nonce, did, theirNonce, theirCard: found.value, expiresAt: expires });
  const expiresAt = new Date(expires).toISOString();
  const handshake = { requester: did, responder: colony.did, requesterNonce: theirNonce, responderNonce: nonce, expiresAt };
  return ok({ did: colony.did, nonce, expiresAt, signature: await signStatement(await colony.key(), challengeBytes(handshake)) });
};

/** Steps 5 and 6: the colony answers the challenge; then the policy decides. */
export const confirmPeering = async (colony: Colony, given: AgentNetworkConfirmPeeringInput): Promise<Outcome<AgentNetworkConfirmPeeringOutput>> => {
  const refused = await refusal(colony, given, await rowOf(colony, given.did));
  if (refused !== undefined) return refused;
  const now = colony.now();
  const challenge = await colony.nonces.take(given.challenge, given.did, now);
  if (challenge === undefined || challenge.theirNonce !== given.nonce || given.expiresAt !== new Date(challenge.expiresAt).toISOString()) {
    return fail(400, "ChallengeUnknown", "This challenge was not given to your colony, was answered before, or has expired: begin again");
  }
  const { did, nonce, challenge: responderNonce, expiresAt, signature } = given;
  const bytes = confirmationBytes({ requester: did, responder: colony.did, requesterNonce: nonce, responderNonce, expiresAt });
  if (!(await verifyStatement(bytes, signature, challenge.theirCard.publicKey))) return fail(400, "BadSignature", `The signature is not one of ${did} over this handshake`);
  return admit(colony, challenge.theirCard);
};

/** A colony that proved itself becomes a peer, as the policy says. */
const admit = async (colony: Colony, { did, origin, publicKey, relay, handleDomains }: ForeignCard): Promise<Outcome<AgentNetworkConfirmPeeringOutput>> => {
  const { peers } = colony;
  const now = colony.now();
  const name = new URL(origin).host;
  const policy = await colony.policy.get();
  const proven = { kind: "colony" as const, did, origin, publicKey, relay: relay ?? null, handleDomains, verifiedAt: now, theirs: "active" as const, reason: null, attempts: 0 } satisfies Partial<PeerRow>;
  const before = await peers.find(name);
  if (before === undefined && !(await peers.add(newPeer({ name, direction: "in", ...proven }, now), !policy.allowlist.includes(did)))) {
    return fail(503, "TooManyPeers", "This colony has as many peers as it can look after");
  }
  const row = await peers.find(name);
  if (row === undefined) return fail(503, "TooManyPeers", "The peering was ended meanwhile");
  // A peering that is being ended was its admin's wish; this is a new one.
  const fresh = row.endingAt === null ? {} : { endingAt: null, approved: false };
  const changed = await peers.change(row, { ...proven, ...fresh }, now);
  if (changed === undefined) return fail(503, "TooManyPeers", "The peering was ended meanwhile");
  await settle(colony, changed);
  const { state } = stateOf(await colony.policy.get(), changed);
  if (state === "active") return ok({ state });
  if (state === "pending") return ok({ state, reason: "Its admin has to approve." });
  return fail(403, "PeeringClosed", "This colony does not peer with yours");
};

/** The other colony ends the peering. Nothing to end is no error. */
export const endPeering = async (colony: Colony, { did, peer, nonce, expiresAt, signature }: AgentNetworkEndPeeringInput): Promise<Outcome<null>> => {
  if (peer !== colony.did) return fail(400, "NotThisColony", `This colony is ${colony.did}, not ${peer.slice(0, 300)}`);
  const now = colony.now();
  const expires = expiryOf(expiresAt, now);
  if (expires === undefined) return fail(400, "StatementExpired", "expiresAt must be a UTC time in the future, at most ten minutes ahead");
  if (!isNonce(nonce)) return fail(400, "InvalidRequest", "nonce must be 16 to 64 bytes in base64url");
  const row = await colony.peers.find(did);
  if (row === undefined || row.kind !== "colony" || row.theirs === "refused") return ok(null);
  const found = await lookUp(colony, did, "peers");
  if (!found.ok) return found;
  const bytes = farewellBytes({ from: did, to: colony.did, nonce, expiresAt });
  if (!(await verifyStatement(bytes, signature, found.value.publicKey))) return fail(400, "BadSignature", `The signature is not one of ${did} over this statement`);
  // As long as its time would be believed by a clock that is behind.
  const use = await colony.nonces.use(nonce, did, expires + CLOCK_SKEW, now);
  if (use === "used") return fail(400, "StatementUsed", "This statement was used before");
  if (use === "too-many") return fail(429, "TooManyRequests", "Your colony has ended its peering very often; try again in ten minutes");
  const changed = await colony.peers.change(row, { theirs: "refused", reason: "The other colony ended the peering." }, now);
  if (changed !== undefined) await settle(colony, changed);
  return ok(null);
};
