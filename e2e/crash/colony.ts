import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { ROOT, stateFolder } from "../../scripts/lib/paths.mjs";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { killNow } from "../../scripts/lib/processes.mjs";
import { workerdsOf } from "../../scripts/lib/workerd.mjs";
import { patience } from "../../scripts/testing/patience.mjs";
import { until } from "../test/until.ts";

export const ADMIN_KEY = "crash-admin-secret";

/** How long a colony may take to be ready, in ms; it shares the machine with whatever else is tested. */
const START_WITHIN = patience.hookTimeout;

/** Settings of whoever runs the tests are not the colony's. */
const environment = (fault: string | undefined, upkeepMs: number | undefined): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ROOKERY_|npm_|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name))),
  ...(fault === undefined ? {} : { ROOKERY_FAULT: fault }),
  ...(upkeepMs === undefined ? {} : { ROOKERY_UPKEEP_MS: String(upkeepMs) }),
});

/** A colony that is meant to die: one state folder and one port, with a launcher and its workerd started on them again and again. */
export class Colony {
  readonly origin: string;
  readonly folder: string;
  readonly #port: number;
  readonly #plcUrl: string;
  readonly #more: string[];
  readonly #upkeepMs: number | undefined;
  #launcher: ChildProcess | undefined;
  #said = "";
  /** Where in it the words of this start begin. */
  #from = 0;

  private constructor(folder: string, port: number, plcUrl: string, more: string[], upkeepMs: number | undefined) {
    this.folder = folder;
    this.#port = port;
    this.#plcUrl = plcUrl;
    this.#more = more;
    this.#upkeepMs = upkeepMs;
    this.origin = `http://localhost:${port}`;
  }

  /** Nothing runs yet. @param more options of `npm run colony`. @param upkeepMs in place of the minute after which it looks after what can wait. */
  static async at(folder: string, plcUrl: string, more: string[] = [], upkeepMs?: number): Promise<Colony> {
    return new Colony(stateFolder(folder), await anyFreePort(), plcUrl, more, upkeepMs);
  }

  /** Everything that its launchers have said on stderr. */
  get said(): string {
    return this.#said;
  }

  get runs(): boolean {
    return this.#launcher !== undefined;
  }

  /** Resolves once it is healthy. @param fault point at which it is to stand still. @throws Error with its own words. */
  async start(fault?: string): Promise<void> {
    const options = ["--port", String(this.#port), "--plc", this.#plcUrl, "--data", this.folder, "--admin-password", ADMIN_KEY];
    const command = [join(ROOT, "scripts/colony.mjs"), ...options, "--open-registration", "--no-rate-limits", ...this.#more];
    // A group of its own, so that launcher and workerd can be killed at one stroke.
    const launcher = spawn(process.execPath, command, { cwd: ROOT, env: environment(fault, this.#upkeepMs), detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#launcher = launcher;
    this.#from = this.#said.length;
    let ready = false;
    // What it said last is only there when its output has ended, too.
    let ended = false;
    launcher.once("close", () => (ended = true));
    launcher.stdout.setEncoding("utf8").on("data", (chunk: string) => (ready ||= chunk.includes("ready at")));
    launcher.stderr.setEncoding("utf8").on("data", (chunk: string) => (this.#said += chunk));
    await until(() => ready || ended, "the colony is ready", START_WITHIN).catch((error: unknown) => {
      throw new Error(`${String(error)}; it has said:\n${this.#said.slice(-2000)}`);
    });
    if (!ready) throw new Error(`The colony did not start:\n${this.#said.slice(-2000)}`);
  }

  /** SIGKILL to workerd alone; the launcher brings it back. Answers whether there was one. */
  killWorkerd(): boolean {
    return workerdsOf(this.folder).map((pid) => killNow(pid)).includes(true);
  }

  /** SIGKILL to everything at once. Resolves when nothing is left. */
  async kill(): Promise<void> {
    const launcher = this.#launcher;
    if (launcher?.pid === undefined) return;
    this.#launcher = undefined;
    const exited = new Promise<void>((resolve) => launcher.once("exit", () => resolve()));
    if (launcher.exitCode === null && launcher.signalCode === null) {
      killNow(-launcher.pid);
      await exited;
    }
    await until(() => workerdsOf(this.folder).length === 0, "workerd is gone");
  }

  /** Wait until workerd stands still at a point, since it was started last. */
  async stoodAt(point: string): Promise<void> {
    await until(() => this.#said.includes(`fault:${point}\n`, this.#from), `the colony comes to ${point}`, 30_000);
  }
}
