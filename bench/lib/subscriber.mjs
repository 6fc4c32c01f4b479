import { randomBytes } from "node:crypto";
import { connect } from "node:net";

/**
 * A firehose subscriber that costs as little as can be: it finds where WebSocket messages end and reports each with
 * its time. Servers never mask and ours never fragment, so a message is a header of 2, 4 or 10 bytes and a payload.
 */
export class Subscriber {
  #socket;
  #rest = Buffer.alloc(0);
  #onFrame;
  #opened = false;
  #closing = false;

  /** @param {number} port @param {(at: number, payload: Buffer) => void} onFrame `at` in ms of performance.now(). */
  constructor(port, onFrame) {
    this.#onFrame = onFrame;
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.write(
      `GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
  }

  /** Resolves when the server has switched protocols. */
  open() {
    return new Promise((resolve, reject) => {
      this.#socket.on("error", (error) => (this.#closing ? undefined : reject(error)));
      this.#socket.on("close", () => reject(new Error("the firehose closed")));
      this.#socket.on("data", (chunk) => {
        this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
        if (!this.#opened) {
          const end = this.#rest.indexOf("\r\n\r\n");
          if (end < 0) return;
          const status = this.#rest.subarray(0, 32).toString();
          if (!status.startsWith("HTTP/1.1 101")) return reject(new Error(`the firehose answered ${status}`));
          this.#opened = true;
          this.#rest = this.#rest.subarray(end + 4);
          resolve();
        }
        this.#readFrames();
      });
    });
  }

  #readFrames() {
    const at = performance.now();
    for (;;) {
      const bytes = this.#rest;
      if (bytes.length < 2) return;
      let size = bytes[1] & 0x7f;
      let header = 2;
      if (size === 126) {
        if (bytes.length < (header = 4)) return;
        size = bytes.readUInt16BE(2);
      } else if (size === 127) {
        if (bytes.length < (header = 10)) return;
        size = Number(bytes.readBigUInt64BE(2));
      }
      if (bytes.length < header + size) return;
      const kind = bytes[0] & 0x0f;
      const payload = bytes.subarray(header, header + size);
      this.#rest = bytes.subarray(header + size);
      if (kind === 2) this.#onFrame(at, payload);
      if (kind === 9) this.#pong(payload);
    }
  }

  /** A client must mask; a mask of zeros leaves the payload as it is. @param {Buffer} payload At most 125 bytes. */
  #pong(payload) {
    this.#socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }
}

/** @param {number} port @param {number} count @param {(at: number, payload: Buffer, index: number) => void} onFrame */
export const subscribeMany = async (port, count, onFrame) => {
  const subscribers = Array.from({ length: count }, (_, i) => new Subscriber(port, (at, payload) => onFrame(at, payload, i)));
  await Promise.all(subscribers.map((one) => one.open()));
  return subscribers;
};
