import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installOfficial } from "../../bench/lib/install.mjs";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { patience } from "../../scripts/testing/patience.mjs";

/** The official PDS in a process of its own. */
export interface Official {
  /** E.g. `http://localhost:41234`; DID documents name it. */
  origin: string;
  /** DID of the host, `did:web:localhost%3A41234`. */
  did: string;
  /** Secret of HTTP Basic `admin:`. */
  adminPassword: string;
  /** Mails it would have sent, oldest first. */
  mails(): OfficialMail[];
  /** What it has said on stderr. */
  log(): string;
  stop(): Promise<void>;
}

export interface OfficialMail {
  to: string;
  subject: string;
  html: string;
}

export interface OfficialOptions {
  /** The PLC directory it shares with a colony. */
  plcUrl: string;
  /** Settings in the names of its own `readEnv` (config/env.ts), over ours. */
  environment?: Record<string, unknown>;
}

/** How long it may take to be ready, or to stop, in ms. */
const START_WITHIN = patience.hookTimeout;
const STOP_WITHIN = 10_000;

/** How long a test's hook should allow for {@link startOfficial}, in ms: npm may have to bring 440 MB first. */
export const OFFICIAL_TIMEOUT = 600_000;

/**
 * The official PDS with a fresh folder and port: handles under `.test`, open registration, no rate limits, mails kept. Installed
 * first where it is missing. @throws Error with its own words when it does not start.
 */
export const startOfficial = async ({ plcUrl, environment = {} }: OfficialOptions): Promise<Official> => {
  await installOfficial((line) => console.error(line));
  const folder = mkdtempSync(join(tmpdir(), "rookery-official-"));
  const port = await anyFreePort();
  const did = `did:web:localhost%3A${port}`;
  const adminPassword = randomBytes(16).toString("hex");
  const settings = {
    port,
    serviceDid: did,
    didPlcUrl: plcUrl,
    serviceHandleDomains: [".test"],
    inviteRequired: false,
    rateLimitsEnabled: false,
    adminPassword,
    jwtSecret: randomBytes(16).toString("hex"),
    plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString("hex"),
    ...environment,
  };
  const argument = JSON.stringify({ folder, environment: settings });
  const server = spawn(process.execPath, [join(import.meta.dirname, "serve.mjs"), argument], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), STOP_WITHIN);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const ready = new Promise<boolean>((resolve) => {
    server.stdout.setEncoding("utf8").on("data", (chunk: string) => chunk.includes("ready") && resolve(true));
    setTimeout(() => resolve(false), START_WITHIN).unref();
    void ended.then(() => resolve(false));
  });
  if (!(await ready)) {
    await stop();
    throw new Error(`The official PDS did not start:\n${said}`);
  }
  const mailFile = join(folder, "mail.jsonl");
  return {
    origin: `http://localhost:${port}`,
    did,
    adminPassword,
    mails: () => (existsSync(mailFile) ? readMails(mailFile) : []),
    log: () => said,
    stop,
  };
};

const readMails = (file: string): OfficialMail[] =>
  readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map((line): OfficialMail => JSON.parse(line));
