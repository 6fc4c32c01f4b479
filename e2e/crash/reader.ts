import { cidToString, decode, isLexMap } from "@rookery/repo";
import { ChainChecker, decodeFrame, recordAt, type ChainState, type CheckedCommit } from "@rookery/sync";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../test/sha256.ts";

export const MESSAGES = "agent.comms.message";

/** A message as the firehose told of it. */
export interface Told {
  seq: number;
  author: string;
  action: "create" | "delete";
  uri: string;
  /** Null when deleted. */
  cid: string | null;
  to: string[];
}

/**
 * A consumer of the firehose that remembers nothing but its cursor between connections, and checks every message
 * strictly. It reads from the beginning of the log, and connects again for as long as it is not closed.
 */
export class Reader {
  /** What was wrong with the stream. */
  readonly faults: string[] = [];
  readonly told: Told[] = [];
  /** DIDs whose end was told, in order. */
  readonly deleted: string[] = [];
  /** DIDs whose commits were told. */
  readonly authors = new Set<string>();
  commits = 0;
  connections = 0;
  readonly #url: string;
  readonly #checker: ChainChecker;
  readonly #recipients = new Map<string, string[]>();
  readonly #renamed: (did: string) => void;
  #cursor = 0;
  #work = Promise.resolve();
  #closed = false;
  #socket: WebSocket | undefined;
  readonly #running: Promise<void>;

  /** @param keyOf the account's signing key as did:key. @param renamed told of each `#identity`: what is known of a DID may be outdated. */
  constructor(origin: string, keyOf: (did: string) => Promise<string | undefined>, renamed: (did: string) => void = () => undefined) {
    this.#renamed = renamed;
    this.#url = `${origin.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos`;
    this.#checker = new ChainChecker({ sha256, keyOf, fromGenesis: true });
    this.#running = this.#run();
  }

  /** Newest state of a repository that the stream told of. */
  stateOf(did: string): ChainState | undefined {
    return this.#checker.stateOf(did);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#socket?.close();
    await this.#running;
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#connect();
      await sleep(20);
    }
  }

  /** Resolves when the connection has ended. */
  #connect(): Promise<void> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.#url}?cursor=${this.#cursor}`);
      this.#socket = socket;
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", () => this.connections++);
      socket.addEventListener("message", ({ data }) => this.#receive(new Uint8Array(data as ArrayBuffer)));
      socket.addEventListener("close", () => resolve());
      // A connection that never opened says so here; a close follows in any case, but not in every version of Node.
      socket.addEventListener("error", () => resolve());
    });
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame.kind !== "message" || frame.t === "#info") {
      this.faults.push(`not a message: ${JSON.stringify(frame).slice(0, 300)}`);
      return;
    }
    this.#cursor = frame.body.seq;
    this.#work = this.#work.then(async () => {
      if (frame.t === "#identity") this.#renamed(frame.body.did);
      const checked = await this.#checker.accept(frame);
      if (!checked.ok) this.faults.push(`seq ${frame.body.seq}: ${checked.failure.code}: ${checked.failure.message}`);
      else if (checked.value !== null) this.#note(frame.body.seq, checked.value);
      if (frame.t === "#account" && frame.body.status === "deleted") this.deleted.push(frame.body.did);
    });
  }

  #note(seq: number, commit: CheckedCommit): void {
    this.commits++;
    this.authors.add(commit.did);
    for (const { action, path, cid } of commit.ops) {
      if (!path.startsWith(`${MESSAGES}/`)) continue;
      const uri = `at://${commit.did}/${path}`;
      const bytes = recordAt(commit, path)?.record?.bytes;
      const record = bytes === undefined ? undefined : decode(bytes);
      if (record !== undefined && isLexMap(record)) this.#recipients.set(uri, record["to"] as string[]);
      if (action === "update") this.faults.push(`seq ${seq} updates ${uri}`);
      else this.told.push({ seq, author: commit.did, action, uri, cid: cid === null ? null : cidToString(cid), to: this.#recipients.get(uri) ?? [] });
    }
  }
}
