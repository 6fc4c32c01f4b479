/**
 * What the AT Protocol reads from a DID document: signing key, host, handle. Pure; resolving is elsewhere.
 *
 * Documents come from strangers, so every field is narrowed before it is used, and whatever is missing or malformed is
 * `undefined`. Ids may be relative (`#atproto`) or absolute (`did:plc:...#atproto`); of several matches the first
 * counts (atproto specification, "DID").
 */
import { parsePublicMultikey } from "@atcute/crypto";
import { fromBase58Btc, toBase58Btc } from "@atcute/multibase";

type Fields = Record<string, unknown>;

/** Multicodec prefixes of compressed public keys. */
const P256_PREFIX = [0x80, 0x24];
const SECP256K1_PREFIX = [0xe7, 0x01];

/** Longest key that is looked at: a whole point has some 90 characters, and reading base58 takes the square of its length. */
const MAX_MULTIBASE = 128;

const HANDLE = /^(?=.{1,253}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/**
 * The key that signs the account's commits, as a `did:key`. Reads Multikey and the two legacy suites that older PLC
 * directories still emit (`EcdsaSecp256k1VerificationKey2019`, `EcdsaSecp256r1VerificationKey2019`).
 */
export function atprotoKeyOf(doc: unknown): string | undefined {
  return keyOf(doc, "#atproto");
}

/** The key of a verification method, by the fragment of its id, as a `did:key`; see {@link atprotoKeyOf}. */
export function keyOf(doc: unknown, fragment: string): string | undefined {
  const method = firstWithId(doc, "verificationMethod", fragment);
  const multibase = method?.["publicKeyMultibase"];
  if (typeof multibase !== "string" || multibase[0] !== "z" || multibase.length > MAX_MULTIBASE) return undefined;
  try {
    switch (method?.["type"]) {
      case "Multikey":
        return parsePublicMultikey(multibase).publicKeyBytes.length === 33 ? `did:key:${multibase}` : undefined;
      case "EcdsaSecp256k1VerificationKey2019":
        return didKey(SECP256K1_PREFIX, fromBase58Btc(multibase.slice(1)));
      case "EcdsaSecp256r1VerificationKey2019":
        return didKey(P256_PREFIX, fromBase58Btc(multibase.slice(1)));
      default:
        return undefined;
    }
  } catch {
    return undefined; // not base58, or a curve that atproto does not have
  }
}

/** Endpoint of the account's host (PDS), letter by letter as the document has it. */
export function pdsEndpointOf(doc: unknown): string | undefined {
  const service = firstWithId(doc, "service", "#atproto_pds");
  const endpoint = service?.["serviceEndpoint"];
  return service?.["type"] === "AtprotoPersonalDataServer" && typeof endpoint === "string" && URL.canParse(endpoint) ? endpoint : undefined;
}

/** Origin of the account's host (PDS), without a trailing slash. */
export function pdsOf(doc: unknown): string | undefined {
  const endpoint = pdsEndpointOf(doc);
  if (endpoint === undefined) return undefined;
  const url = new URL(endpoint);
  return url.protocol === "https:" || url.protocol === "http:" ? url.origin : undefined;
}

/** Where a service is, by the fragment of its id (`#bsky_appview`); undefined when the document has none, or no URL for it. */
export function serviceEndpointOf(doc: unknown, fragment: string): URL | undefined {
  const endpoint = firstWithId(doc, "service", fragment)?.["serviceEndpoint"];
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  return url.protocol === "https:" || url.protocol === "http:" ? url : undefined;
}

/** The handle that the document claims, in lower case. A claim only: the handle must point back at the DID. */
export function handleOf(doc: unknown): string | undefined {
  const names = fieldsOf(doc)?.["alsoKnownAs"];
  if (!Array.isArray(names)) return undefined;
  const claim: unknown = names.find((name) => typeof name === "string" && name.startsWith("at://"));
  const handle = typeof claim === "string" ? claim.slice("at://".length) : "";
  return HANDLE.test(handle) ? handle.toLowerCase() : undefined;
}

function firstWithId(doc: unknown, list: string, fragment: string): Fields | undefined {
  const fields = fieldsOf(doc);
  const entries = fields?.[list];
  if (!Array.isArray(entries)) return undefined;
  const absolute = typeof fields?.["id"] === "string" ? fields["id"] + fragment : fragment;
  for (const entry of entries) {
    const found = fieldsOf(entry);
    if (found?.["id"] === fragment || found?.["id"] === absolute) return found;
  }
  return undefined;
}

function didKey(prefix: number[], point: Uint8Array): string | undefined {
  const compressed = compress(point);
  if (compressed === undefined) return undefined;
  return `did:key:z${toBase58Btc(Uint8Array.from([...prefix, ...compressed]))}`;
}

/** SEC 1, 2.3.3: X with the parity of Y in front. The legacy suites carry the point whole. */
function compress(point: Uint8Array): Uint8Array | undefined {
  if (point.length === 33 && (point[0] === 2 || point[0] === 3)) return point;
  if (point.length !== 65 || point[0] !== 4) return undefined;
  const compressed = point.slice(0, 33);
  compressed[0] = 2 + ((point[64] ?? 0) & 1);
  return compressed;
}

/** A named boundary: an object whose fields are then narrowed one by one. */
function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
