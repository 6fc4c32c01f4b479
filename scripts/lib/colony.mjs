import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unstable_readConfig as readConfig } from "wrangler";
import { bundleWorker } from "./bundle.mjs";
import { startCrons } from "./crons.mjs";
import { insist } from "./insist.mjs";
import { holdFolder } from "./lock.mjs";
import { mailFolder, openMailbox } from "./mailbox.mjs";
import { applyMigrations, listMigrations } from "./migrations.mjs";
import { noteOrigin } from "./origin.mjs";
import { ROOT, stateFolder } from "./paths.mjs";
import { accepts, busyPort, isLoopbackUrl, localUrl, requireFreePort, untilDisconnected } from "./ports.mjs";
import { Refusal } from "./refusal.mjs";
import { relayAddress } from "./relay-address.mjs";
import { MASTER_KEY, PLC_KEY, beginRotation, finishRotation } from "./rotation.mjs";
import { Runtime } from "./runtime.mjs";
import { loadSecrets } from "./secrets.mjs";
import { keepAlive } from "./watchdog.mjs";
import { endOrphans } from "./workerd.mjs";

/** How long a colony may take from a listening workerd to its first healthy answer, in ms. */
const HEALTHY_WITHIN = 30_000;

/** How often workerd is started before its failure to start is taken for its own fault. */
const START_ATTEMPTS = 5;

/** How often a step that needs workerd is tried, while the watchdog brings it back. */
const STEP_ATTEMPTS = 15;

/**
 * How long a port is waited for, in ms. The kernel takes a moment to close what a killed process had open, of which nothing is seen any
 * more by then; the one before us may have been killed just now.
 */
const PORT_WITHIN = 3000;

/**
 * @typedef {object} Colony
 * @property {string} origin Its public address, the one in DID documents.
 * @property {string | undefined} relayOrigin Public address of the relay view, if there is one.
 * @property {string} adminKey
 * @property {string} folder Real path of the state folder.
 * @property {string} secretsPath
 * @property {() => Promise<void>} stop
 */

/**
 * Starts one colony on its state folder and answers once it is healthy.
 * @param {import("./colony-options.mjs").ColonyOptions} options
 * @param {(line: string) => void} log Progress.
 * @param {{ root?: string, fault?: string | undefined, upkeepMs?: string | undefined }} [inner] For tests: another project folder; a fault to inject; UPKEEP_MS of the Worker.
 * @returns {Promise<Colony>}
 * @throws Refusal for what the caller can put right: the folder is held, the port is busy, secrets are damaged.
 */
