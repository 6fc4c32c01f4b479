import { appendFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The official PDS from npm (bench/node_modules) with SQLite and blobs on disk. argv: a JSON object
 * `{ folder, environment }`, the latter in the names of its own `readEnv` (config/env.ts). The mails it would send are lines of JSON
 * in `folder/mail.jsonl`. Says "ready" on stdout.
 */
process.env.NODE_ENV = "production";
process.env.LOG_ENABLED = "false";
const { folder, environment } = JSON.parse(process.argv[2] ?? "");
const bench = createRequire(join(import.meta.dirname, "../../bench/package.json"));
const { PDS } = await import(pathToFileURL(bench.resolve("@atproto/pds")).href);

const dataDirectory = join(folder, "data");
mkdirSync(dataDirectory, { recursive: true });
const server = await PDS.fromEnv({
  // Without it the PDS calls itself https://localhost and refuses the directory's http address.
  devMode: true,
  hostname: "localhost",
  dataDirectory,
  blobstoreDiskLocation: join(folder, "blobs"),
  disableSsrfProtection: true,
  ...environment,
});
const { mailer } = server.ctx;
const send = mailer.transporter.sendMail.bind(mailer.transporter);
mailer.transporter.sendMail = async (mail) => {
  appendFileSync(join(folder, "mail.jsonl"), `${JSON.stringify({ to: mail.to, subject: mail.subject, html: mail.html })}\n`);
  return send(mail);
};
await server.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => void server.destroy().then(() => process.exit(0)));
