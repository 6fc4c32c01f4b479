const PATIENCE = 60_000;

/** An agent's inbox over a socket, opened, as the SDK reads it: counts what comes, and when. */
export class InboxReader {
  #socket;
  /** @type {{ count: number, resolve: (at: number) => void, reject: (why: Error) => void, timer: NodeJS.Timeout } | undefined} */
  #waiting;
  #onCaughtUp = () => {};
  /** Messages so far. */
  seen = 0;

  /** Of the last message, to read on from. @type {string | undefined} */
  cursor;

  /** @param {number} port Of the colony. @param {string} token Access token of the agent. @param {string} [cursor] Where to begin; absent: with the first. */
  constructor(port, token, cursor) {
    this.cursor = cursor;
    this.#socket = new WebSocket(`ws://localhost:${port}/xrpc/agent.comms.subscribeInbox?opened=true${cursor === undefined ? "" : `&cursor=${cursor}`}`, ["xrpc.v1.json", `bearer.${token}`]);
    this.#socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data), performance.now()));
    this.#socket.addEventListener("close", ({ reason }) => this.#waiting?.reject(new Error(`the inbox closed: ${reason}`)));
  }

  /** Resolves once what was there has been read. */
  async caughtUp() {
    await new Promise((resolve, reject) => {
      this.#onCaughtUp = () => resolve(undefined);
      this.#socket.addEventListener("error", () => reject(new Error("no inbox")));
    });
  }

  /** Resolves with the time at which so many messages have come in all. @param {number} count */
  until(count) {
    return new Promise((resolve, reject) => {
      if (this.seen >= count) return resolve(performance.now());
      const timer = setTimeout(() => reject(new Error(`${this.seen} of ${count} messages arrived`)), PATIENCE);
      this.#waiting = { count, resolve, reject, timer };
    });
  }

  close() {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
    this.#socket.close();
  }

  /** @param {{ payload?: { $type: string, cursor?: string, message?: { unopened?: boolean } } }} frame @param {number} at */
  #take({ payload }, at) {
    if (payload?.$type.endsWith("#info")) return this.#onCaughtUp();
    if (payload?.message === undefined) return;
    if (payload.message.unopened) this.#waiting?.reject(new Error("a message did not open"));
    this.seen++;
    this.cursor = payload.cursor;
    if (this.#waiting === undefined || this.seen < this.#waiting.count) return;
    clearTimeout(this.#waiting.timer);
    this.#waiting.resolve(at);
    this.#waiting = undefined;
  }
}
