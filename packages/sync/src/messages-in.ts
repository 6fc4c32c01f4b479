import { CborReader, decodeFirst, isLexMap } from "@rookery/repo";

/**
 * Number of Jetstream messages that a frame can become: one per operation of a `#commit`, at least one for whatever it is.
 * Every event that is logged is asked, so the usual frame costs its first fields only: canonical CBOR puts `ops` first.
 */
export function messagesIn(frame: Uint8Array): number {
  try {
    const reader = new CborReader(frame);
    for (let fields = reader.map(); fields > 0; fields--) {
      reader.text();
      reader.value();
    }
    const bodyAt = reader.offset;
    reader.map();
    if (reader.text() === "ops") return Math.max(1, reader.array());
    const [body] = decodeFirst(frame, bodyAt);
    return isLexMap(body) && Array.isArray(body["ops"]) ? Math.max(1, body["ops"].length) : 1;
  } catch {
    // Not a frame: it becomes one message at most.
    return 1;
  }
}
