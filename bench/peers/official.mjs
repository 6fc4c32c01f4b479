import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

/**
 * The official PDS from npm with SQLite on disk, as its container runs it: production mode, no rate limits, open
 * registration. argv: port, PLC directory, state folder.
 */
process.env.NODE_ENV = "production";
process.env.LOG_ENABLED = "false";
const [port, plc, folder] = process.argv.slice(2);
const { PDS } = await import("@atproto/pds");

const dataDirectory = join(folder, "data");
mkdirSync(dataDirectory, { recursive: true });
const server = await PDS.fromEnv({
  // Without it the PDS calls itself https://localhost and refuses the directory's http address.
  devMode: true,
  port: Number(port),
  hostname: "localhost",
  dataDirectory,
  blobstoreDiskLocation: join(folder, "blobs"),
  didPlcUrl: plc,
  serviceHandleDomains: [".test"],
  inviteRequired: false,
  rateLimitsEnabled: false,
  // Its default refuses repositories of more than 5 MB.
  maxImportSize: 500_000_000,
  disableSsrfProtection: true,
  adminPassword: randomBytes(16).toString("hex"),
  jwtSecret: randomBytes(16).toString("hex"),
  plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString("hex"),
});
await server.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => void server.destroy().then(() => process.exit(0)));
