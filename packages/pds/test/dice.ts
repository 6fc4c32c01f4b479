/** Numbers of 32 bits, the same every time for a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return (x ^ (x >>> 14)) >>> 0;
  };
}

/** Numbers below so many sides. */
export function dice(seed: number): (sides: number) => number {
  const next = numbers(seed);
  return (sides) => next() % sides;
}

/** Numbers from 0 to below 1. */
export function random(seed: number): () => number {
  const next = numbers(seed);
  return () => next() / 2 ** 32;
}
