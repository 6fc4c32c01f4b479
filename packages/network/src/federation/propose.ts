import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { Colony } from "./colony.ts";
import { type Answer, fetchJson } from "./fetch-json.ts";
import { fieldsOf } from "./fields.ts";
import { type Introduction, introduce } from "./introduce.ts";
import { MAX_STATEMENT_LIFE, RETRY_FIRST, RETRY_LAST } from "./limits.ts";
import type { PeerRow } from "./peer-row.ts";
import { settle } from "./settle.ts";
import { challengeBytes, confirmationBytes, expiryOf, farewellBytes, freshNonce, isNonce, signStatement, verifyStatement } from "./statement.ts";

/** What the other colony made of our wish. */
interface Reached {
  theirs: "active" | "pending";
  reason: string | null;
}

/**
 * The requester's side of a handshake: look the other colony up again (its key may have changed), ask, check its challenge,
 * answer it, and write down what came of it. Every step can be lost: a repeat begins anew and ends the same.
 * @returns the row as it is then, or why it failed: PeerUnreachable (tried again by itself), PeerInvalid, PeerRefused.
 */
export const propose = async (colony: Colony, row: PeerRow): Promise<Outcome<PeerRow>> => {
  const found = await introduce(colony, row.origin);
  if (!found.ok) return failed(colony, row, found.error);
  const reached = await shakeHands(colony, found.value);
  if (!reached.ok) return failed(colony, row, reached.error);
  const now = colony.now();
  const { did, relay = null, publicKey, handleDomains } = found.value;
  const { theirs, reason } = reached.value;
  const retry = theirs === "pending" ? nextAttempt(row, now) : { attempts: 0, nextAttemptAt: now };
  const changed = await colony.peers.change(row, { did, relay, publicKey, handleDomains, verifiedAt: now, theirs, reason, ...retry }, now);
  if (changed === undefined) return fail(409, "PeerRefused", "The peering was ended meanwhile");
  await settle(colony, changed);
  return ok(changed);
};

/** Refused is an answer, and final until somebody asks again; the rest is tried again. */
const failed = async (colony: Colony, row: PeerRow, error: XrpcFault): Promise<Outcome<PeerRow>> => {
  const now = colony.now();
  const refused = error.name === "PeerRefused" ? { theirs: "refused" as const } : {};
  const changed = await colony.peers.change(row, { reason: error.message, ...refused, ...nextAttempt(row, now) }, now);
  if (changed !== undefined && changed.theirs === "refused") await settle(colony, changed);
  return { ok: false, error };
};

/** When to try again: later after each failure, up to an hour. */
export const nextAttempt = ({ attempts }: PeerRow, now: number): Pick<PeerRow, "attempts" | "nextAttemptAt"> => ({
  attempts: attempts + 1,
  nextAttemptAt: now + Math.min(RETRY_LAST, RETRY_FIRST * 2 ** Math.min(attempts, 20)),
});

const method = (origin: string, name: string): string => `${origin}/xrpc/agent.network.${name}`;

/** Steps 3 to 6 as the requester sees them. */
const shakeHands = async (colony: Colony, peer: Introduction): Promise<Outcome<Reached>> => {
  const requesterNonce = freshNonce();
  try {
    const asked = await fetchJson(colony.fetch, method(peer.origin, "requestPeering"), { did: colony.did, peer: peer.did, nonce: requesterNonce });
    if (!asked.ok) return refusedBy(peer, asked);
    const { did, nonce: responderNonce, expiresAt, signature } = fieldsOf(asked.json) ?? {};
    if (did !== peer.did || typeof responderNonce !== "string" || !isNonce(responderNonce) || typeof expiresAt !== "string" || typeof signature !== "string") {
      return fail(502, "PeerInvalid", `${peer.did} answered with something that is no challenge`);
    }
    if (expiryOf(expiresAt, colony.now()) === undefined) return fail(502, "PeerInvalid", `The challenge of ${peer.did} expires at ${expiresAt.slice(0, 40)}: the clocks differ`);
    const handshake = { requester: colony.did, responder: peer.did, requesterNonce, responderNonce, expiresAt };
    if (!(await verifyStatement(challengeBytes(handshake), signature, peer.publicKey))) {
      return fail(502, "PeerInvalid", `The challenge is not signed by ${peer.did}`);
    }
    const ours = await signStatement(await colony.key(), confirmationBytes(handshake));
    const confirmation = { did: colony.did, peer: peer.did, nonce: requesterNonce, challenge: responderNonce, expiresAt, signature: ours };
    const confirmed = await fetchJson(colony.fetch, method(peer.origin, "confirmPeering"), confirmation);
    if (!confirmed.ok) return refusedBy(peer, confirmed);
    const { state, reason } = fieldsOf(confirmed.json) ?? {};
    if (state !== "active" && state !== "pending") return fail(502, "PeerInvalid", `${peer.did} answered with neither active nor pending`);
    const words = typeof reason === "string" ? `${peer.did} says: ${reason.slice(0, 500)}` : null;
    return ok({ theirs: state, reason: state === "active" ? null : words });
  } catch (error) {
    return fail(502, "PeerUnreachable", error instanceof Error ? error.message : String(error));
  }
};

/** A "no" of the other colony is final; being busy or broken is not. */
const refusedBy = (peer: Introduction, { status, name, message }: Extract<Answer, { ok: false }>) =>
  status === 429 || status >= 500 || name === "CannotVerify" || name === "ChallengeUnknown"
    ? fail(502, "PeerUnreachable", `${peer.did} answers ${status} ${name}: ${message}`)
    : fail(409, "PeerRefused", `${peer.did} refuses (${name || status}): ${message}`);

/** Tell the other colony that the peering is over. @returns why it could not be told, if it could not. */
export const sayFarewell = async (colony: Colony, { did, origin }: PeerRow): Promise<string | undefined> => {
  if (did === null) return undefined;
  const farewell = { from: colony.did, to: did, nonce: freshNonce(), expiresAt: new Date(colony.now() + MAX_STATEMENT_LIFE / 2).toISOString() };
  const signature = await signStatement(await colony.key(), farewellBytes(farewell));
  const { nonce, expiresAt } = farewell;
  try {
    const answer = await fetchJson(colony.fetch, method(origin, "endPeering"), { did: colony.did, peer: did, nonce, expiresAt, signature });
    return answer.ok ? undefined : `${did} answers ${answer.status} ${answer.name}: ${answer.message}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
