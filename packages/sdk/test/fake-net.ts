/** A host, its firehose, a directory and a network for followers to live in: everything in memory, nothing by the clock. */
import { cidToString, type LexMap } from "@rookery/repo";
import {
  encodeAccountFrame, encodeCommitFrame, encodeErrorFrame, encodeIdentityFrame, encodeInfoFrame, encodeSyncFrame, sequenceFrame, type AccountBody, type FrameTemplate,
} from "@rookery/sync";
import { TestAgent, TIME, type Change } from "../../sync/test/agent.ts";
import type { SocketLike } from "../src/follow/socket.ts";

/** Origin of the only host there is. */
export const HOST = "https://host.example";
export const NOTES = "org.example.note";

type Listener = (event: { data?: unknown; code?: number; reason?: string }) => void;

/** The follower's end of a connection. */
export class FakeSocket implements SocketLike {
  binaryType = "";
  readonly url: string;
  closed = false;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  emit(type: string, event: Parameters<Listener>[0] = {}): void {
    if (this.closed) return;
    if (type === "close") this.closed = true;
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  close(): void {
    this.emit("close", { code: 1000, reason: "" });
  }
}

/** What a wire does to a message on one connection (counted from 1): none, one or several come out. */
export type Wire = (message: Uint8Array | string, seq: number, connection: number) => (Uint8Array | string)[];

/** Everything. */
export class FakeNet {
  readonly agents = new Map<string, TestAgent>();
  readonly sockets: FakeSocket[] = [];
  /** Requests made, by method. */
  readonly asked: string[] = [];
  wire: Wire = (message) => [message];
  /** Events up to here have left the window. */
  prunedThrough = 0;
  /** HTTP status of everything the host answers, when not 200. */
  hostStatus = 200;
  /** Whether the host has no repositories any more. */
  gone = false;
  /** Answers of a host that lies, by path and query. */
  readonly lies = new Map<string, Uint8Array>();
  /** DIDs for which the directory is down. */
  readonly unresolvable = new Set<string>();
  readonly #log: { seq: number; message: Uint8Array | string }[] = [];
  seq = 0;

  agent(name: string): TestAgent {
    const did = `did:plc:${name.padEnd(24, "a")}`;
    const found = this.agents.get(did) ?? new TestAgent(did);
    this.agents.set(did, found);
    return found;
  }

  /** A commit, in the log unless it is said to be missing from it. */
  write(agent: TestAgent, changes: Change[] | string, how: { lost?: true } = {}): void {
    const list = typeof changes === "string" ? [create(changes)] : changes;
    const frame = encodeCommitFrame(agent.commit(list));
    if (how.lost === undefined) this.log(frame);
    else this.seq++;
  }

  sync(agent: TestAgent): void {
    this.log(encodeSyncFrame(agent.sync()));
  }

  identity(did: string, handle: string): void {
    this.log(encodeIdentityFrame({ did, time: TIME, handle }));
  }

  account(did: string, status?: NonNullable<AccountBody["status"]>): void {
    this.log(encodeAccountFrame({ did, time: TIME, active: status === undefined, ...(status === undefined ? {} : { status }) }));
  }

  log({ frame, seqAt }: FrameTemplate): void {
    this.logMessage(sequenceFrame(frame, seqAt, ++this.seq), this.seq);
  }

  /** A message of any format at a place. */
  logMessage(message: Uint8Array | string, seq: number): void {
    this.#log.push({ seq, message });
    this.sockets.forEach((socket, i) => this.#send(socket, i + 1, seq, message));
  }

  /** Close every connection from the host's side. */
  drop(last?: string): void {
    for (const socket of this.sockets) {
      if (last !== undefined) socket.emit("message", { data: encodeErrorFrame({ error: last }) });
      socket.emit("close", { code: 1006 });
    }
  }

  readonly connect = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    const connection = this.sockets.length;
    const known = this.#log.length;
    queueMicrotask(() => {
      socket.emit("open");
      const asked = new URL(url).searchParams.get("cursor");
      if (asked === null) return this.#replay(socket, connection, known);
      const cursor = Number(asked);
      if (cursor > Math.max(this.seq, this.#log.at(-1)?.seq ?? 0)) {
        socket.emit("message", { data: encodeErrorFrame({ error: "FutureCursor" }) });
        return socket.emit("close", { code: 1008 });
      }
      if (cursor !== 0 && cursor < this.prunedThrough) socket.emit("message", { data: encodeInfoFrame({ name: "OutdatedCursor" }) });
      this.#replay(socket, connection, 0, Math.max(cursor, this.prunedThrough));
    });
    return socket;
  };

  /** PLC and host over HTTP. */
  readonly fetch: typeof fetch = async (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = url.pathname.split(".").at(-1) ?? "";
    this.asked.push(method);
    if (this.hostStatus !== 200) return Response.json({ error: "InternalServerError", message: "down" }, { status: this.hostStatus });
    const lie = this.lies.get(method);
    if (lie !== undefined) return new Response(new Uint8Array(lie));
    const agent = this.gone ? undefined : this.agents.get(url.searchParams.get("did") ?? "");
    if (agent === undefined) return Response.json({ error: "RepoNotFound", message: "no such repository" }, { status: 400 });
    if (method === "getRepo") return new Response(new Uint8Array(agent.archive()));
    if (method === "getRecord") return new Response(new Uint8Array(agent.proof(`${url.searchParams.get("collection")}/${url.searchParams.get("rkey")}`)));
    return Response.json({ cid: cidToString(agent.latest.cid), rev: agent.latest.rev });
  };

  readonly resolveDid = async (did: string): Promise<unknown> => {
    if (this.unresolvable.has(did)) throw new Error("the directory is down");
    const agent = this.agents.get(did);
    if (agent === undefined) return undefined;
    return {
      id: did,
      verificationMethod: [{ id: "#atproto", type: "Multikey", publicKeyMultibase: agent.didKey.slice("did:key:".length) }],
      service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: HOST }],
    };
  };

  /** Options that keep a follower inside. */
  get options() {
    return { url: HOST, connect: this.connect, fetch: this.fetch, resolveDid: this.resolveDid, reconnect: { firstMs: 1, maxMs: 2 }, retry: { firstMs: 5, maxMs: 10 }, saveIntervalMs: 0 };
  }

  #replay(socket: FakeSocket, connection: number, from: number, after = -1): void {
    for (const { seq, message } of this.#log.slice(from)) if (seq > after) this.#send(socket, connection, seq, message, true);
    this.#caughtUp.add(socket);
  }

  readonly #caughtUp = new Set<FakeSocket>();

  #send(socket: FakeSocket, connection: number, seq: number, message: Uint8Array | string, replay = false): void {
    if (!replay && !this.#caughtUp.has(socket)) return;
    for (const out of this.wire(message, seq, connection)) socket.emit("message", { data: out });
  }
}

/** A change that creates a note. */
export const create = (rkey: string, record: LexMap = { $type: NOTES, text: rkey }): Change => ({ action: "create", path: `${NOTES}/${rkey}`, record });
