import { HOSTS } from "../peers/peers.mjs";

/** What went wrong, and why: of itself `fetch` says no more than that it failed. @param {Error & { code?: string }} error @returns {string} */
const wordsOf = ({ message, code, cause }) => `${message}${code === undefined ? "" : ` (${code})`}${cause instanceof Error ? `, since ${wordsOf(cause)}` : ""}`;

/**
 * Takes every measure of every peer, round by round: the peers take turns within a measure, so that whatever the
 * machine does meanwhile hits all of them, and another one begins in each round.
 * @param {import("./bed.mjs").Bed[]} beds
 * @param {{ rounds: number, quick: boolean, measures: import("../measures/measures.mjs").Measure[] }} options
 * @param {(line: string) => void} log
 * @returns {Promise<{ samples: Record<string, Record<string, number[]>>, failures: string[] }>}
 *   Samples by figure and peer, one per round. A measure that failed at a peer is not tried there again.
 */
export const runRounds = async (beds, { rounds, quick, measures }, log) => {
  const samples = {};
  const failed = new Map();
  const attempt = async (measure, bed, work) => {
    const name = `${measure.name} of ${bed.peer.name}`;
    if (failed.has(name) || !(measure.only ?? HOSTS).includes(bed.peer.name)) return;
    try {
      await work();
    } catch (error) {
      failed.set(name, error);
      log(`${name} failed: ${wordsOf(error)}`);
    }
  };
  for (const measure of measures) for (const bed of beds) await attempt(measure, bed, () => measure.prepare(bed));
  // Round 0 warms up, and counts for nothing.
  for (let round = measures.every(({ isPeak }) => isPeak) ? 1 : 0; round <= rounds; round++) {
    log(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    const scale = (count) => Math.max(2, Math.round(count * (round === 0 ? 0.2 : quick ? 0.4 : 1)));
    for (const measure of measures) {
      for (let turn = 0; turn < beds.length; turn++) {
        const bed = beds[(turn + round) % beds.length];
        await attempt(measure, bed, async () => {
          const values = await measure.run(bed, scale);
          if (round === 0) return;
          for (const [key, value] of Object.entries(values)) ((samples[key] ??= {})[bed.peer.name] ??= []).push(value);
        });
      }
    }
  }
  return { samples, failures: [...failed].map(([name, error]) => `${name}: ${wordsOf(error)}`) };
};
