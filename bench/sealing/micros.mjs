/**
 * How long the worker takes to do something once, in µs. The request itself is taken off.
 * @param {import("../lib/client.mjs").Client} worker
 * @param {string} what @param {number} count @param {Record<string, string | number>} [how]
 */
export const microsOf = async (worker, what, count, how = {}) => {
  const timed = async (/** @type {number} */ times) => {
    const query = new URLSearchParams(Object.entries({ ...how, count: times }).map(([name, value]) => [name, `${value}`]));
    const began = performance.now();
    await worker.send("GET", `/${what}?${query}`);
    return performance.now() - began;
  };
  await timed(1); // keys and samples are made with the first
  const empty = await timed(0);
  return ((await timed(count)) - empty) * 1000 / count;
};
