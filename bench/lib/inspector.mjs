import { chmodSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Environment under which Miniflare starts workerd with its inspector on a port, whatever launcher calls Miniflare:
 * a script in front of the real workerd adds the flag.
 * @param {string} folder For the script.
 * @param {number} port
 */
export const inspected = (folder, port) => {
  const miniflare = createRequire(import.meta.url).resolve("miniflare");
  const workerd = createRequire(miniflare)("workerd").default;
  const script = join(folder, "workerd-inspected");
  writeFileSync(script, `#!/bin/sh\ncommand=$1\nshift\nexec ${workerd} "$command" --inspector-addr=127.0.0.1:${port} "$@"\n`);
  chmodSync(script, 0o755);
  return { MINIFLARE_WORKERD_PATH: script };
};

/** A Chrome DevTools Protocol session with one worker. */
export class Inspector {
  #socket;
  #next = 1;
  #waiting = new Map();
  #scripts = new Map();

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const said = JSON.parse(data);
      if (said.method === "Debugger.scriptParsed") this.#scripts.set(said.params.scriptId, said.params.url);
      const waiting = this.#waiting.get(said.id);
      this.#waiting.delete(said.id);
      if (said.error) waiting?.reject(new Error(said.error.message));
      else waiting?.resolve(said.result);
    });
  }

  /** @param {number} port @param {string} worker Name of the service. */
  static async attach(port, worker) {
    for (let attempt = 0; ; attempt++) {
      const targets = await fetch(`http://127.0.0.1:${port}/json/list`).then((answer) => answer.json(), () => []);
      const target = targets.find(({ id }) => id.includes(worker));
      if (target) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/${target.id}`);
        await new Promise((resolve, reject) => {
          socket.addEventListener("open", resolve);
          socket.addEventListener("error", reject);
        });
        return new Inspector(socket);
      }
      if (attempt === 50) throw new Error(`no worker ${worker} at the inspector: ${JSON.stringify(targets)}`);
      await sleep(100);
    }
  }

  /** @param {string} method @param {object} [params] */
  send(method, params = {}) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Sources by script id, for those that can be had. @returns {Promise<Map<string, string>>} */
  async sources() {
    await this.send("Debugger.enable");
    const sources = new Map();
    for (const scriptId of this.#scripts.keys()) {
      const { scriptSource } = await this.send("Debugger.getScriptSource", { scriptId }).catch(() => ({ scriptSource: "" }));
      sources.set(scriptId, scriptSource);
    }
    await this.send("Debugger.disable");
    return sources;
  }

  /**
   * @param {number} interval Between samples, in µs.
   * @param {() => Promise<unknown>} work
   * @returns {Promise<object>} The CDP profile of what ran meanwhile.
   */
  async profile(interval, work) {
    await this.send("Profiler.enable");
    await this.send("Profiler.setSamplingInterval", { interval });
    await this.send("Profiler.start");
    await work();
    const { profile } = await this.send("Profiler.stop");
    return profile;
  }

  close() {
    this.#socket.close();
  }
}
