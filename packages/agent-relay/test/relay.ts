/** A whole relay for one test, and what tests do with it. */
import { env as anyEnv } from "cloudflare:workers";
import {
  decodeFrame, encodeAccountFrame, encodeCommitFrame, encodeIdentityFrame, type AccountStatus, type DecodedFrame, type DeliveryHint, type OutboxRow,
} from "@rookery/sync";
import { controlsOf, type Controls, type Settings } from "./controls.ts";
import { did } from "./dids.ts";
import type { Env, TestRelay } from "./worker.ts";
import { patience } from "../../../scripts/testing/patience.mjs";

export { did };

/** A named boundary: the bindings of test/wrangler.jsonc. */
const env = anyEnv as unknown as Env;

export interface RelayUnderTest {
  stub: DurableObjectStub<TestRelay>;
  /** The same object again, after it was aborted or evicted. */
  again: () => DurableObjectStub<TestRelay>;
  controls: Controls;
}

export function relayFor(settings: Settings): RelayUnderTest {
  const name = JSON.stringify(settings);
  const again = () => env.RELAY.get(env.RELAY.idFromName(name));
  return { stub: again(), again, controls: controlsOf(name) };
}

const TIME = "2026-11-21T10:00:00.000Z";
const CID = Uint8Array.from([1, 0x71, 0x12, 32, ...new Uint8Array(32).fill(7)]);

const opsOf = (count: number) => Array.from({ length: count }, (_, i) => ({ action: "create" as const, path: `com.example.note/${i}`, cid: CID }));

/** A `#commit` row whose payload size is chosen; the relay does not look inside. */
export function commitRow(account: number, n: number, options: { size?: number; epoch?: number; ops?: number; deliveries?: DeliveryHint[] } = {}): OutboxRow {
  const rev = `3k${String(n).padStart(11, "2")}`;
  const { frame, seqAt } = encodeCommitFrame({ repo: did(account), commit: CID, rev, since: null, blocks: new Uint8Array(options.size ?? 300).fill(n), ops: opsOf(options.ops ?? 0), time: TIME });
  return {
    did: did(account), epoch: options.epoch ?? 1, n, kind: "commit", time: TIME, frame, seqAt, rev, head: `head-${account}-${n}`, data: "data",
    ...(options.deliveries === undefined ? {} : { deliveries: options.deliveries }),
  };
}

export function accountRow(account: number, n: number, status?: AccountStatus): OutboxRow {
  const active = status === undefined;
  const { frame, seqAt } = encodeAccountFrame({ did: did(account), time: TIME, active, ...(status === undefined ? {} : { status }) });
  return { did: did(account), epoch: 1, n, kind: "account", time: TIME, frame, seqAt, active, ...(status === undefined ? {} : { status }) };
}

export function identityRow(account: number, n: number): OutboxRow {
  const { frame, seqAt } = encodeIdentityFrame({ did: did(account), time: TIME, handle: "a.test" });
  return { did: did(account), epoch: 1, n, kind: "identity", time: TIME, frame, seqAt };
}

/** `count` commits of one account from `n` on, in batches as an outbox sends them. */
export async function fill(stub: DurableObjectStub<TestRelay>, account: number, from: number, count: number, size = 300): Promise<void> {
  for (let n = from; n < from + count; n += 200) {
    const rows = Array.from({ length: Math.min(200, from + count - n) }, (_, i) => commitRow(account, n + i, { size }));
    const taken = await stub.ingest(rows);
    if (!taken.ok) throw new Error(taken.error.message);
  }
}

/** A subscriber that notes what it gets. */
export interface Reader {
  ws: WebSocket;
  frames: DecodedFrame[];
  seqs: number[];
  bytes: number;
  closed: { code: number; reason: string } | undefined;
}

/** Connect to the firehose. `accept: false` leaves the socket unread, as a stuck consumer does. */
export async function subscribe(stub: Pick<DurableObjectStub, "fetch">, cursor?: number | string, options: { accept?: boolean; userAgent?: string; address?: string } = {}): Promise<Reader> {
  const query = cursor === undefined ? "" : `?cursor=${cursor}`;
  const response = await stub.fetch(`https://relay/xrpc/com.atproto.sync.subscribeRepos${query}`, {
    headers: {
      upgrade: "websocket",
      ...(options.userAgent === undefined ? {} : { "user-agent": options.userAgent }),
      ...(options.address === undefined ? {} : { "cf-connecting-ip": options.address }),
    },
  });
  const ws = response.webSocket;
  if (ws === null) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  const reader: Reader = { ws, frames: [], seqs: [], bytes: 0, closed: undefined };
  ws.addEventListener("message", ({ data }) => {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
    const frame = decodeFrame(bytes);
    reader.frames.push(frame);
    reader.bytes += bytes.length;
    if (frame.kind === "message" && frame.t !== "#info") reader.seqs.push(frame.body.seq);
  });
  ws.addEventListener("close", ({ code, reason }) => {
    reader.closed = { code, reason };
  });
  ws.binaryType = "arraybuffer";
  if (options.accept !== false) ws.accept();
  return reader;
}

/** Wait until something holds; a test that waits in vain fails with what it waited for, also while its `Date` stands still. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patienceMs = patience.expect.poll.timeout): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await scheduler.wait(5);
  }
}

/** 1, 2, ... n: what a reader of a whole log has seen. */
export const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);