export const startColony = async (options, log, { root = ROOT, fault, upkeepMs } = {}) => {
  const { host, port } = options;
  const origin = options.origin ?? localUrl(host, port);
  const folder = stateFolder(options.data);
  const release = holdFolder(folder, "colony");
  /** @type {Runtime | undefined} */
  let runtime;
  const end = new AbortController();
  /** @type {Promise<void> | undefined} */
  let watch;
  try {
    const orphans = await endOrphans(folder);
    if (orphans > 0) log("ended a workerd that its launcher had left behind");
    await requireFreePort(host, port, "port", PORT_WITHIN);
    const relay = await relayAddress(options, log, PORT_WITHIN);
    const { secrets: found, path: secretsPath } = loadSecrets(folder);
    const wrapped = options.rotateMasterKey ? beginRotation(MASTER_KEY, secretsPath, found, log) : found;
    const secrets = options.rotatePlcKey ? beginRotation(PLC_KEY, secretsPath, wrapped, log) : wrapped;
    noteOrigin(folder, origin, log);
    const adminKey = options.adminPassword ?? secrets.adminApiKey;
    const config = readConfig({ config: join(root, "wrangler.toml") });
    const migrations = join(root, config.d1_databases[0]?.migrations_dir ?? "migrations");
    const bundle = await bundleWorker(root, join(ROOT, "node_modules/.cache/rookery"), log);
    const bindings = {
      ORIGIN: origin,
      HANDLE_DOMAINS: options.handleDomain,
      PLC_URL: options.plc,
      DOH_URL: options.dohUrl,
      ADMIN_API_KEY: adminKey,
      ENCRYPTION_MASTER_KEY: secrets.encryptionMasterKey,
      ENCRYPTION_MASTER_KEY_PREVIOUS: secrets.encryptionMasterKeyPrevious ?? "",
      PLC_ROTATION_KEY: secrets.plcRotationKey,
      PLC_ROTATION_KEY_PREVIOUS: secrets.plcRotationKeyPrevious ?? "",
      SESSION_SECRET: secrets.sessionSecret,
      OPEN_REGISTRATION: options.openRegistration ? "true" : "",
      INVITE_INTERVAL_MS: options.inviteIntervalHours === undefined ? "" : String(Math.round(options.inviteIntervalHours * 3_600_000)),
      INVITE_EPOCH: options.inviteEpoch ?? "",
      RECOVERY_DID_KEY: options.recoveryKey ?? "",
      BLOB_UPLOAD_LIMIT: options.blobLimit === undefined ? "" : String(options.blobLimit),
      MAIL_URL: options.mailUrl ?? "",
      MAIL_FROM: options.mailFrom ?? "",
      CONTACT_EMAIL: options.contactEmail ?? "",
      PRIVACY_POLICY_URL: options.privacyPolicy ?? "",
      TERMS_OF_SERVICE_URL: options.termsOfService ?? "",
      RATE_LIMITS: options.noRateLimits ? "off" : "on",
      CLIENT_IP_HEADER: options.clientIpHeader ?? (isLoopbackUrl(origin) ? "off" : "X-Forwarded-For"),
      RELAY_HOSTNAME: relay?.hostname ?? "",
      RELAY_COLLECTIONS: options.relayCollections,
      CRAWLERS: options.crawlers ?? "",
      APPVIEW: options.appview ?? "",
      APPVIEW_IMAGES: options.appviewImages ?? "",
      MOD_SERVICE: options.modService ?? "",
      REPORT_SERVICE: options.reportService ?? "",
      PEERING: options.peering,
      INBOX_POLICY: options.inboxPolicy ?? "",
      LOG_MAX_AGE_MS: String(Math.round(options.logMaxAgeHours * 3_600_000)),
      LOG_MAX_BYTES: String(Math.round(options.logMaxMb * 1_048_576)),
      HEARTBEAT_MS: String(Math.round((options.heartbeatSeconds ?? 0) * 1_000)),
      STARTED_AT: String(Date.now()),
      MIGRATION: listMigrations(migrations).at(-1) ?? "",
      FAULT: fault ?? "",
      UPKEEP_MS: upkeepMs ?? "",
      VERBOSE: options.verbose ? "true" : "",
    };
    log("starting workerd");
    const started = (runtime = new Runtime({ root, bundle, folder, host, port, relayPort: relay?.port, isLoopback: isLoopbackUrl(origin), bindings, mailbox: openMailbox(mailFolder(folder, options.mailDir)), verbose: options.verbose }));
    await insist((attempt) => (attempt === 1 ? started.ready() : started.remake()), START_ATTEMPTS, log);
    // Watched from here on: workerd may die during the start as well.
    watch = keepAlive({ alive: () => accepts(host, port), broken: (signal) => untilDisconnected(host, port, signal), revive: () => started.remake(), log, signal: end.signal });
    await insist(async () => applyMigrations(await started.database(), migrations, log), STEP_ATTEMPTS, log);
    await untilHealthy(host, port);
    // Beside whatever the colony does: it serves all the while.
    const running = { url: localUrl(host, port), adminKey, path: secretsPath };
    const rotations = [MASTER_KEY, PLC_KEY].filter(({ previous }) => secrets[previous] !== undefined).map((kind) => finishRotation(kind, running, log, end.signal));
    const endCrons = startCrons(config.triggers.crons ?? [], (cron) => started.scheduled(cron), log);
    const stop = async () => {
      endCrons();
      end.abort();
      await watch;
      await Promise.all(rotations);
      await started.stop();
      release();
    };
    const relayOrigin = relay === undefined ? undefined : `${new URL(origin).protocol}//${relay.hostname}`;
    return { origin, relayOrigin, adminKey, folder, secretsPath, stop };
  } catch (error) {
    end.abort();
    await watch;
    await runtime?.stop();
    release();
    if (isAddressInUse(error)) throw busyPort(port, "port");
    throw error;
  }
};

/** @param {unknown} error */
const isAddressInUse = (error) => error instanceof Error && "code" in error && error.code === "ERR_ADDRESS_IN_USE";

/** @param {string} host @param {number} port */
const untilHealthy = async (host, port) => {
  const url = `${localUrl(host, port)}/xrpc/_health`;
  const deadline = performance.now() + HEALTHY_WITHIN;
  for (;;) {
    const said = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      async (answer) => (answer.ok ? "" : `${answer.status} ${(await answer.text()).slice(0, 300)}`),
      (error) => String(error),
    );
    if (said === "") return;
    // That does not change by waiting.
    if (said.includes("WrongMasterKey")) throw new Refusal(`encryptionMasterKey in secrets.json is not the one that this folder's keys are wrapped under, so nothing can be opened. Put back the secrets.json that belongs to this state.`);
    if (performance.now() > deadline) throw new Refusal(`The colony is not healthy after ${HEALTHY_WITHIN / 1000} s. Its last answer at ${url}: ${said}`);
    await sleep(50);
  }
};
