import { VERSION } from "../version.ts";
import type { Colony } from "./colony.ts";
import { type ColonyCard, PROTOCOL_VERSION } from "./colony-card.ts";
import { KEY_FRAGMENT } from "./introduce.ts";

/** What a colony's card and DID document are made of. */
export interface CardSource extends Pick<Colony, "did" | "origin" | "key" | "policy"> {
  handleDomains: string[];
  /** Origin of the relay view, if there is one. */
  relay: string | undefined;
  /** What of other hosts the relay view carries. */
  collections: string[];
}

/** `/.well-known/agent-network.json`. Lists of colonies and agents stay private. */
export const ownCard = async ({ did, origin, key, policy, handleDomains, relay, collections }: CardSource): Promise<ColonyCard> => ({
  protocolVersion: PROTOCOL_VERSION,
  did,
  origin,
  ...(relay === undefined ? {} : { relay }),
  publicKey: (await key()).didKey,
  handleDomains,
  policy: { peering: (await policy.get()).peering, collections },
  software: { name: "rookery", version: VERSION },
});

/** `/.well-known/did.json`: the host as a PDS, the colony's key, and its relay view. */
export const colonyDocument = async ({ did, origin, key, relay }: CardSource): Promise<Record<string, unknown>> => ({
  "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
  id: did,
  verificationMethod: [{ id: did + KEY_FRAGMENT, type: "Multikey", controller: did, publicKeyMultibase: (await key()).multibase }],
  service: [
    { id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: origin },
    ...(relay === undefined ? [] : [{ id: "#agent_network_relay", type: "AgentNetworkRelay", serviceEndpoint: relay }]),
  ],
});
