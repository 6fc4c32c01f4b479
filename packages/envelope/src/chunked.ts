import { type Bytes, concat, equalBytes, own, randomBytes, utf8 } from "./bytes.ts";

/**
 * Chunked encryption of streams: c2sp.org/chunked-encryption with AES-256-GCM and SHA-512 ("Cobblestone-256"). The key is
 * committed to at the front; chunks have a counter in their nonce, and the last is the one that is short, so that a
 * stream cannot be cut, extended or reordered.
 */
export const CHUNK = 16_384;
const TAG = 16;
const SALT = 24;
const COMMITMENT = 32;
/** Bytes before the first chunk. */
const HEADER = SALT + COMMITMENT;
const PREFIX = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";

/** Bytes in, bytes out. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Bytes of the encryption of `length` bytes. */
export const chunkedLength = (length: number): number => HEADER + length + TAG * (Math.floor(length / CHUNK) + 1);

interface StreamKey {
  key: CryptoKey;
  nonce: Bytes;
  commitment: Bytes;
}

/** HKDF-Expand (RFC 5869 2.3) with SHA-512, for up to 128 bytes; WebCrypto has only extract and expand together. */
const expand = async (secret: Uint8Array, info: Bytes, length: number): Promise<Bytes> => {
  const key = await crypto.subtle.importKey("raw", own(secret), { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const mac = async (data: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
  const first = await mac(concat(info, Uint8Array.of(1)));
  return concat(first, await mac(concat(first, info, Uint8Array.of(2)))).slice(0, length);
};

const streamKeyOf = async (secret: Uint8Array, salt: Uint8Array, context: Uint8Array): Promise<StreamKey> => {
  if (secret.length !== 32) throw new RangeError("The key of a stream has 32 bytes");
  const derived = await expand(secret, concat(utf8(PREFIX), new Uint8Array(1), salt, context), 32 + 12 + COMMITMENT);
  const key = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, nonce: derived.slice(32, 44), commitment: derived.slice(44) };
};

const nonceOf = (base: Bytes, counter: number): Bytes => {
  const nonce = base.slice();
  // Blobs are far below 2^32 chunks, so the last four bytes carry the whole counter.
  const view = new DataView(nonce.buffer);
  view.setUint32(8, (view.getUint32(8) ^ counter) >>> 0);
  return nonce;
};

/** Cut into pieces of `size` bytes and one shorter last one, which may be empty. */
async function* pieces(source: ByteSource, size: number): AsyncGenerator<{ bytes: Bytes; last: boolean }> {
  const buffer = new Uint8Array(size);
  let filled = 0;
  for await (const part of source) {
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + size - filled);
      buffer.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < size) continue;
      yield { bytes: buffer.slice(), last: false };
      filled = 0;
    }
  }
  yield { bytes: buffer.slice(0, filled), last: true };
}

/** Encrypt a stream under a key of 32 bytes that is used for nothing else. */
export async function* encryptChunks(source: ByteSource, secret: Uint8Array, context: Uint8Array, salt: Uint8Array = randomBytes(SALT)): AsyncGenerator<Bytes> {
  const { key, nonce, commitment } = await streamKeyOf(secret, salt, context);
  yield concat(salt, commitment);
  let counter = 0;
  for await (const { bytes } of pieces(source, CHUNK)) {
    yield new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(nonce, counter++) }, key, bytes));
  }
}

/**
 * Decrypt a stream. What it yields is genuine and in order; only at its end is it certain that nothing is missing.
 * @throws Error for another key or context, and for what was changed, cut or extended.
 */
export async function* decryptChunks(source: ByteSource, secret: Uint8Array, context: Uint8Array): AsyncGenerator<Bytes> {
  const { header, rest } = await takeHeader(source);
  const { key, nonce, commitment } = await streamKeyOf(secret, header.subarray(0, SALT), context);
  if (!equalBytes(commitment, header.subarray(SALT))) throw new RangeError("another key or context");
  let counter = 0;
  for await (const { bytes } of pieces(rest, CHUNK + TAG)) {
    yield new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonceOf(nonce, counter++) }, key, bytes));
  }
}

const takeHeader = async (source: ByteSource): Promise<{ header: Bytes; rest: AsyncIterable<Uint8Array> }> => {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let held = new Uint8Array(0);
  while (held.length < HEADER) {
    const next = await iterator.next();
    if (next.done) throw new RangeError("cut within the header");
    held = concat(held, next.value);
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield held.subarray(HEADER);
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { header: held.slice(0, HEADER), rest: rest() };
};
