/** Codes of the three numbers of a sequence, their extra bits, and the distributions that need no table (RFC 8878, 3.1.1.3.2). */
import type { Distribution } from "./fse.ts";

/** Extra bits and baseline of literal length codes from 16 on, and of match length codes from 32 on; codes below say the length itself. */
const LITERALS = [[1, 16], [1, 18], [1, 20], [1, 22], [2, 24], [2, 28], [3, 32], [3, 40], [4, 48], [6, 64], [7, 128], [8, 256], [9, 512], [10, 1024], [11, 2048], [12, 4096], [13, 8192], [14, 16384], [15, 32768], [16, 65536]] as const;
const MATCHES = [[1, 35], [1, 37], [1, 39], [1, 41], [2, 43], [2, 47], [3, 51], [3, 59], [4, 67], [4, 83], [5, 99], [7, 131], [8, 259], [9, 515], [10, 1027], [11, 2051], [12, 4099], [13, 8195], [14, 16387], [15, 32771], [16, 65539]] as const;

/** A number as a code and the bits that tell it from others of the same code. */
export interface Coded {
  code: number;
  extra: number;
  bits: number;
}

/** How many literals come before a match (RFC 8878, 3.1.1.3.2.1.1). */
export const literalLengthCode = (length: number): Coded => coded(LITERALS, 16, length, length);
/** How long a match is, 3 at least. */
export const matchLengthCode = (length: number): Coded => coded(MATCHES, 32, length, length - 3);

/** `offset` counts back from the position; offsets that repeat are not used. */
export function offsetCode(offset: number): Coded {
  const value = offset + 3;
  const code = 31 - Math.clz32(value);
  return { code, extra: value - (1 << code), bits: code };
}

function coded(table: readonly (readonly [bits: number, base: number])[], direct: number, value: number, small: number): Coded {
  if (small < direct) return { code: small, extra: 0, bits: 0 };
  let i = table.length - 1;
  while (i > 0 && value < (table[i]?.[1] ?? 0)) i--;
  const [bits, base] = table[i] ?? [0, 0];
  return { code: direct + i, extra: value - base, bits };
}

const run = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

export const DEFAULT_LITERAL_LENGTHS: Distribution = { log: 6, counts: [4, 3, ...run(11, 2), 1, 1, 1, ...run(9, 2), 3, 2, ...run(5, 1), ...run(4, -1)] };
export const DEFAULT_MATCH_LENGTHS: Distribution = { log: 6, counts: [1, 4, 3, ...run(6, 2), ...run(37, 1), ...run(7, -1)] };
export const DEFAULT_OFFSETS: Distribution = { log: 5, counts: [...run(6, 1), 2, 2, 2, ...run(15, 1), ...run(5, -1)] };
