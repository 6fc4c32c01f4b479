import { randomBytes } from "node:crypto";
import { connect } from "node:net";

/** Longest header of a message that a server sends, in bytes. */
const LONGEST_HEADER = 10;

/**
 * A subscriber that only counts: it looks at the header of each WebSocket message and skips what it says, so that as much as
 * possible of the machine is left to the server. Servers never mask and ours never fragment.
 */
export class FrameCounter {
  #socket;
  #onFrames;
  #opened = false;
  #closing = false;
  /** Bytes of the current message still to come, and the start of a header that came in two pieces. */
  #left = 0;
  #rest = Buffer.alloc(0);

  /** @param {number} port @param {string} path @param {(count: number, bytes: number) => void} onFrames Messages that a chunk completed, and its bytes. */
  constructor(port, path, onFrames) {
    this.#onFrames = onFrames;
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
  }

  /** Resolves when the server has switched protocols; `ended` is called when it closes later on. @param {(why: string) => void} [ended] */
  open(ended = () => {}) {
    return new Promise((resolve, reject) => {
      const gone = (why) => (this.#closing ? undefined : this.#opened ? ended(why) : reject(new Error(why)));
      this.#socket.on("error", (error) => gone(error.message));
      this.#socket.on("close", () => gone("the stream closed"));
      this.#socket.on("data", (chunk) => {
        if (this.#opened) return this.#count(chunk);
        this.#rest = Buffer.concat([this.#rest, chunk]);
        const end = this.#rest.indexOf("\r\n\r\n");
        if (end < 0) return;
        const answer = this.#rest.subarray(0, 32).toString();
        if (!answer.startsWith("HTTP/1.1 101")) return reject(new Error(`the stream answered ${answer}`));
        const more = this.#rest.subarray(end + 4);
        this.#rest = Buffer.alloc(0);
        this.#opened = true;
        resolve(undefined);
        this.#count(more);
      });
    });
  }

  /** Read nothing from now on: a stuck consumer. */
  stick() {
    this.#socket.pause();
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #count(chunk) {
    let frames = 0;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = Buffer.alloc(0);
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) frames++;
        continue;
      }
      const header = headerOf(bytes, at);
      if (header === undefined) {
        this.#rest = bytes.subarray(at);
        break;
      }
      at += header.length;
      this.#left = header.size;
      if (header.size === 0) frames++;
    }
    if (frames > 0) this.#onFrames(frames, chunk.length);
  }
}

/** @param {Buffer} bytes @param {number} at @returns {{ length: number, size: number } | undefined} Undefined when it is not all there. */
const headerOf = (bytes, at) => {
  const there = bytes.length - at;
  if (there < 2) return undefined;
  const short = bytes[at + 1] & 0x7f;
  if (short < 126) return { length: 2, size: short };
  if (short === 126) return there < 4 ? undefined : { length: 4, size: bytes.readUInt16BE(at + 2) };
  return there < LONGEST_HEADER ? undefined : { length: LONGEST_HEADER, size: Number(bytes.readBigUInt64BE(at + 2)) };
};
