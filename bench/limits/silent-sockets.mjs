import { randomBytes } from "node:crypto";
import { connect } from "node:net";

/**
 * Readers of a stream that take nothing: a socket each, of which nothing is read once it is open.
 * @param {number} port @param {string} path @param {number} count @param {string[]} protocols WebSocket subprotocols.
 * @returns {Promise<import("node:net").Socket[]>}
 */
export const silentSockets = (port, path, count, protocols = []) =>
  Promise.all(Array.from({ length: count }, () => open(port, path, protocols)));

/** @param {number} port @param {string} path @param {string[]} protocols @returns {Promise<import("node:net").Socket>} */
const open = (port, path, protocols) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    const offered = protocols.length === 0 ? "" : `Sec-WebSocket-Protocol: ${protocols.join(", ")}\r\n`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n${offered}\r\n`);
    socket.once("data", (said) => {
      socket.pause();
      const status = said.toString("latin1", 0, 12);
      if (status === "HTTP/1.1 101") resolve(socket);
      else reject(new Error(`${path}: ${said.toString().slice(0, 300)}`));
    });
    // Whoever takes nothing is cut off in the end.
    socket.on("error", reject);
    socket.once("close", () => reject(new Error(`${path}: closed`)));
  });
