import {
  readAmount, readBlobLimit, readCollections, readDate, readDidKey, readHandleDomains, readHeaderName, readHostname, readHttpUrl, readLoopback, readOrigin, readOrigins, readPassword, readPeering, readPort, readPortOrOff, readService,
  readUrlOrOff,
} from "./readers.mjs";

/**
 * @typedef {object} ColonyOptions
 * @property {number} port
 * @property {string} host
 * @property {string} plc
 * @property {string} [data]
 * @property {string} [adminPassword]
 * @property {boolean} openRegistration
 * @property {number} [inviteIntervalHours]
 * @property {string} [inviteEpoch] ISO datetime.
 * @property {number} [blobLimit] Bytes.
 * @property {string} [recoveryKey] did:key.
 * @property {string} [mailDir]
 * @property {string} [mailUrl]
 * @property {string} dohUrl
 * @property {string} [mailFrom]
 * @property {string} [contactEmail]
 * @property {string} [privacyPolicy]
 * @property {string} [termsOfService]
 * @property {boolean} noRateLimits
 * @property {string} handleDomain
 * @property {string} [origin]
 * @property {string} [clientIpHeader] `off` for none.
 * @property {number} [relayPort] 0 for no relay view.
 * @property {string} [relayHostname]
 * @property {string} relayCollections
 * @property {string} [crawlers]
 * @property {string} [appview] As `URL#DID`, like the other two.
 * @property {string} [appviewImages]
 * @property {string} [modService]
 * @property {string} [reportService]
 * @property {string} peering
 * @property {string} [inboxPolicy] Who reaches agents that do not say so themselves.
 * @property {number} logMaxAgeHours
 * @property {number} logMaxMb
 * @property {number} [heartbeatSeconds]
 * @property {boolean} verbose
 * @property {boolean} [rotateMasterKey] Of `npm run colony` alone.
 * @property {boolean} [rotatePlcKey] Of `npm run colony` alone.
 */

/** Where other people find the colony. */
export const PLC_ROW = { flag: "plc", env: "ROOKERY_PLC", value: "URL", default: "http://localhost:2582", read: readHttpUrl, help: "PLC directory that knows the agents' DIDs" };

