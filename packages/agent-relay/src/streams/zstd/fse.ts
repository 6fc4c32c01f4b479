/**
 * Finite State Entropy (RFC 8878, 4.1): distributions as they are written in a dictionary, and the tables that encode and
 * decode with them.
 */
import { BackwardReader, ForwardReader } from "./bit-reader.ts";
import type { BitWriter } from "./bit-writer.ts";

/** Probability of each symbol in 2^log; -1 stands for "less than one". */
export interface Distribution {
  log: number;
  counts: readonly number[];
}

/** Read a distribution at `offset` (RFC 8878, 4.1.1), and where it ends. @throws Error when it is malformed. */
export function readDistribution(bytes: Uint8Array, offset: number, maxLog: number): Distribution & { end: number } {
  const reader = new ForwardReader(bytes, offset);
  const log = reader.read(4) + 5;
  if (log > maxLog) throw new Error(`zstd: accuracy log ${log}, at most ${maxLog}`);
  let remaining = (1 << log) + 1;
  const counts: number[] = [];
  while (remaining > 1) {
    const bits = 32 - Math.clz32(remaining);
    const few = (1 << bits) - 1 - remaining;
    // Values below `few` take one bit less.
    let value = reader.peek(bits - 1);
    if (value < few) reader.at += bits - 1;
    else {
      value = reader.read(bits);
      if (value >= 1 << (bits - 1)) value -= few;
    }
    const count = value - 1;
    remaining -= Math.abs(count);
    counts.push(count);
    if (count !== 0) continue;
    for (let repeat = 3; repeat === 3; ) {
      repeat = reader.read(2);
      for (let i = 0; i < repeat; i++) counts.push(0);
    }
  }
  if (remaining !== 1) throw new Error("zstd: distribution does not add up");
  return { log, counts, end: (reader.at + 7) >> 3 };
}

/** Which symbol stands in which state (RFC 8878, 4.1.1, "From normalized distribution to decoding tables"). */
function spread({ log, counts }: Distribution): Uint8Array {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  let high = size - 1;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[high--] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position > high);
    }
  });
  return symbols;
}

/** Encodes symbols one before the other: the reader gets the last one first. */
export class FseEncoder {
  readonly #log: number;
  readonly #next: Uint16Array;
  readonly #bits: Int32Array;
  readonly #find: Int32Array;
  readonly #counts: readonly number[];

  constructor(distribution: Distribution) {
    const { log, counts } = distribution;
    const size = 1 << log;
    this.#log = log;
    this.#counts = counts;
    this.#next = new Uint16Array(size);
    this.#bits = new Int32Array(counts.length);
    this.#find = new Int32Array(counts.length);
    const starts: number[] = [];
    let total = 0;
    counts.forEach((count, symbol) => {
      starts.push(total);
      const states = Math.abs(count);
      if (states === 0) return;
      const most = states === 1 ? log : log - (31 - Math.clz32(states - 1));
      this.#bits[symbol] = (most << 16) - (states === 1 ? size : states << most);
      this.#find[symbol] = total - states;
      total += states;
    });
    spread(distribution).forEach((symbol, state) => {
      const at = starts[symbol] ?? 0;
      this.#next[at] = size + state;
      starts[symbol] = at + 1;
    });
  }

  /** Whether the distribution knows the symbol. */
  has(symbol: number): boolean {
    return (this.#counts[symbol] ?? 0) !== 0;
  }

  /** State after the last symbol of a stream, which is the first to be encoded. */
  begin(symbol: number): number {
    const delta = this.#bits[symbol] ?? 0;
    const bits = (delta + (1 << 15)) >> 16;
    return this.#next[(((bits << 16) - delta) >> bits) + (this.#find[symbol] ?? 0)] ?? 0;
  }

  /** State after another symbol; what the reader needs to come back goes into `out`. */
  encode(out: BitWriter, state: number, symbol: number): number {
    const bits = (state + (this.#bits[symbol] ?? 0)) >> 16;
    out.add(state, bits);
    return this.#next[(state >> bits) + (this.#find[symbol] ?? 0)] ?? 0;
  }

  /** Write the state that the reader begins with. */
  end(out: BitWriter, state: number): void {
    out.add(state, this.#log);
  }
}

/** Decode symbols that were written by two states in turn, until the stream is used up (RFC 8878, 4.2.1.2). */
export function decodeInterleaved(distribution: Distribution, stream: Uint8Array, most: number): number[] {
  const { log, counts } = distribution;
  const symbols = spread(distribution);
  const seen = counts.map((count) => Math.abs(count));
  const rows = Array.from(symbols, (symbol) => {
    const next = seen[symbol] ?? 1;
    seen[symbol] = next + 1;
    const bits = log - (31 - Math.clz32(next));
    return { symbol, bits, base: (next << bits) - (1 << log) };
  });
  const reader = new BackwardReader(stream);
  const states = [reader.read(log), reader.read(log)];
  const out: number[] = [];
  for (let turn = 0; out.length < most; turn ^= 1) {
    const row = rows[states[turn] ?? 0];
    if (row === undefined) break;
    out.push(row.symbol);
    if (reader.left < row.bits) {
      // Too little for the next state of this one: the other's last symbol ends it.
      const last = rows[states[turn ^ 1] ?? 0];
      if (last !== undefined) out.push(last.symbol);
      break;
    }
    states[turn] = row.base + reader.read(row.bits);
  }
  return out;
}
