import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a server may take until it says that it is ready, in ms; the colony may have to bundle first. */
const READY_WITHIN = 90_000;

/** Every server of this run, so that none outlives it. */
const running = new Set();

/** A server in a process (and process group) of its own. */
export class ServerProcess {
  #child;
  #log;

  /**
   * @param {string} script
   * @param {string[]} args
   * @param {string} log File for what it says on stderr.
   * @param {Record<string, string>} [env]
   */
  constructor(script, args, log, env = {}) {
    this.#log = log;
    this.#child = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", openSync(log, "a")],
      env: { ...process.env, ...env },
      detached: true,
    });
    running.add(this);
  }

  /** Root of its process tree. */
  get pid() {
    if (this.#child.pid === undefined) throw new Error(`${process.execPath} could not be started`);
    return this.#child.pid;
  }

  /** Resolves when the process prints a line with the word "ready". @throws Error with its log when it ends instead. */
  async ready() {
    const failed = (why) => new Error(`${this.#child.spawnargs[1]} ${why}\n${readFileSync(this.#log, "utf8").slice(-4000)}`);
    await Promise.race([
      new Promise((resolve) => {
        let said = "";
        this.#child.stdout.on("data", (chunk) => /ready/i.test((said += chunk)) && resolve());
      }),
      new Promise((_, reject) => this.#child.once("exit", (code, signal) => reject(failed(`ended with ${code ?? signal}`)))),
      sleep(READY_WITHIN, undefined, { ref: false }).then(() => Promise.reject(failed("was not ready in time"))),
    ]);
    this.#child.stdout.resume();
  }

  /** Asks it to stop, and ends its whole group when it does not within 10 s. */
  async stop() {
    running.delete(this);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    const late = await Promise.race([gone.then(() => false), sleep(10_000, true, { ref: false })]);
    if (late) process.kill(-this.pid, "SIGKILL");
  }
}

/** Stops what still runs, when the run fails or is interrupted. */
export const stopAll = () => Promise.all([...running].map((server) => server.stop()));
