import { P256PrivateKey } from "@atcute/crypto";
import { validateInput } from "@rookery/lexicon-agent-comms";
import { type MasterKey, type Policy, type ServerNotices, Tokens, checkPolicy } from "@rookery/pds";
import { isLoopbackHost, webDidOf } from "@rookery/sync";
import type { Env } from "./env.ts";
import { readBlobLimit } from "./host/blob-limit.ts";
import { readCrawlers } from "./host/crawlers.ts";
import type { InviteSettings } from "./invites/earned.ts";
import { type TrustLevel, isTrustLevel } from "./federation/policy.ts";
import { RotationKeys } from "./plc/rotation-keys.ts";
import { isDidKey } from "./provisioning/draft.ts";
import { type ServiceAddress, readServiceAddress } from "./proxy/service-address.ts";

/** The environment, parsed once per isolate. Bad settings stop the colony with a sentence that names them. */
export interface Config {
  origin: string;
  /** did:web of the origin; a port is percent-encoded (did:web method, "port"). */
  hostDid: string;
  /** Whether the origin is this machine's own, where no Cloudflare stands in front. */
  isLoopback: boolean;
  handleDomains: string[];
  plcUrl: string;
  /** Where the TXT records of handles are looked up (JSON over HTTPS); undefined asks no DNS. */
  dohUrl: string | undefined;
  masterKey: MasterKey;
  rotationKey: () => Promise<P256PrivateKey>;
  /** That, and while it is being rotated the one before. */
  rotation: RotationKeys;
  adminKeyHash: Promise<ArrayBuffer>;
  tokens: Tokens;
  openRegistration: boolean;
  /** How invite codes come to accounts by themselves, if they do. */
  invites: InviteSettings | undefined;
  /** Largest blob, in bytes. */
  blobLimit: number;
  /** What describeServer says of whoever runs the colony. */
  notices: ServerNotices;
  /** Level of the colony's policy as long as the admin has not set another. */
  peering: TrustLevel;
  /** Origin of the relay view, if there is one. */
  relayOrigin: string | undefined;
  /** Origins of relays that are asked to crawl this colony. */
  crawlers: readonly string[];
  rateLimits: boolean;
  /** Header that is believed about who asks, in lower case; undefined when none is. */
  clientIpHeader: string | undefined;
  /** Who reaches agents that do not say so themselves. */
  inboxPolicy: Policy;
  /** Where methods go that nobody here answers and no `atproto-proxy` says otherwise of. */
  appView: ServiceAddress | undefined;
  /** URL of images in the AppView's CDN, with `%s` for size, DID and CID; without it they come from this colony. */
  appViewImages: string | undefined;
  /** The moderation service: it may do what a moderator may, and is asked for tools.ozone.*. */
  modService: ServiceAddress | undefined;
  /** Where reports go. */
  reportService: ServiceAddress | undefined;
  fault: string | undefined;
}

const bytesOf = (name: string, text: string | undefined, least: number): Uint8Array => {
  const bytes = text === undefined ? new Uint8Array() : new Uint8Array(Buffer.from(text, "base64url"));
  if (bytes.length < least) throw new Error(`${name} must be at least ${least} bytes in base64url, has ${bytes.length}`);
  return bytes;
};

const required = (name: string, text: string | undefined): string => {
  if (text === undefined || text === "") throw new Error(`${name} is not set`);
  return text;
};

const levelOf = (text: string | undefined): TrustLevel => {
  const level = text || "allowlist";
  if (!isTrustLevel(level)) throw new Error(`PEERING must be open, verified, allowlist or private, is ${level}`);
  return level;
};

/**
 * Cloudflare names the client, and nobody else can there. A loopback colony has one client, itself: whatever a request says of where
 * it came from is the caller's invention, and would be a way around every limit.
 */
const clientIpHeaderOf = (text: string | undefined, isLoopback: boolean): string | undefined => {
  if (!text) return isLoopback ? undefined : "cf-connecting-ip";
  if (text === "off") return undefined;
  if (!/^[a-z0-9-]+$/i.test(text)) throw new Error(`CLIENT_IP_HEADER must be the name of a header, or off, is ${text}`);
  return text.toLowerCase();
};

const policyOf = (text: string | undefined): Policy => {
  if (!text) return {};
  const judged = validateInput("agent.comms.putPolicy", { policy: jsonOf(text) });
  if (!judged.ok) throw new Error(`INBOX_POLICY: ${judged.message}`);
  const checked = checkPolicy(judged.input.policy);
  if (!checked.ok) throw new Error(`INBOX_POLICY: ${checked.error.message}`);
  return judged.input.policy;
};

const jsonOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new Error("INBOX_POLICY is no JSON object");
};

/** The relay view is a host of its own beside the origin: another name, or on loopback another port. */
const relayOriginOf = (origin: string, hostname: string | undefined): string | undefined => {
  if (!hostname) return undefined;
  const text = `${new URL(origin).protocol}//${hostname}`;
  if (!URL.canParse(text) || new URL(text).host !== hostname.toLowerCase()) throw new Error(`RELAY_HOSTNAME must be a host name, with a port if it needs one, is ${hostname}`);
  if (new URL(text).origin === origin) throw new Error(`RELAY_HOSTNAME must differ from the origin's host, is ${hostname}`);
  return new URL(text).origin;
};

const invitesOf = ({ INVITE_INTERVAL_MS: interval, INVITE_EPOCH: epoch }: Env): InviteSettings | undefined => {
  if (!interval) return undefined;
  const settings = { interval: Number(interval), epoch: epoch ? Date.parse(epoch) : 0 };
  if (!(settings.interval > 0)) throw new Error(`INVITE_INTERVAL_MS must be a positive number of milliseconds, is ${interval}`);
  if (Number.isNaN(settings.epoch)) throw new Error(`INVITE_EPOCH must be an ISO datetime, is ${epoch}`);
  return settings;
};

