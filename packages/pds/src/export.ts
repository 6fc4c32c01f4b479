import { carBlock, carHeader, cidEquals, walkTree, type NodeRef } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { EXPORT_CHUNK } from "./limits.ts";
import type { Pin } from "./pins.ts";
import type { AgentState } from "./state.ts";
import { type DatedNode, readNodeRow, readOldNode } from "./store/nodes.ts";
import { RecordScan, readOldRecord, readRecord } from "./store/records.ts";

/**
 * The repository as a CAR stream (com.atproto.sync.getRepo): commit, then nodes in pre-order with their records between
 * them in key order. It states the root of the moment it began, however long it takes and whatever is written meanwhile:
 * the rev is pinned, and versions superseded since are read from where commits keep them aside. Memory: one path of the
 * tree and one chunk. With `since`, what a reader of that rev has already is left out, by subtree.
 *
 * Errors: `RateLimitExceeded` (429) when too many exports are open. A stalled or overlong export errors its stream.
 */
export function exportRepo(state: AgentState, since?: string): Outcome<ReadableStream<Uint8Array>> {
  let controller: ReadableByteStreamController | undefined;
  const { head, pins } = state;
  const pin = pins.open(head.rev, () => controller?.error(new Error("export took too long, or nobody read it")));
  if (pin === undefined) return fail(429, "RateLimitExceeded", "Too many exports of this repository at a time");
  const scan = new RecordScan(state.sql);
  const blocks = blocksOf(state, pin, scan, { cid: head.rootCid, id: head.rootId }, since);
  let first: Uint8Array[] = [carHeader(head.cid), carBlock(head.cid, head.commit)];
  return ok(
    new ReadableStream({
      type: "bytes",
      start: (given) => {
        controller = given;
      },
      pull: (given) => {
        pin.used = Date.now();
        try {
          const chunk = gather(blocks, first);
          first = [];
          if (chunk.length > 0) given.enqueue(chunk);
          else finish(given);
        } catch (error) {
          pins.close(pin);
          throw error;
        }
      },
      cancel: () => pins.close(pin),
    }),
  );

  function finish(given: ReadableByteStreamController): void {
    pins.close(pin as Pin);
    given.close();
    // A reader that brought its own buffer waits for an answer to it.
    given.byobRequest?.respond(0);
  }
}

/** The next blocks, in one piece of at least {@link EXPORT_CHUNK} bytes unless it is the last; empty at the end. */
function gather(blocks: Iterator<Uint8Array>, parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  while (length < EXPORT_CHUNK) {
    const next = blocks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  const chunk = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    chunk.set(part, at);
    at += part.length;
  }
  return chunk;
}

function* blocksOf(state: AgentState, pin: Pin, scan: RecordScan, root: NodeRef, since: string | undefined): Generator<Uint8Array> {
  // `enter` reads a node to see its rev; the walk asks for the same one right after.
  let entered: { id: number; node: DatedNode | undefined } | undefined;
  const read = ({ id }: NodeRef) => (entered?.id === id ? entered.node : nodeAt(state, pin, id));
  const enter = (ref: NodeRef) => {
    if (since === undefined) return true;
    entered = { id: ref.id, node: nodeAt(state, pin, ref.id) };
    return entered.node === undefined || entered.node.rev > since;
  };
  for (const step of walkTree({ read }, root, enter)) {
    entered = undefined;
    const block = step.kind === "node" ? carBlock(step.ref.cid, step.bytes) : recordBlock(state, pin, scan, step, since);
    if (block !== undefined) yield block;
  }
}

function recordBlock(state: AgentState, pin: Pin, scan: RecordScan, { key, cid }: { key: string; cid: Uint8Array }, since: string | undefined): Uint8Array | undefined {
  const { sql, pins } = state;
  const kept = pins.anyKept ? readOldRecord(sql, key, pin.rev) : undefined;
  // A full export meets every record in key order; with `since` it meets a few.
  const record = kept ?? (since === undefined ? scan.at(key) : readRecord(sql, key));
  // Our own corruption: better no export than a false one.
  if (record === undefined || !cidEquals(record.cid, cid)) throw new Error(`no block for ${key} at ${pin.rev}`);
  return since !== undefined && record.rev <= since ? undefined : carBlock(cid, record.data);
}

function nodeAt({ sql, pins }: AgentState, pin: Pin, id: number): DatedNode | undefined {
  return (pins.anyKept ? readOldNode(sql, id, pin.rev) : undefined) ?? readNodeRow(sql, id);
}
