import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlcStore } from "../../../scripts/lib/plc-store.mjs";

process.env.LOG_ENABLED ??= "false";
const { PlcServer } = createRequire(new URL("../../../package.json", import.meta.url))("@did-plc/server");

/**
 * A real PLC directory on a free port for the tests of one run.
 * @returns {Promise<string>} its URL.
 */
export const startTestPlc = async () => {
  const store = new PlcStore(join(mkdtempSync(join(tmpdir(), "rookery-plc-")), "plc.sqlite"));
  const server = createServer(PlcServer.create({ db: store, version: "test" }).app);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
};
