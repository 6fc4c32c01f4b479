import { type Bytes, concat, own, randomBytes, utf8 } from "../bytes.ts";
import { OpenError, SealError, opening } from "../errors.ts";
import { pad, unpad } from "../padding.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import type { ProgressChannel } from "./channel.ts";

const NONCE_BYTES = 12;
/** Characters of JSON that one frame carries: text and data of the lexicon at their longest. */
export const MAX_PROGRESS_CHARS = 32_000;

/** Where a task is. */
export interface Progress {
  /** 0 to 100. */
  percent?: number;
  /** What is being done, or a part of the result as it is made. */
  text?: string;
  /** A JSON value for a program, as text. */
  json?: string;
}

/** A frame as a socket carries it. */
export interface ProgressFrame {
  sequence: number;
  /** base64url; absent when the request was public. */
  sealed?: string;
  /** Only when the request was public. */
  progress?: Progress;
}

/**
 * Encrypt one frame: nonce (12) | AES-256-GCM of the padded JSON. Channel, request and sequence are bound to it, so that a
 * frame opens in its own task and place only. The nonce is random: a worker that forgot how far it was repeats none.
 * @throws SealError for a public channel, a sequence that is no positive integer, or too much of it.
 */
export const sealProgress = async (channel: ProgressChannel, sequence: number, progress: Progress): Promise<string> => {
  if (channel.key === undefined) throw new SealError("the channel is public");
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new SealError(`not a sequence: ${sequence}`);
  const json = JSON.stringify(progress);
  if (json.length > MAX_PROGRESS_CHARS) throw new SealError(`a frame of ${json.length} characters, at most ${MAX_PROGRESS_CHARS}`);
  const nonce = randomBytes(NONCE_BYTES);
  const key = await importKey(channel.key, "encrypt");
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: bound(channel, sequence) }, key, pad(utf8(json)));
  return toBase64Url(concat(nonce, new Uint8Array(sealed)));
};

/** Open one frame. @throws OpenError */
export const openProgress = (channel: ProgressChannel, sequence: number, sealed: string): Promise<Progress> =>
  opening(async () => {
    if (channel.key === undefined) throw new OpenError();
    const bytes = own(fromBase64Url(sealed));
    const key = await importKey(channel.key, "decrypt");
    const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, NONCE_BYTES), additionalData: bound(channel, sequence) };
    const padded = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(NONCE_BYTES)));
    return asProgress(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(unpad(padded))));
  });

/** Reads a channel's frames, each once and forwards only: what was replayed or came out of order is refused. */
export class ProgressReader {
  readonly #channel: ProgressChannel;
  #last: number;

  /** @param after sequence of the last frame that was read before. */
  constructor(channel: ProgressChannel, after = 0) {
    this.#channel = channel;
    this.#last = after;
  }

  /** Sequence of the last frame that was read: the cursor to go on with. */
  get last(): number {
    return this.#last;
  }

  /** @throws OpenError for what is not the next of this channel, plain where it must be sealed, or damaged. */
  async read({ sequence, sealed, progress }: ProgressFrame): Promise<Progress> {
    if (!Number.isSafeInteger(sequence) || sequence <= this.#last) throw new OpenError();
    const read = await this.#contentOf(sequence, sealed, progress);
    // Another may have been read meanwhile.
    if (sequence <= this.#last) throw new OpenError();
    this.#last = sequence;
    return read;
  }

  async #contentOf(sequence: number, sealed: string | undefined, progress: Progress | undefined): Promise<Progress> {
    if (this.#channel.key !== undefined) return openProgress(this.#channel, sequence, sealed ?? "");
    if (progress === undefined || sealed !== undefined) throw new OpenError();
    return asProgress(progress);
  }
}

const importKey = (key: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> => crypto.subtle.importKey("raw", own(key), "AES-GCM", false, [use]);

const bound = ({ id, request }: ProgressChannel, sequence: number): Bytes => utf8(JSON.stringify(["agent.comms.progress", "v1", id, request, sequence]));

/** What is known of it, and nothing else: the worker is not trusted with the shape. @throws OpenError */
function asProgress(value: unknown): Progress {
  if (typeof value !== "object" || value === null) throw new OpenError();
  const { percent, text, json } = value as Record<string, unknown>;
  return {
    ...(typeof percent === "number" && Number.isInteger(percent) && percent >= 0 && percent <= 100 ? { percent } : {}),
    ...(typeof text === "string" ? { text } : {}),
    ...(typeof json === "string" ? { json } : {}),
  };
}
