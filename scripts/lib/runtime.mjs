import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { modulesOf } from "./bundle.mjs";
import { outside } from "./outside.mjs";
import { shownLine } from "./runtime-line.mjs";
import { markFor } from "./workerd.mjs";

/** Miniflare's own words, on stderr: stdout belongs to the ready line. */
class StderrLog extends Log {
  /** @param {string} message @override */
  log(message) {
    process.stderr.write(`${message}\n`);
  }
}

/**
 * @typedef {object} RuntimeSettings
 * @property {string} root Folder of wrangler.toml.
 * @property {string} bundle Folder of the Worker's bundle.
 * @property {string} folder State folder.
 * @property {string} host Loopback address.
 * @property {number} port
 * @property {number | undefined} relayPort A second port that leads to the same Worker, which tells by the Host header.
 * @property {boolean} isLoopback Whether the colony is this machine's alone: then so may its neighbours be.
 * @property {Record<string, string>} bindings
 * @property {(request: import("miniflare").Request) => Promise<import("miniflare").Response>} mailbox Takes the Worker's mails.
 * @property {boolean} verbose
 */

/**
 * Reads everything now; what it gives makes options as often as they are needed, whatever became of the files meanwhile.
 * @param {RuntimeSettings} settings
 */
const miniflareOptions = ({ root, bundle, folder, host, port, relayPort, isLoopback, bindings, mailbox, verbose }) => {
  // `modulesRules` is for sources; Miniflare refuses it beside modules that are given.
  const { modulesRules: _, ...worker } = workerOptionsOf(join(root, "wrangler.toml")).workerOptions;
  const modules = modulesOf(bundle);
  // Straight to the Worker. Miniflare's own way in is a worker of its own before it: that costs each request a millisecond of CPU
  // or more, packs answers under the same ETag, lets a header choose the route, and opens the bucket beside the route table. Who
  // connects is not told this way, and need not be: these addresses are on loopback (readLoopback), so it is this machine, or a proxy
  // on it that says for whom (CLIENT_IP_HEADER).
  const unsafeDirectSockets = [port, relayPort].flatMap((at) => (at === undefined ? [] : [{ host, port: at }]));
  return () => convertV4MiniflareOptions({
    // Its own way in cannot be left out: then at a port that nobody is told.
    host: "127.0.0.1",
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    log: new StderrLog(verbose ? LogLevel.DEBUG : LogLevel.WARN),
    handleStructuredLogs: (line) => {
      const shown = shownLine(line, verbose);
      if (shown !== undefined) process.stderr.write(`${shown}\n`);
    },
    unsafeRuntimeEnv: markFor(folder),
    resourcePersistencePath: join(folder, "state"),
    workers: [{ ...worker, name: "rookery", bindings: { .../** @type {Record<string, never>} */ (worker.bindings), ...bindings }, serviceBindings: { MAILBOX: mailbox, OUTSIDE: outside(isLoopback) }, modulesRoot: bundle, modules, unsafeDirectSockets }],
  });
};

/**
 * Miniflare answers signals by ending the process on the spot. The order in which things stop is ours to decide.
 * @template T @param {() => T} make @returns {T}
 */
const withoutItsSignals = (make) => {
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  const before = signals.map((signal) => process.listeners(signal));
  const made = make();
  signals.forEach((signal, i) => {
    for (const listener of process.listeners(signal)) if (!before[i]?.includes(listener)) process.removeListener(signal, listener);
  });
  return made;
};

/** A workerd with the Worker in it, that can be made anew. */
export class Runtime {
  #options;
  #miniflare;

  /** @param {RuntimeSettings} settings */
  constructor(settings) {
    this.#options = miniflareOptions(settings);
    this.#miniflare = this.#make();
  }

  #make() {
    return withoutItsSignals(() => new Miniflare(this.#options()));
  }

  /** Resolves when workerd listens. @throws Miniflare's error, `code` ERR_ADDRESS_IN_USE for a busy port. */
  async ready() {
    await this.#miniflare.ready;
  }

  database() {
    return this.#miniflare.getD1Database("DB");
  }

  /** @param {string} cron */
  async scheduled(cron) {
    const worker = await this.#miniflare.getWorker();
    await worker.scheduled({ cron });
  }

  /** Throws the old one away, whatever state it is in. */
  async remake() {
    await this.stop();
    this.#miniflare = this.#make();
    await this.#miniflare.ready;
  }

  async stop() {
    // Disposing of an instance that failed to start rejects with that failure, which was reported when it happened.
    await this.#miniflare.dispose().catch(() => undefined);
  }
}