const linkOf = (name: string, text: string | undefined): string | undefined => {
  if (text && !URL.canParse(text)) throw new Error(`${name} must be a URL, is ${text}`);
  return text || undefined;
};

/** A resolver that is there for everybody, unless another is named; `off` is none. */
const dohUrlOf = (text: string | undefined): string | undefined => {
  if (text === "off") return undefined;
  const url = text || "https://cloudflare-dns.com/dns-query";
  if (!URL.canParse(url)) throw new Error(`DOH_URL must be a URL, or off, is ${text}`);
  return url;
};

const bytes32 = (name: string, text: string | undefined): Uint8Array => {
  const bytes = bytesOf(name, text, 32);
  if (bytes.length !== 32) throw new Error(`${name} must be 32 bytes, has ${bytes.length}`);
  return bytes;
};

/** A P-256 private key in hex, opened when it is first used. */
const plcKeyOf = (name: string, text = ""): (() => Promise<P256PrivateKey>) => {
  const bytes = new Uint8Array(Buffer.from(text, "hex"));
  if (bytes.length !== 32) throw new Error(`${name} must be 32 bytes in hex, has ${bytes.length}`);
  let key: Promise<P256PrivateKey> | undefined;
  return () => (key ??= P256PrivateKey.importRaw(bytes));
};

const recoveryOf = (text: string | undefined): string | undefined => {
  if (text && !isDidKey(text)) throw new Error(`RECOVERY_DID_KEY must be a did:key of P-256 or secp256k1, is ${text}`);
  return text || undefined;
};

/** The one before counts only while it is another. */
const masterKeyOf = ({ ENCRYPTION_MASTER_KEY: key, ENCRYPTION_MASTER_KEY_PREVIOUS: before }: Env): MasterKey => {
  const current = bytes32("ENCRYPTION_MASTER_KEY", key);
  if (before === undefined || before === "") return current;
  const previous = bytes32("ENCRYPTION_MASTER_KEY_PREVIOUS", before);
  return Buffer.compare(current, previous) === 0 ? current : { current, previous };
};

const parse = (env: Env): Config => {
  const origin = new URL(required("ORIGIN", env.ORIGIN)).origin;
  const hostDid = webDidOf(origin);
  const isLoopback = isLoopbackHost(new URL(origin).hostname);
  const rotation = plcKeyOf("PLC_ROTATION_KEY", required("PLC_ROTATION_KEY", env.PLC_ROTATION_KEY));
  const isRotating = env.PLC_ROTATION_KEY_PREVIOUS && env.PLC_ROTATION_KEY_PREVIOUS !== env.PLC_ROTATION_KEY;
  const previous = isRotating ? plcKeyOf("PLC_ROTATION_KEY_PREVIOUS", env.PLC_ROTATION_KEY_PREVIOUS) : undefined;
  return {
    origin,
    hostDid,
    isLoopback,
    handleDomains: required("HANDLE_DOMAINS", env.HANDLE_DOMAINS).split(",").map((domain) => domain.trim().toLowerCase()),
    plcUrl: required("PLC_URL", env.PLC_URL).replace(/\/$/, ""),
    dohUrl: dohUrlOf(env.DOH_URL),
    masterKey: masterKeyOf(env),
    rotationKey: rotation,
    rotation: new RotationKeys(rotation, previous, recoveryOf(env.RECOVERY_DID_KEY)),
    adminKeyHash: crypto.subtle.digest("SHA-256", new TextEncoder().encode(required("ADMIN_API_KEY", env.ADMIN_API_KEY))),
    tokens: new Tokens(bytesOf("SESSION_SECRET", env.SESSION_SECRET, 32), hostDid),
    openRegistration: env.OPEN_REGISTRATION === "true",
    invites: invitesOf(env),
    blobLimit: readBlobLimit(env.BLOB_UPLOAD_LIMIT),
    notices: {
      privacyPolicy: linkOf("PRIVACY_POLICY_URL", env.PRIVACY_POLICY_URL),
      termsOfService: linkOf("TERMS_OF_SERVICE_URL", env.TERMS_OF_SERVICE_URL),
      email: env.CONTACT_EMAIL || undefined,
    },
    peering: levelOf(env.PEERING),
    relayOrigin: relayOriginOf(origin, env.RELAY_HOSTNAME),
    crawlers: readCrawlers(env.CRAWLERS),
    rateLimits: env.RATE_LIMITS !== "off",
    clientIpHeader: clientIpHeaderOf(env.CLIENT_IP_HEADER, isLoopback),
    inboxPolicy: policyOf(env.INBOX_POLICY),
    appView: readServiceAddress("APPVIEW", env.APPVIEW),
    appViewImages: env.APPVIEW_IMAGES || undefined,
    modService: readServiceAddress("MOD_SERVICE", env.MOD_SERVICE),
    // Who moderates hears of reports, unless they go elsewhere.
    reportService: readServiceAddress("REPORT_SERVICE", env.REPORT_SERVICE || env.MOD_SERVICE),
    fault: env.FAULT || undefined,
  };
};

let parsed: { env: Env; config: Config } | undefined;

/** The configuration of this isolate's environment. @throws Error naming the setting that is missing or malformed. */
export const configOf = (env: Env): Config => {
  if (parsed?.env !== env) parsed = { env, config: parse(env) };
  return parsed.config;
};
