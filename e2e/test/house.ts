import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { startPlc } from "../../scripts/lib/plc.mjs";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { patience } from "../../scripts/testing/patience.mjs";

/** A colony in a process of its own, as `npm run colony` starts it, and the PLC directory it uses. */
export interface House {
  origin: string;
  /** The relay view; empty when the caller chose its port. */
  relayOrigin: string;
  plcUrl: string;
  adminKey: string;
  /** State folder of the colony. */
  folder: string;
  /** What the colony has said so far on stderr. */
  log(): string;
  stop(): Promise<void>;
}

const ADMIN_KEY = "e2e-admin-secret";

/** How long a colony may take to be ready, or to stop, in ms. */
const START_WITHIN = patience.hookTimeout;
const STOP_WITHIN = 20_000;

/** Settings of whoever runs the tests are not the colony's. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ROOKERY_") && !name.startsWith("npm_") && !name.startsWith("VITEST") && name !== "NODE_OPTIONS" && name !== "NODE_ENV"));

/** Options of `npm run colony` for most tests: what a test does would soon be too much for the limits of production. */
const EASY = ["--open-registration", "--no-rate-limits"];

/** Free ports, fresh folders. @param more options of `npm run colony`. @throws Error with the colony's own words when it does not start. */
export const startHouse = async (more: string[] = EASY): Promise<House> => {
  const folder = mkdtempSync(join(tmpdir(), "rookery-e2e-"));
  const plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  const port = await anyFreePort();
  const relayPort = await anyFreePort();
  const settings = ["--port", String(port), "--relay-port", String(relayPort), "--plc", plc.url, "--data", join(folder, "colony"), "--admin-password", ADMIN_KEY, ...more];
  const colony = spawn(process.execPath, [join(ROOT, "scripts/colony.mjs"), ...settings], { cwd: ROOT, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  colony.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  // With its output, so that its last words are there.
  const ended = new Promise<void>((resolve) => colony.once("close", () => resolve()));
  const stop = async () => {
    colony.kill("SIGTERM");
    const timer = setTimeout(() => colony.kill("SIGKILL"), STOP_WITHIN);
    await ended;
    clearTimeout(timer);
    await plc.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const ready = new Promise<boolean>((resolve) => {
    colony.stdout.setEncoding("utf8").on("data", (chunk: string) => chunk.includes("ready at") && resolve(true));
    setTimeout(() => resolve(false), START_WITHIN).unref();
    void ended.then(() => resolve(false));
  });
  if (!(await ready)) {
    await stop();
    throw new Error(`The colony did not start:\n${said}`);
  }
  const relayOrigin = more.includes("--relay-port") ? "" : `http://localhost:${relayPort}`;
  return { origin: `http://localhost:${port}`, relayOrigin, plcUrl: plc.url, adminKey: ADMIN_KEY, folder: join(folder, "colony"), log: () => said, stop };
};
