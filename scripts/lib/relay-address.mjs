import { localUrl, requireFreePort } from "./ports.mjs";
import { Refusal } from "./refusal.mjs";

/** From the colony's port to its relay view's, unless another is chosen. */
const DISTANCE = 1000;

/**
 * @typedef {object} RelayAddress
 * @property {number} port Where it listens here, beside the colony.
 * @property {string} hostname Host name by which requests for it are known, with the port when it has one.
 */

/** Whether a name leads to this machine. @param {string} hostname */
const isLoopback = (hostname) => /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/**
 * Where the relay view is to be. What was asked for and cannot be had is refused; what was not asked for is left out, with a word.
 * @param {{ host: string, port: number, origin?: string | undefined, relayPort?: number | undefined, relayHostname?: string | undefined }} options
 * @param {(line: string) => void} log
 * @param {number} [patience] How long to wait for the port, in ms.
 * @returns {Promise<RelayAddress | undefined>} Nothing when there is to be none.
 * @throws Refusal
 */
export const relayAddress = async ({ host, port, origin, relayPort, relayHostname }, log, patience = 0) => {
  if (relayPort === 0) return undefined;
  const asked = relayPort !== undefined || relayHostname !== undefined;
  const chosen = relayPort ?? port + DISTANCE;
  if (chosen === port) throw new Refusal(`--relay-port is the colony's own port, ${port}. The relay view needs another.`);
  if (chosen > 65_535) {
    if (asked) throw new Refusal(`There is no port ${chosen} for the relay view. Choose one with --relay-port N.`);
    log(`no relay view: there is no port ${chosen}; choose one with --relay-port N`);
    return undefined;
  }
  if (relayHostname === undefined && origin !== undefined && !isLoopback(new URL(origin).hostname)) {
    if (asked) throw new Refusal(`Behind the proxy of --origin ${origin} the relay view needs a public name too: --relay-hostname NAME.`);
    log("no relay view: behind a proxy it needs a public name, --relay-hostname NAME");
    return undefined;
  }
  try {
    await requireFreePort(host, chosen, "relay-port", patience);
  } catch (error) {
    if (asked || !(error instanceof Refusal)) throw error;
    log(`no relay view: port ${chosen} is busy; choose another with --relay-port N`);
    return undefined;
  }
  return { port: chosen, hostname: relayHostname ?? new URL(localUrl(host, chosen)).host };
};
