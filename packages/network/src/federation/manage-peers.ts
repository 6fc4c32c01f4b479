import { type Outcome, type XrpcFault, fail, ok, webDidOf } from "@rookery/sync";
import type { Colony } from "./colony.ts";
import { fetchJson } from "./fetch-json.ts";
import { fieldsOf } from "./fields.ts";
import { type PeerAddress, peerAddress } from "./peer-address.ts";
import { type PeerKind, type PeerRow, isUpstreamKind, newPeer } from "./peer-row.ts";
import { type Policy, type TrustLevel, levelFor } from "./policy.ts";
import { propose, sayFarewell } from "./propose.ts";
import { originOfColony } from "./introduce.ts";
import { settle, stateOf } from "./settle.ts";

/** What the admin says about a peer. What is left out stays as it is; null is the colony's own. */
export interface PeerWish {
  url: string;
  kind?: PeerKind | undefined;
  trust?: TrustLevel | null | undefined;
  allowAgents?: string[] | null | undefined;
}

const sameList = (a: string[] | null, b: string[] | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * The admin adds a peer, approves one that asked, tries again, or changes one's settings. The row is written before anything
 * is asked of the other side, so that the minute's upkeep can finish what was cut short.
 */
export const addPeer = async (colony: Colony, wish: PeerWish): Promise<Outcome<PeerRow>> => {
  const { peers, policy } = colony;
  const { trust, allowAgents } = wish;
  const named = await namedBy(colony, wish);
  if (typeof named === "string") return fail(400, "InvalidRequest", named);
  const { kind, name, origin, known } = named;
  const rules = await policy.get();
  const settings = { trust: trust === undefined ? (known?.trust ?? null) : trust, allowAgents: allowAgents === undefined ? (known?.allowAgents ?? null) : allowAgents };
  const refused = await refuseWish(colony, rules, { kind, name, origin, ...settings }, known);
  if (refused !== undefined) return { ok: false, error: refused };
  const now = colony.now();
  const wished = { kind, origin, did: kind === "colony" ? webDidOf(origin) : null, approved: true, blocked: false, endingAt: null, reason: null, nextAttemptAt: now, ...settings };
  if (known === undefined && !(await peers.add(newPeer({ name, direction: "out", ...wished }, now), false)) && (await peers.find(name)) === undefined) return full();
  const row = await peers.find(name);
  const written = row === undefined ? undefined : await peers.change(row, { ...wished, ...(row.theirs === "refused" ? { theirs: null } : {}) }, now);
  if (written === undefined) return fail(409, "PeerRefused", "The peering was ended meanwhile");
  // An approval is told by a handshake of our own, so that the other side need not come and ask again.
  const agreed = kind !== "colony" || (known?.approved === true && written.verifiedAt !== null && written.theirs === "active");
  if (!agreed && levelFor(rules, written.trust) !== "private") return saysItStays(await propose(colony, written));
  await settle(colony, written);
  return ok(written);
};

/** A peer that does not answer stays and is tried again: whoever mistyped its address must hear so. */
const saysItStays = (proposed: Outcome<PeerRow>): Outcome<PeerRow> => {
  if (proposed.ok || proposed.error.name !== "PeerUnreachable") return proposed;
  const { status, name, message } = proposed.error;
  return fail(status, name, `${message}${/[.?!]$/.test(message) ? "" : "."} It stays on the list as pending and is tried again by itself; DELETE it to forget it`);
};

/** Whom a wish is about, and what is known of it. Without a kind it is the kind that the peer has, or else a colony. */
const namedBy = async ({ peers, allowLoopback }: Colony, { url, kind }: PeerWish): Promise<(PeerAddress & { kind: PeerKind; known: PeerRow | undefined }) | string> => {
  const stream = kind === undefined ? await peers.find(url) : undefined;
  if (stream !== undefined) return { kind: stream.kind, name: stream.name, origin: stream.origin, known: stream };
  const address = peerAddress(kind ?? "colony", url, allowLoopback);
  if (typeof address === "string") return address;
  const known = await peers.find(address.name);
  return { ...address, kind: kind ?? known?.kind ?? "colony", known };
};

type Wished = Pick<PeerRow, "kind" | "name" | "origin" | "trust" | "allowAgents">;

/** What cannot be done for the admin, whatever the other side would say. */
const refuseWish = async (colony: Colony, rules: Policy, wish: Wished, known: PeerRow | undefined): Promise<XrpcFault | undefined> => {
  const { kind, name, origin, trust } = wish;
  if (origin === colony.origin && !isUpstreamKind(kind)) return { status: 400, name: "InvalidRequest", message: `${origin} is this colony itself` };
  if (kind !== "colony" && trust !== null && trust !== "open" && trust !== "private") {
    return { status: 400, name: "InvalidRequest", message: `A ${kind} does no handshake, so its trust can only be open or private, not ${trust}` };
  }
  if (rules.peering === "private") return { status: 409, name: "PeeringClosed", message: "This colony's level is private; POST /admin/federation/policy changes it" };
  const unchanged = known !== undefined && known.kind === kind && known.trust === trust && sameList(known.allowAgents, wish.allowAgents);
  if (unchanged && known.approved && stateOf(rules, known).state === "active") return { status: 409, name: "AlreadyPeered", message: `${name} is a peer already` };
  if (kind !== "host" || known?.listening === true) return undefined;
  const noHost = await refuseNoHost(colony, origin);
  return noHost === undefined ? undefined : { status: 502, name: "PeerUnreachable", message: noHost };
};

const full = () => fail(503, "TooManyPeers", "There are as many peers as can be looked after; remove one first");

/** A host must at least answer as a PDS does. @returns a sentence when it does not. */
export const refuseNoHost = async ({ fetch }: Colony, origin: string): Promise<string | undefined> => {
  try {
    const answer = await fetchJson(fetch, `${origin}/xrpc/com.atproto.server.describeServer`);
    if (!answer.ok) return `${origin} is no PDS: describeServer answers ${answer.status}`;
    return typeof fieldsOf(answer.json)?.["did"] === "string" ? undefined : `${origin} is no PDS: describeServer names no did`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** What became of a peer that was removed. */
export interface Removal {
  /** Whether there was one. */
  removed: boolean;
  /** True when there was none and it is kept out from now on. */
  blocked?: boolean;
  /** Of a colony: whether it was told. Otherwise it is tried again by itself. */
  told?: boolean;
  reason?: string;
}

/**
 * The admin ends a peering, whoever began it. Listening stops at once, then the other colony is told. Can be repeated. That it
 * is ending is written down first, so that the minute's upkeep can finish what was cut short.
 * @param block keep the row, so that the peer cannot come back by itself; one that is not known is kept out beforehand.
 */
export const removePeer = async (colony: Colony, nameOrDid: string, block: boolean): Promise<Outcome<Removal>> => {
  const { peers, policy } = colony;
  const row = await peers.find(nameOrDid);
  const rules = await policy.get();
  const did = row?.did ?? nameOrDid;
  // On the list it would be back as soon as it asks.
  if (rules.allowlist.includes(did)) await policy.change({ allowlist: rules.allowlist.filter((one) => one !== did) }, colony.now());
  if (row === undefined) return block ? blockUnknown(colony, nameOrDid) : ok({ removed: false });
  const now = colony.now();
  // One that was blocked before was told then.
  const theirs = row.blocked && row.endingAt === null ? "refused" : row.theirs;
  const ended = await peers.change(row, { approved: false, blocked: block, reason: null, theirs, nextAttemptAt: now, endingAt: row.endingAt ?? now }, now);
  if (ended === undefined) return ok({ removed: true });
  await settle(colony, ended);
  const reason = await farewell(colony, ended);
  return ok({ removed: true, ...(isToBeTold(ended) ? { told: reason === undefined } : {}), ...(reason === undefined ? {} : { reason }) });
};

/** Keep a host out that never was a peer. */
const blockUnknown = async (colony: Colony, nameOrDid: string): Promise<Outcome<Removal>> => {
  const address = peerAddress("colony", nameOrDid.startsWith("did:") ? (originOfColony(nameOrDid, colony.allowLoopback) ?? nameOrDid) : nameOrDid, colony.allowLoopback);
  if (typeof address === "string") return fail(400, "InvalidRequest", `Nobody of this name can be blocked: ${address}`);
  const { name, origin } = address;
  if (origin === colony.origin) return fail(400, "InvalidRequest", `${origin} is this colony itself`);
  const row = newPeer({ name, kind: "colony", origin, did: webDidOf(origin), direction: "out", blocked: true }, colony.now());
  return (await colony.peers.add(row, false)) ? ok({ removed: false, blocked: true }) : full();
};

/** Whether the end is news to the other side. */
const isToBeTold = ({ kind, did, theirs }: PeerRow): boolean => kind === "colony" && did !== null && theirs !== "refused";

/** Tell the other colony, and let the row go when that is done. @returns why it could not be told. */
export const farewell = async (colony: Colony, row: PeerRow): Promise<string | undefined> => {
  const reason = isToBeTold(row) ? await sayFarewell(colony, row) : undefined;
  // One that never proved itself may be nobody: it is told if it can be, and not waited for.
  if (reason === undefined || row.verifiedAt === null) {
    const isGone = await finishRemoval(colony, row);
    const now = isGone ? undefined : await colony.peers.find(row.name);
    // Its admin added it again while it was told: the end came last there, so the wish is said once more.
    if (reason === undefined && now?.kind === "colony" && now.endingAt === null && now.approved) await propose(colony, now);
  } else await colony.peers.change(row, { reason: `The other colony is still to be told: ${reason}` }, colony.now());
  return reason;
};

/** The last step: nothing listens any more, and the row goes, unless it stays as a block. @returns false when somebody wished otherwise meanwhile. */
export const finishRemoval = async (colony: Colony, row: PeerRow): Promise<boolean> => {
  const { peers } = colony;
  await settle(colony, row);
  if (!row.blocked) return peers.remove(row);
  const current = await peers.find(row.name);
  if (current?.blocked !== true) return false;
  await peers.change(row, { endingAt: null, verifiedAt: null, theirs: null, reason: null }, colony.now());
  return true;
};
