import type { SourceName } from "@rookery/pds";
import type { AiBinding } from "./memory/workers-ai-embedder.ts";
import type { Agent } from "./objects/agent.ts";
import type { NetworkRelay } from "./objects/network-relay.ts";
import type { Peer } from "./objects/peer.ts";
import type { Relay } from "./objects/relay.ts";
import type { Upstream } from "./objects/upstream.ts";

/** The Worker's bindings (wrangler.toml); the local launcher gives the same ones. */
export interface Env {
  AGENT: DurableObjectNamespace<Agent>;
  RELAY: DurableObjectNamespace<Relay>;
  NETWORK: DurableObjectNamespace<NetworkRelay>;
  PEER: DurableObjectNamespace<Peer>;
  UPSTREAM: DurableObjectNamespace<Upstream>;
  DB: D1Database;
  BLOBS: R2Bucket;
  DELIVERY: Queue<WakeMessage>;
  /** Workers AI, if memories are to have vectors of a model: it reads them in clear. Without it they have lexical ones, made here. */
  AI?: AiBinding;
  /** Sends mail in production (wrangler.toml, send_email), in the name of MAIL_FROM. */
  EMAIL?: SendEmail;
  /** Takes mails of a local colony: the launcher's, which writes them to a folder (scripts/lib/mailbox.mjs). */
  MAILBOX?: Pick<Fetcher, "fetch">;
  /** Where every mail is posted as JSON (mail/transports.ts), if anywhere. */
  MAIL_URL?: string;
  /** Address that mails come from. */
  MAIL_FROM?: string;
  /** Public origin, e.g. `https://colony.example.com` or `http://localhost:3000`. */
  ORIGIN: string;
  /** Comma-separated, each with its leading dot. */
  HANDLE_DOMAINS: string;
  PLC_URL: string;
  /** Resolver for the TXT records of handles, DNS over HTTPS in JSON (Cloudflare's); `off` asks no DNS. */
  DOH_URL?: string;
  /** The admin's one secret: Bearer, or Basic `admin:`. */
  ADMIN_API_KEY: string;
  /** 32 bytes, base64url. */
  ENCRYPTION_MASTER_KEY: string;
  /** The one before, while the master key is being rotated; same form. */
  ENCRYPTION_MASTER_KEY_PREVIOUS?: string;
  /** P-256 private key, 32 bytes in hex: the colony's PLC rotation key. */
  PLC_ROTATION_KEY: string;
  /** The one before, while it is being rotated; same form. */
  PLC_ROTATION_KEY_PREVIOUS?: string;
  /** did:key of the operator's that stands in every new DID before the colony's own rotation key; its private half is kept elsewhere. */
  RECOVERY_DID_KEY?: string;
  /** At least 32 bytes, base64url. */
  SESSION_SECRET: string;
  /** `true` lets anybody create an account; otherwise the admin provisions, and whoever has an invite code. */
  OPEN_REGISTRATION?: string;
  /** Milliseconds of an account's life that earn it an invite code to give away, and since when (ISO datetime); absent: none come by themselves. */
  INVITE_INTERVAL_MS?: string;
  INVITE_EPOCH?: string;
  /** Largest blob, in bytes, up to 100,000,000 (5 MiB). */
  BLOB_UPLOAD_LIMIT?: string;
  /** What describeServer says of whoever runs the colony. */
  PRIVACY_POLICY_URL?: string;
  TERMS_OF_SERVICE_URL?: string;
  CONTACT_EMAIL?: string;
  /** `off` switches rate limits off (a local colony under test). */
  RATE_LIMITS?: string;
  /** Header in which whoever stands in front names its client, or `off` (door/client-address.ts). Absent: Cloudflare's own, and none on loopback. */
  CLIENT_IP_HEADER?: string;
  /** How long the streams can be replayed, in milliseconds (three days), and how many bytes of them are kept (1 GB). */
  LOG_MAX_AGE_MS?: string;
  LOG_MAX_BYTES?: string;
  /** Milliseconds between `#info` heartbeats to readers of streams; absent or 0: none (see RelayLimits). */
  HEARTBEAT_MS?: string;
  /** Host name of the relay view, e.g. `relay.colony.example.com`, or `localhost:4000`; without it there is no relay view. */
  RELAY_HOSTNAME?: string;
  /** What of other hosts the relay view keeps: comma-separated NSIDs, or prefixes ending in `.*`; default `agent.*`. */
  RELAY_COLLECTIONS?: string;
  /** Comma-separated origins of relays that are asked to crawl this colony. */
  CRAWLERS?: string;
  /** Level at which this colony peers until its admin says otherwise: open, verified, allowlist (default) or private. */
  PEERING?: string;
  /** Who reaches agents that do not say so themselves: JSON of agent.comms.getPolicy#policy. */
  INBOX_POLICY?: string;
  /** Fetches from public addresses only, also when a name resolves to another: for addresses that strangers chose. Absent on Cloudflare, where there are no others. */
  OUTSIDE?: Pick<Fetcher, "fetch">;
  /** The AppView that methods go to which nobody here answers, as `URL#DID`: `https://api.bsky.app#did:web:api.bsky.app`. Without it they are refused. */
  APPVIEW?: string;
  /** URL of images in the AppView's CDN, with `%s` for size, DID and CID each; without it images of what is not indexed yet come from this colony. */
  APPVIEW_IMAGES?: string;
  /** The moderation service, as `URL#DID`: acts as a moderator by service JWTs, and answers tools.ozone.*. */
  MOD_SERVICE?: string;
  /** Where reports go, as `URL#DID`; default MOD_SERVICE. */
  REPORT_SERVICE?: string;
  /** Name of the newest D1 migration; health is not reported before it is in. */
  MIGRATION?: string;
  /** When the process began, in milliseconds since 1970: the local launcher's (host/started-at.ts). */
  STARTED_AT?: string;
  /** Fault to inject; crash tests only. */
  FAULT?: string;
  /** Milliseconds in place of the minute after which old events are dropped and peers' accounts compared; tests only. */
  UPKEEP_MS?: string;
  /** `true` logs each request, as debug output. */
  VERBOSE?: string;
}

/** What the delivery queue carries: a second waker, never the only copy. */
export interface WakeMessage {
  recipient: string;
  seq: number;
  /** The relay that has something; messages of an older version do not say. */
  source?: SourceName;
}
