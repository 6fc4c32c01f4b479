import { onceMore } from "../once-more.ts";
import { HOST_PATIENCE_MS, HOST_SILENCE_MS } from "./settings.ts";

/** What a host said instead of what was asked for. */
export class HostError extends Error {
  override readonly name = "HostError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** XRPC error name, e.g. `RepoDeactivated`; empty when it said none. */
  readonly error: string;

  constructor(status: number, error: string, message: string) {
    super(message);
    this.status = status;
    this.error = error;
  }
}

/** How an answer is fetched, and how much of it is taken. */
export interface FetchSettings {
  fetch: typeof fetch;
  signal: AbortSignal;
  maxBytes: number;
  silenceMs?: number;
  patienceMs?: number;
}

const MAX_ERROR_BYTES = 4_000;

/**
 * GET an XRPC method and hand each piece of its answer to `take` as it comes. A host that is slow, silent or talks too much is
 * left. @throws HostError, and whatever `take` throws.
 */
export const fetchPieces = async (url: string, take: (piece: Uint8Array) => void, settings: FetchSettings): Promise<void> => {
  const { silenceMs = HOST_SILENCE_MS, patienceMs = HOST_PATIENCE_MS } = settings;
  const silence = new AbortController();
  const signal = AbortSignal.any([settings.signal, silence.signal, AbortSignal.timeout(patienceMs)]);
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const request = onceMore(settings.fetch);
    // Hosts are named by documents of strangers: none may send us on to an address that no document could name.
    const response = await request(url, { signal, redirect: "manual" });
    const limit = response.ok ? settings.maxBytes : MAX_ERROR_BYTES;
    const said: Uint8Array[] = [];
    let bytes = 0;
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      bytes += piece.value.length;
      if (bytes > limit) {
        await reader?.cancel();
        if (!response.ok) break;
        throw new HostError(0, "", `${url} answers with more than ${limit} bytes`);
      }
      if (response.ok) take(piece.value);
      else said.push(piece.value);
    }
    if (!response.ok) throw refusalOf(url, response.status, said);
  } catch (error) {
    if (silence.signal.aborted) throw new HostError(0, "", `${url} was silent for ${silenceMs} ms`);
    if (signal.aborted && !settings.signal.aborted) throw new HostError(0, "", `${url} took more than ${patienceMs} ms`);
    if (error instanceof TypeError) throw new HostError(0, "", `${url} cannot be reached: ${error.message}`);
    throw error;
  } finally {
    clearTimeout(timer);
    // What was not read to its end would keep its connection.
    silence.abort();
  }
};

/** The whole answer at once; see {@link fetchPieces}. */
export const fetchBytes = async (url: string, settings: FetchSettings): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  await fetchPieces(url, (piece) => pieces.push(piece), settings);
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

const refusalOf = (url: string, status: number, said: Uint8Array[]): HostError => {
  const text = said.map((piece) => new TextDecoder().decode(piece)).join("");
  const [, error = ""] = /"error"\s*:\s*"([A-Za-z]{1,60})"/.exec(text) ?? [];
  return new HostError(status, error, `${url} answers ${status}: ${text.slice(0, 300)}`);
};
