/**
 * Does one thing after the other.
 * @param {number} count
 * @param {(i: number) => Promise<unknown>} once
 * @returns {Promise<number[]>} How long each took, in ms.
 */
export const sequentially = async (count, once) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await once(i);
    times.push(performance.now() - began);
  }
  return times;
};

/**
 * Keeps a number of things under way until all are done.
 * @param {number} count
 * @param {number} width
 * @param {(i: number, lane: number) => Promise<unknown>} once
 * @returns {Promise<number>} How many were done per second.
 */
export const concurrently = async (count, width, once) => {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async (_, lane) => {
      while (next < count) await once(next++, lane);
    }),
  );
  return (count * 1000) / (performance.now() - began);
};
