import { Agent, request } from "node:http";

/** One keep-alive HTTP client of one server on loopback. */
export class Client {
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #port;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  /**
   * @param {"GET" | "POST"} method
   * @param {string} path
   * @param {{ body?: unknown, token?: string }} [given]
   * @returns {Promise<Buffer>} The answer's body.
   * @throws Error for every status but 200, with what the server said.
   */
  send(method, path, { body, token } = {}) {
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = { host: `localhost:${this.#port}`, "accept-encoding": "identity" };
    if (text) Object.assign(headers, { "content-type": "application/json", "content-length": text.length });
    if (token) headers.authorization = `Bearer ${token}`;
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: this.#port, path, method, headers, agent: this.#agent }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const bytes = Buffer.concat(chunks);
          if (answer.statusCode === 200) resolve(bytes);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${bytes.toString().slice(0, 300)}`));
        });
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }

  /**
   * An XRPC query whose answer is only counted, piece by piece, however large it is.
   * @param {string} nsid @param {Record<string, string>} params
   * @returns {Promise<number>} Bytes of the body.
   */
  count(nsid, params) {
    const headers = { host: `localhost:${this.#port}`, "accept-encoding": "identity" };
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: this.#port, path: `/xrpc/${nsid}?${new URLSearchParams(params)}`, headers, agent: this.#agent }, (answer) => {
        let bytes = 0;
        answer.on("data", (chunk) => (bytes += chunk.length));
        answer.on("error", reject);
        answer.on("end", () => (answer.statusCode === 200 && answer.complete ? resolve(bytes) : reject(new Error(`${nsid}: ${answer.statusCode} after ${bytes} bytes`))));
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  /** An XRPC query. @param {string} nsid @param {Record<string, string>} params @param {string} [token] */
  query(nsid, params, token) {
    return this.send("GET", `/xrpc/${nsid}?${new URLSearchParams(params)}`, { token });
  }

  /** An XRPC procedure. @param {string} nsid @param {unknown} body @param {string} [token] */
  async call(nsid, body, token) {
    return JSON.parse((await this.send("POST", `/xrpc/${nsid}`, { body, token })).toString());
  }

  close() {
    this.#agent.destroy();
  }
}
