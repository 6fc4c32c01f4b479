import { CODEC_RAW, cidOf, cidToString } from "@rookery/repo";
import { createHash } from "node:crypto";
import type { XrpcFault } from "@rookery/sync";
import { MAX_WAITING_UPLOADS, UPLOAD_PATIENCE, UPLOAD_ROOM, UPLOAD_STALL, UPLOAD_TOTAL, UPLOAD_WATCH } from "../../limits.ts";
import { inRoom } from "../../room/in-room.ts";
import { Room } from "../../room/room.ts";
import { type Call, fault, invalid, isFault } from "../call.ts";
import { Sniffer } from "./sniffer.ts";

/** A blob that is in R2. */
export interface StoredBlob {
  cid: string;
  /** Bytes. */
  size: number;
  /** MIME type, if the bytes tell it. */
  sniffed: string | undefined;
}

const tooLarge = (limit: number): XrpcFault => fault(413, "PayloadTooLarge", `Blob is larger than this host's limit of ${limit} bytes`);

/** 408 (RFC 9110, 15.5.9). */
const TOO_SLOW = fault(408, "RequestTimeout", "The body did not come in time");

/** Of this isolate, for uploads that do not say how long they are. */
const room = new Room(UPLOAD_ROOM, MAX_WAITING_UPLOADS);

/** Bytes beyond the limit that are still taken in: answering before the client has sent its body cuts the connection. */
const PATIENCE = 16_000_000;

/** Bytes as they pass, hashed, counted and looked at; errors at the end when there were too many, or when they do not end. */
class Meter {
  readonly #hash = createHash("sha256");
  readonly #sniffer = new Sniffer();
  readonly stream: TransformStream<Uint8Array, Uint8Array>;
  size = 0;

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.stream = new TransformStream({
      transform: async (chunk, controller) => {
        this.size += chunk.byteLength;
        if (this.size > limit + PATIENCE) return controller.error(new Error("blob too large"));
        if (this.size > limit) return;
        this.#hash.update(chunk);
        await this.#sniffer.push(chunk);
        controller.enqueue(chunk);
      },
      flush: (controller) => {
        this.#sniffer.end();
        if (this.size > limit) controller.error(new Error("blob too large"));
      },
    });
  }

  /** Once all bytes have passed. */
  async result(): Promise<StoredBlob> {
    const digest = new Uint8Array(this.#hash.digest());
    return { cid: cidToString(cidOf(() => digest, new Uint8Array(), CODEC_RAW)), size: this.size, sniffed: await this.#sniffer.mimeType };
  }

  /** The bytes broke off. */
  abandon(): void {
    this.#sniffer.end();
  }
}

/**
 * Stream the body of an upload into R2. R2 takes streams of known length only, so a body without one is gathered first (it may
 * have no more than an isolate can gather); and it cannot rename, so the key is random and the agent keeps the CID.
 * @param key of the R2 object; after an error there may be one or not.
 * Errors: `PayloadTooLarge` (413); `InvalidRequest` (400) when the body is not what its headers say; `RequestTimeout` (408);
 * `NotEnoughResources` (503).
 */
export const storeBlob = async ({ request, host }: Call, key: string): Promise<StoredBlob | XrpcFault> => {
  const declared = request.headers.get("content-length");
  const length = declared === null ? undefined : Number(declared);
  const limit = length === undefined ? Math.min(host.blobLimit, UPLOAD_ROOM) : host.blobLimit;
  if (length !== undefined && length > limit) return tooLarge(limit);
  const meter = new Meter(limit);
  const source = new Source(request.body ?? new Blob([]).stream());
  const body = source.stream.pipeThrough(meter.stream);
  try {
    if (length !== undefined) {
      const fixed = new FixedLengthStream(length);
      await Promise.all([body.pipeTo(fixed.writable), host.blobs.put(key, fixed.readable)]);
    } else {
      const busy = await inRoom(room, limit, { patience: UPLOAD_PATIENCE, life: UPLOAD_TOTAL }, async () => void (await host.blobs.put(key, await new Response(body).arrayBuffer())));
      if (isFault(busy)) return busy;
    }
  } catch (error) {
    meter.abandon();
    if (meter.size > limit) return tooLarge(limit);
    if (source.late) return TOO_SLOW;
    if (source.broke) return invalid("The body ended too early, or is not what its Content-Encoding says");
    if (length !== undefined && meter.size !== length) return invalid(`Body has ${meter.size} bytes, Content-Length says ${length}`);
    throw error;
  } finally {
    source.end();
  }
  return meter.result();
};

/** A body that tells whether it was itself what broke off, and not what was made of it; one that stalls or trickles is given up. */
class Source {
  readonly stream: ReadableStream<Uint8Array>;
  broke = false;
  late = false;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(body: ReadableStream<Uint8Array>) {
    const reader = body.getReader();
    let quiet = 0;
    let turns = 0;
    let isWaiting = false;
    // One timer for all of it: its pieces are many and small.
    this.#timer = setInterval(() => {
      // While nobody asks for more, as when there is no room, it is not the sender who is slow.
      if (!isWaiting) return;
      quiet++;
      turns++;
      if (quiet * UPLOAD_WATCH < UPLOAD_STALL && turns * UPLOAD_WATCH < UPLOAD_TOTAL) return;
      this.late = true;
      this.end();
      reader.cancel().catch(() => undefined);
    }, UPLOAD_WATCH);
    this.stream = new ReadableStream({
      pull: async (controller) => {
        isWaiting = true;
        try {
          const { done, value } = await reader.read();
          quiet = 0;
          if (this.late) throw new Error("too slow");
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.broke = true;
          throw error;
        } finally {
          isWaiting = false;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** Nothing more is read. */
  end(): void {
    clearInterval(this.#timer);
  }
}
