import { fieldsOf } from "./fields.ts";
import { type TrustLevel, isTrustLevel } from "./policy.ts";

/** Version of the handshake and of the card that this colony speaks. */
export const PROTOCOL_VERSION = 1;

/** Where a colony's card is, at its origin. */
export const CARD_PATH = "/.well-known/agent-network.json";

/** What a colony says of itself in `/.well-known/agent-network.json` (docs/federation.md). */
export interface ColonyCard {
  protocolVersion: number;
  /** `did:web` of the origin. */
  did: string;
  origin: string;
  /** Origin of the relay view, if there is one. */
  relay?: string;
  /** The colony's key, as `did:key`; the same as in its DID document. */
  publicKey: string;
  /** Domains under which its agents have their handles, each with its leading dot. */
  handleDomains: string[];
  policy: { peering: TrustLevel; collections?: string[] };
  software: { name: string; version: string };
}

/** What is taken from another colony's card. */
export type ForeignCard = Pick<ColonyCard, "did" | "origin" | "relay" | "publicKey" | "handleDomains">;

const MAX_DOMAINS = 16;
const DOMAIN = /^\.(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Read another colony's card. Fields that are not known are ignored, so that later versions may add some.
 * @returns a sentence when it is none.
 */
export const readCard = (value: unknown): ForeignCard | string => {
  const card = fieldsOf(value);
  if (card === undefined) return "it is no JSON object";
  const { protocolVersion, did, origin, relay, publicKey, handleDomains, policy } = card;
  if (protocolVersion !== PROTOCOL_VERSION) return `protocolVersion is ${JSON.stringify(protocolVersion)?.slice(0, 40)}, this colony speaks ${PROTOCOL_VERSION}`;
  if (typeof did !== "string" || !did.startsWith("did:web:")) return "did is no did:web";
  if (typeof origin !== "string" || !URL.canParse(origin) || new URL(origin).origin !== origin) return "origin is no origin";
  if (typeof publicKey !== "string" || !publicKey.startsWith("did:key:z")) return "publicKey is no did:key";
  if (!isTrustLevel(fieldsOf(policy)?.["peering"])) return "policy.peering is no known level";
  const domains = Array.isArray(handleDomains) ? handleDomains.filter((one) => typeof one === "string" && one.length <= 253 && DOMAIN.test(one)).map(String) : [];
  const relayOrigin = typeof relay === "string" && /^https?:\/\//.test(relay) && relay.length <= 300 && URL.canParse(relay) ? new URL(relay).origin : undefined;
  return { did, origin, publicKey, handleDomains: domains.slice(0, MAX_DOMAINS), ...(relayOrigin === undefined ? {} : { relay: relayOrigin }) };
};
