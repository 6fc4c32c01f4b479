import { isDid } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, invalid, isFault, json } from "@rookery/pds";
import { type XrpcFault, webDidOf } from "@rookery/sync";
import { fieldsOf } from "../federation/fields.ts";
import { originOfColony } from "../federation/introduce.ts";
import { MAX_LIST } from "../federation/limits.ts";
import { listPeers, shown } from "../federation/list-peers.ts";
import { type PeerWish, addPeer, removePeer } from "../federation/manage-peers.ts";
import { PEER_KINDS, isPeerKind } from "../federation/peer-row.ts";
import { type Policy, TRUST_LEVELS, isTrustLevel } from "../federation/policy.ts";
import { stateOf } from "../federation/settle.ts";
import { settleAll } from "../federation/upkeep.ts";
import { colonyOf } from "../host/federation.ts";
import { envOf } from "../host/host.ts";

/** GET /admin/federation/peers: every peer, and what listens to it. */
export const listPeersHandler: Handler = async ({ host }) => {
  const colony = colonyOf(envOf(host));
  return json({ policy: await colony.policy.get(), peers: await listPeers(colony) });
};

/** POST /admin/federation/peers {url, kind?, trust?, allowAgents?}: add a peer, approve one, or change its settings. */
export const addPeerHandler: Handler = async ({ input, host }) => {
  const wish = readWish(input);
  if (isFault(wish)) return wish;
  const colony = colonyOf(envOf(host));
  const added = await addPeer(colony, wish);
  if (!added.ok) return added.error;
  return json({ peer: { ...shown(added.value), ...stateOf(await colony.policy.get(), added.value) } });
};

/** DELETE /admin/federation/peers?peer=NAME|DID|URL[&block=true]: end a peering; with `block` for good. */
export const removePeerHandler: Handler = async ({ params, host }) => {
  const { peer, block = "false" } = params;
  if (typeof peer !== "string" || peer === "") return invalid("peer is missing: the name, DID or URL of the peer to remove, as GET lists it");
  if (block !== "true" && block !== "false") return invalid("block must be true or false");
  const name = /^https?:\/\//i.test(peer) && URL.canParse(peer) ? new URL(peer).host : /^did:|:\/\//.test(peer) ? peer : peer.toLowerCase();
  return answer(await removePeer(colonyOf(envOf(host)), name, block === "true"), json);
};

/** GET /admin/federation/policy */
export const getPolicyHandler: Handler = async ({ host }) => json(await colonyOf(envOf(host)).policy.get());

/** POST /admin/federation/policy {peering?, allowlist?, allowAgents?}: what is left out stays; peers follow at once. */
export const setPolicyHandler: Handler = async ({ input, host }) => {
  const change = readPolicy(input);
  if (isFault(change)) return change;
  const colony = colonyOf(envOf(host));
  const policy = await colony.policy.change(change, colony.now());
  await settleAll(colony);
  return json(policy);
};

const LEVELS = TRUST_LEVELS.join(", ");

const readWish = (input: unknown): PeerWish | XrpcFault => {
  const fields = fieldsOf(input);
  const { url, kind, trust, allowAgents } = fields ?? {};
  if (typeof url !== "string" || url === "" || url.length > 2048) return invalid("url is missing: the address of the colony, host, relay or Jetstream");
  const unknown = unknownField(fields ?? {}, ["url", "kind", "trust", "allowAgents"]);
  if (unknown !== undefined) return unknown;
  if (kind !== undefined && !isPeerKind(kind)) return invalid(`kind must be one of ${PEER_KINDS.join(", ")}`);
  if (trust !== undefined && trust !== null && !isTrustLevel(trust)) return invalid(`trust must be one of ${LEVELS}, or null for the colony's own`);
  const agents = allowAgents === undefined || allowAgents === null ? allowAgents : didList("allowAgents", allowAgents);
  if (isFault(agents)) return agents;
  return { url, kind, trust, allowAgents: agents };
};

const readPolicy = (input: unknown): Partial<Policy> | XrpcFault => {
  const fields = fieldsOf(input);
  if (fields === undefined) return invalid("the body must be an object with peering, allowlist or allowAgents");
  const unknown = unknownField(fields, ["peering", "allowlist", "allowAgents"]);
  if (unknown !== undefined) return unknown;
  const { peering } = fields;
  if (peering !== undefined && !isTrustLevel(peering)) return invalid(`peering must be one of ${LEVELS}`);
  const allowlist = fields["allowlist"] === undefined ? undefined : didList("allowlist", fields["allowlist"]);
  if (isFault(allowlist)) return allowlist;
  const noColony = allowlist?.find((did) => !isColonyDid(did));
  if (noColony !== undefined) return invalid(`allowlist has ${noColony.slice(0, 100)}, which is no colony's DID; those are did:web of a host in lower case, such as did:web:colony.example.org`);
  const allowAgents = fields["allowAgents"] === undefined ? undefined : didList("allowAgents", fields["allowAgents"]);
  if (isFault(allowAgents)) return allowAgents;
  return { ...(peering === undefined ? {} : { peering }), ...(allowlist === undefined ? {} : { allowlist }), ...(allowAgents === undefined ? {} : { allowAgents }) };
};

/** On the list another spelling would let nobody in, and say nothing. */
const isColonyDid = (did: string): boolean => {
  const origin = originOfColony(did, true);
  return origin !== undefined && webDidOf(origin) === did;
};

/** A misspelt field would otherwise be a setting that was silently not made. */
const unknownField = (fields: Record<string, unknown>, known: string[]): XrpcFault | undefined => {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  return other === undefined ? undefined : invalid(`${other.slice(0, 60)} is no field here; there are ${known.join(", ")}`);
};

const didList = (name: string, value: unknown): string[] | XrpcFault => {
  if (!Array.isArray(value) || value.length > MAX_LIST) return invalid(`${name} must be a list of at most ${MAX_LIST} DIDs`);
  const bad = value.find((one) => !isDid(one));
  return bad === undefined ? [...new Set(value.map(String))] : invalid(`${name} has ${JSON.stringify(bad)?.slice(0, 100)}, which is no DID`);
};
