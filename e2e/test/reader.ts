import { cidToString } from "@rookery/repo";
import { ChainChecker, type DecodedFrame, type StreamMessage } from "@rookery/sync";
import { signingKeyOf } from "./people.ts";
import { sha256 } from "./sha256.ts";
import { openStream, type Stream } from "./stream.ts";

/**
 * A firehose reader that believes nothing: every message goes through the strict checker, and the operations are replayed.
 * It reconnects with its cursor whenever it has had `perConnection` frames.
 */
export class StrictReader {
  readonly checker = new ChainChecker({ sha256, keyOf: signingKeyOf, fromGenesis: true, now: Date.now });
  /** Everything that was wrong, in words. */
  readonly faults: string[] = [];
  /** Per account: path to CID, by replaying the operations. */
  readonly repos = new Map<string, Map<string, string>>();
  /** Revs of each account's commits, in order. */
  readonly revs = new Map<string, string[]>();
  connections = 0;
  /** Operations seen. */
  ops = 0;
  readonly #perConnection: number;
  readonly #origin: string | undefined;
  #stream: Stream | undefined;
  #stopped = false;
  #work: Promise<void> = Promise.resolve();

  /** @param origin of the stream; the colony's own when absent. */
  constructor(perConnection = Infinity, origin?: string) {
    this.#perConnection = perConnection;
    this.#origin = origin;
  }

  /** @param cursor undefined begins live. */
  async start(cursor: number | undefined): Promise<void> {
    let got = 0;
    this.connections += 1;
    this.#stream = await openStream(cursor, (frame) => {
      got += 1;
      // What comes after the last frame that counts comes again on the next connection.
      if (got > this.#perConnection) return;
      this.#then(() => this.#take(frame));
      if (got === this.#perConnection) this.#then(() => this.#reconnect());
    }, this.#origin);
  }

  /** Where it stands, in words, for a test that waits in vain. */
  describe(did: string): string {
    const end = this.#stream?.closed;
    return `at seq ${this.checker.seq}, rev ${this.checker.stateOf(did)?.rev}, ${this.connections} connections, ${end === undefined ? "open" : `closed with ${end.code} ${end.reason}`}, faults: ${this.faults.slice(0, 3).join("; ") || "none"}`;
  }

  /** Resolves when everything that has come was worked on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stream?.close();
    await this.#work;
  }

  /** One thing after another; what fails is a fault, and the rest goes on. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.faults.push(String(error));
    });
  }

  async #reconnect(): Promise<void> {
    this.#stream?.close();
    if (!this.#stopped) await this.start(this.checker.seq);
  }

  async #take(frame: DecodedFrame): Promise<void> {
    if (frame.kind !== "message") {
      this.faults.push(`frame: ${JSON.stringify(frame)}`);
      return;
    }
    const checked = await this.checker.accept(frame);
    if (!checked.ok) this.faults.push(`${frame.t} ${"seq" in frame.body ? frame.body.seq : ""}: ${checked.failure.code}: ${checked.failure.message}`);
    else this.#replay(frame);
  }

  #replay(frame: StreamMessage): void {
    if (frame.t !== "#commit") return;
    const { repo, rev, ops } = frame.body;
    this.revs.set(repo, [...(this.revs.get(repo) ?? []), rev]);
    const records = this.repos.get(repo) ?? new Map<string, string>();
    this.repos.set(repo, records);
    for (const { action, path, cid } of ops) {
      this.ops += 1;
      if (records.has(path) !== (action !== "create")) this.faults.push(`${action} of ${path} in ${rev} where there is ${records.has(path) ? "one" : "none"}`);
      if (cid === null) records.delete(path);
      else records.set(path, cidToString(cid));
    }
  }
}
