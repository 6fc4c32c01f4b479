import { CarChunk, carHeader } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { EXPORT_CHUNK } from "../limits.ts";
import type { Pin } from "../pins.ts";
import type { AgentState } from "../state.ts";
import { FullExport } from "./full-export.ts";
import { SinceExport } from "./since-export.ts";

/**
 * The repository as a CAR stream (com.atproto.sync.getRepo): commit, then nodes in pre-order with their records between
 * them in key order. It states the root of the moment it began, however long it takes and whatever is written meanwhile:
 * the rev is pinned, and versions superseded since are read from where commits keep them aside. Memory: a few packs of rows
 * and one chunk. With `since`, what a reader of that rev has already is left out, by subtree.
 *
 * Errors: `RateLimitExceeded` (429) when too many exports are open. A stalled or overlong export errors its stream.
 */
export function exportRepo(state: AgentState, since?: string): Outcome<ReadableStream<Uint8Array>> {
  let controller: ReadableByteStreamController | undefined;
  const { head, pins } = state;
  const pin = pins.open(head.rev, () => controller?.error(new Error("export took too long, or nobody read it")));
  if (pin === undefined) return fail(429, "RateLimitExceeded", "Too many exports of this repository at a time");
  const blocks = since === undefined ? new FullExport(state) : new SinceExport(state, since);
  const chunk = new CarChunk(EXPORT_CHUNK);
  chunk.raw(carHeader(head.cid));
  chunk.block(head.cid, head.commit);
  return ok(
    new ReadableStream({
      type: "bytes",
      start: (given) => {
        controller = given;
      },
      pull: (given) => {
        pin.used = Date.now();
        try {
          blocks.writeTo(chunk);
          const part = chunk.take();
          if (part.length > 0) given.enqueue(part);
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
