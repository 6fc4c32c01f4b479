import { hash } from "node:crypto";

/** SHA-256 by the platform, synchronous. In one call: a Hash is a stream, and making one costs as much again. */
export const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer");
