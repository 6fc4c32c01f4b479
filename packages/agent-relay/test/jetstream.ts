/** Commits with real records, and clients of the JSON streams. */
import { createHash } from "node:crypto";
import { carBytes, cidOf, encode, type LexMap } from "@rookery/repo";
import { encodeCommitFrame, encodeSyncFrame, type CommitOp, type OutboxRow } from "@rookery/sync";
import { did } from "./relay.ts";
import type { TestRelay } from "./worker.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const TIME = "2026-11-21T10:00:00.000Z";

/** A change of one record. Without `record` it is a delete. */
export interface Change {
  path: string;
  record?: LexMap;
  /** An update of what was there before. */
  update?: boolean;
}

export const revOf = (n: number) => `3k${String(n).padStart(11, "2")}`;

/** A commit that changes records, as an agent's outbox has it. `n` also makes its rev; the one before is `n - 1`. */
export function changes(account: number, n: number, list: Change[]): OutboxRow {
  const commit = encode({ n });
  const blocks = [{ cid: cidOf(sha256, commit), bytes: commit }];
  const ops = list.map(({ path, record, update }): CommitOp => {
    if (record === undefined) return { action: "delete", path, cid: null, prev: blocks[0]?.cid ?? new Uint8Array() };
    const bytes = encode(record);
    const cid = cidOf(sha256, bytes);
    blocks.push({ cid, bytes });
    return update === true ? { action: "update", path, cid, prev: cid } : { action: "create", path, cid };
  });
  const root = blocks[0]?.cid ?? new Uint8Array();
  const { frame, seqAt } = encodeCommitFrame({
    repo: did(account), commit: root, rev: revOf(n), since: n > 1 ? revOf(n - 1) : null, blocks: carBytes(root, blocks), ops, time: TIME,
  });
  return { did: did(account), epoch: 1, n, kind: "commit", time: TIME, frame, seqAt, rev: revOf(n), head: "head", data: "data" };
}

/** A commit that creates one note. */
export const note = (account: number, n: number, text = `note ${n}`, collection = "com.example.note") =>
  changes(account, n, [{ path: `${collection}/${n}`, record: { $type: collection, text } }]);

export function syncRow(account: number, n: number): OutboxRow {
  const { frame, seqAt } = encodeSyncFrame({ did: did(account), blocks: new Uint8Array([1, 2, 3]), rev: revOf(n), time: TIME });
  return { did: did(account), epoch: 1, n, kind: "sync", time: TIME, frame, seqAt, rev: revOf(n), head: "head", data: "data" };
}

/** Any JSON object, for tests that look into it. */
export type Json = Record<string, unknown>;

export interface JsonReader {
  ws: WebSocket;
  protocol: string | null;
  texts: string[];
  events: Json[];
  binary: Uint8Array[];
  closed: { code: number; reason: string } | undefined;
}

/** Connect to any stream by its path and query. */
export async function listen(stub: DurableObjectStub<TestRelay>, path: string, headers: Record<string, string> = {}): Promise<JsonReader> {
  const response = await stub.fetch(`https://relay${path}`, { headers: { upgrade: "websocket", ...headers } });
  const ws = response.webSocket;
  if (ws === null) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  const reader: JsonReader = { ws, protocol: response.headers.get("sec-websocket-protocol"), texts: [], events: [], binary: [], closed: undefined };
  ws.binaryType = "arraybuffer";
  ws.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) reader.binary.push(new Uint8Array(data));
    else {
      reader.texts.push(String(data));
      reader.events.push(JSON.parse(String(data)) as Json);
    }
  });
  ws.addEventListener("close", ({ code, reason }) => {
    reader.closed = { code, reason };
  });
  ws.accept();
  return reader;
}

/** What a refused request is answered. */
export async function refused(stub: DurableObjectStub<TestRelay>, path: string): Promise<{ status: number; error: string; message: string }> {
  const response = await stub.fetch(`https://relay${path}`, { headers: { upgrade: "websocket" } });
  return { status: response.status, ...(await response.json<{ error: string; message: string }>()) };
}
