import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { holdFolder } from "./lock.mjs";
import { stateFolder } from "./paths.mjs";
import { PlcStore } from "./plc-store.mjs";
import { localUrl, requireFreePort } from "./ports.mjs";

// Read once by the server's logger, when it is loaded: it writes a line per request otherwise.
process.env.LOG_ENABLED ??= "false";
/** @type {typeof import("@did-plc/server")} CommonJS: through `import` its exports are not all seen. */
const { PlcServer } = createRequire(import.meta.url)("@did-plc/server");

/**
 * @typedef {object} PlcOptions
 * @property {number} port
 * @property {string} host
 * @property {string} [data]
 */

/**
 * Starts a PLC directory whose operations are in `plc.sqlite` of the state folder.
 * @param {PlcOptions} options
 * @param {string} [flag] The option that sets the port, for the message when it is busy.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 * @throws Refusal when the folder is held or the port is busy.
 */
export const startPlc = async ({ port, host, data }, flag = "port") => {
  const folder = stateFolder(data);
  const release = holdFolder(folder, "plc");
  try {
    await requireFreePort(host, port, flag);
    const store = new PlcStore(join(folder, "plc.sqlite"));
    // Its own start() would listen on every interface.
    const server = createServer(PlcServer.create({ db: store, version: "rookery-local" }).app);
    server.listen(port, host);
    await once(server, "listening");
    const stop = async () => {
      server.close();
      server.closeAllConnections();
      await store.close();
      release();
    };
    return { url: localUrl(host, port), stop };
  } catch (error) {
    release();
    throw error;
  }
};