/** Options that `npm start` and `npm run colony` share. @type {import("./options.mjs").OptionRow[]} */
export const SHARED_ROWS = [
  { flag: "port", env: "ROOKERY_PORT", value: "N", default: "3000", read: readPort, help: "port of the colony" },
  { flag: "host", env: "ROOKERY_HOST", value: "ADDRESS", default: "127.0.0.1", read: readLoopback, help: "loopback address to listen on" },
  { flag: "data", env: "ROOKERY_DATA", value: "DIR", help: "state folder (default .data in the repository)" },
  { flag: "admin-password", env: "ROOKERY_ADMIN_PASSWORD", value: "PW", read: readPassword, help: "the admin's one secret, as Bearer or as Basic admin:PW (made once and kept in DIR/secrets.json when not given)" },
  { flag: "open-registration", env: "ROOKERY_OPEN_REGISTRATION", help: "let anybody create an account; otherwise the admin provisions, and whoever has an invite code comes in" },
  { flag: "invite-interval-hours", env: "ROOKERY_INVITE_INTERVAL_HOURS", value: "N", read: readAmount, help: "how long an account lives for an invite code of its own to give away (default: codes come from the admin alone)" },
  { flag: "invite-epoch", env: "ROOKERY_INVITE_EPOCH", value: "DATE", read: readDate, help: "since when accounts earn invite codes (default: since they were made)" },
  { flag: "blob-limit", env: "ROOKERY_BLOB_LIMIT", value: "BYTES", read: readBlobLimit, help: "how large a blob may be, up to 100000000 bytes (default 5 MiB)" },
  { flag: "recovery-key", env: "ROOKERY_RECOVERY_KEY", value: "DID:KEY", read: readDidKey, help: "rotation key of yours, kept elsewhere, that every new DID names before the colony's own" },
  { flag: "mail-dir", env: "ROOKERY_MAIL_DIR", value: "DIR", help: "folder that mails to owners of accounts are written to, one JSON file each (default mail in the state folder)" },
  { flag: "mail-url", env: "ROOKERY_MAIL_URL", value: "URL", read: readHttpUrl, help: "where every mail is also posted, as JSON; what is not taken there is told to whoever asked for the mail" },
  { flag: "mail-from", env: "ROOKERY_MAIL_FROM", value: "ADDRESS", help: "address that mails come from" },
  { flag: "contact-email", env: "ROOKERY_CONTACT_EMAIL", value: "ADDRESS", help: "where people write to whoever runs the colony, as describeServer tells" },
  { flag: "privacy-policy", env: "ROOKERY_PRIVACY_POLICY", value: "URL", read: readHttpUrl, help: "page with the privacy policy, as describeServer tells" },
  { flag: "terms-of-service", env: "ROOKERY_TERMS_OF_SERVICE", value: "URL", read: readHttpUrl, help: "page with the terms of service, as describeServer tells" },
  { flag: "no-rate-limits", env: "ROOKERY_NO_RATE_LIMITS", help: "switch rate limits off" },
  { flag: "handle-domain", env: "ROOKERY_HANDLE_DOMAIN", value: "DOMAINS", default: ".test", read: readHandleDomains, help: "domains under which handles are given out, comma-separated, each with its leading dot" },
  { flag: "doh-url", env: "ROOKERY_DOH_URL", value: "URL", default: "https://cloudflare-dns.com/dns-query", read: readUrlOrOff, help: "resolver for the TXT records of handles under domains of others, DNS over HTTPS in JSON; off asks no DNS" },
  { flag: "origin", env: "ROOKERY_ORIGIN", value: "URL", read: readOrigin, help: "public address, when a proxy stands in front (default http://localhost:PORT, or that of --host)" },
  { flag: "client-ip-header", env: "ROOKERY_CLIENT_IP_HEADER", value: "NAME", read: readHeaderName, help: "header in which that proxy names its client, for limits per address; off believes none (default X-Forwarded-For with a public --origin, else off)" },
  { flag: "relay-port", env: "ROOKERY_RELAY_PORT", value: "N", read: readPortOrOff, help: "port of the relay view: one stream of this colony and its peers (default: the colony's port + 1000; 0 or off for none)" },
  { flag: "relay-hostname", env: "ROOKERY_RELAY_HOSTNAME", value: "NAME", read: readHostname, help: "public name of the relay view, when a proxy stands in front (default localhost:PORT, or that of --host)" },
  { flag: "relay-collections", env: "ROOKERY_RELAY_COLLECTIONS", value: "NSIDS", default: "agent.*", read: readCollections, help: "which accounts of peers the relay view carries: those with records in one of these collections, comma-separated, or prefixes ending in .*" },
  { flag: "crawlers", env: "ROOKERY_CRAWLERS", value: "URLS", read: readOrigins, help: "relays that are asked to crawl this colony, comma-separated, e.g. https://bsky.network" },
  { flag: "appview", env: "ROOKERY_APPVIEW", value: "URL#DID", read: readService, help: "AppView that methods go to which nobody here answers, e.g. https://api.bsky.app#did:web:api.bsky.app (default: none, a network of its own)" },
  { flag: "appview-images", env: "ROOKERY_APPVIEW_IMAGES", value: "URL", help: "URL of images in the AppView's CDN, with %s for size, DID and CID each (default: this colony's own)" },
  { flag: "mod-service", env: "ROOKERY_MOD_SERVICE", value: "URL#DID", read: readService, help: "moderation service, which may do by service JWTs what the admin may of com.atproto.admin.*" },
  { flag: "report-service", env: "ROOKERY_REPORT_SERVICE", value: "URL#DID", read: readService, help: "where reports go (default: the moderation service)" },
  { flag: "peering", env: "ROOKERY_PEERING", value: "LEVEL", default: "allowlist", read: readPeering, help: "whom the colony peers with until the admin says otherwise: open, verified, allowlist or private (docs/federation.md)" },
  { flag: "inbox-policy", env: "ROOKERY_INBOX_POLICY", value: "JSON", help: "who reaches agents that do not say so themselves: agent.comms.getPolicy#policy (docs/inbox.md)" },
  { flag: "log-max-age-hours", env: "ROOKERY_LOG_MAX_AGE_HOURS", value: "N", default: "72", read: readAmount, help: "how long the firehose can be replayed" },
  { flag: "log-max-mb", env: "ROOKERY_LOG_MAX_MB", value: "N", default: "1024", read: readAmount, help: "how much of the firehose is kept for replay, in MiB" },
  { flag: "heartbeat-seconds", env: "ROOKERY_HEARTBEAT_SECONDS", value: "N", read: readAmount, help: "say #info to readers of quiet streams this often (default: never; it keeps the relay awake)" },
  { flag: "verbose", env: "ROOKERY_VERBOSE", help: "show each request, and what workerd and its launcher say, down to debug" },
];

/** Options of `npm run colony`. @type {import("./options.mjs").OptionRow[]} */
export const COLONY_ROWS = [
  ...SHARED_ROWS.slice(0, 2),
  PLC_ROW,
  ...SHARED_ROWS.slice(2),
  { flag: "rotate-master-key", env: "ROOKERY_ROTATE_MASTER_KEY", help: "make a new master key and wrap every agent's keys under it while the colony runs; may be interrupted, and goes on with the next start" },
  { flag: "rotate-plc-key", env: "ROOKERY_ROTATE_PLC_KEY", help: "make a new rotation key and put it into every agent's DID in the PLC directory while the colony runs; may be interrupted, and goes on with the next start" },
];
