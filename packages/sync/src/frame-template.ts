/**
 * A whole frame back into its template: the seq cut out, so that a relay can splice in its own. The bytes around it stay as
 * they are, whatever fields there are and in whatever order, so what a host said is passed on unchanged.
 */
import type { FrameTemplate } from "./frame-encode.ts";

/** Nesting that a frame may have; the messages of the protocol need three. */
const MAX_DEPTH = 16;

const SEQ = [0x63, 0x73, 0x65, 0x71];

/**
 * Find `seq` in a frame and cut its value out. Reads heads only and copies nothing but the result.
 * @throws RangeError when the bytes are not two CBOR maps of which the second has an unsigned integer `seq`; never for a
 *   frame that `decodeFrame` takes and that is no `#info`.
 */
export function templateOf(frame: Uint8Array): FrameTemplate & { seq: number } {
  const payloadAt = skip(frame, 0, 0);
  const map = headAt(frame, payloadAt);
  if (map.major !== 5) throw malformed(payloadAt, "expected a map");
  let at = map.next;
  for (let i = 0; i < map.argument; i++) {
    const isSeq = SEQ.every((byte, offset) => frame[at + offset] === byte);
    at = skip(frame, at, 1);
    if (isSeq) {
      const { major, argument, next } = headAt(frame, at);
      if (major !== 0) throw malformed(at, "seq is not an unsigned integer");
      const template = new Uint8Array(frame.length - (next - at));
      template.set(frame.subarray(0, at));
      template.set(frame.subarray(next), at);
      return { frame: template, seqAt: at, seq: argument };
    }
    at = skip(frame, at, 1);
  }
  throw malformed(payloadAt, "no seq");
}

interface Head {
  major: number;
  argument: number;
  /** Offset after the head. */
  next: number;
}

/** Offset after the value at `at`. */
function skip(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw malformed(at, "nested too deep");
  const { major, argument, next } = headAt(bytes, at);
  if (major < 2 || major === 7) return next;
  if (major < 4) {
    if (next + argument > bytes.length) throw malformed(at, "truncated");
    return next + argument;
  }
  if (major === 6) return skip(bytes, next, depth + 1);
  let end = next;
  // Each item has at least one byte, so a huge count ends at the end of the bytes.
  for (let i = 0; i < argument * (major - 3); i++) end = skip(bytes, end, depth + 1);
  return end;
}

/** Major type and argument (RFC 8949, 3); definite lengths only, as DAG-CBOR has it. */
function headAt(bytes: Uint8Array, at: number): Head {
  const first = bytes[at];
  if (first === undefined) throw malformed(at, "truncated");
  const info = first & 31;
  if (info < 24) return { major: first >> 5, argument: info, next: at + 1 };
  if (info > 27) throw malformed(at, "indefinite length");
  const size = 2 ** (info - 24);
  if (at + 1 + size > bytes.length) throw malformed(at, "truncated");
  let argument = 0;
  for (let i = 1; i <= size; i++) argument = argument * 256 + (bytes[at + i] ?? 0);
  if (!Number.isSafeInteger(argument) && first >> 5 !== 7) throw malformed(at, "number beyond 2^53");
  return { major: first >> 5, argument, next: at + 1 + size };
}

function malformed(at: number, what: string): RangeError {
  return new RangeError(`not a frame with a seq: ${what} at byte ${at}`);
}
