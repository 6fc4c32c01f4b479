/**
 * The demo's job: a museum's clocks are to be fetched and moved, in confidence. Its parts are computed by what is here; no model
 * is asked.
 */

/** Where the clocks are; the round begins and ends in the first. */
export const TOWNS = ["Ulm", "Augsburg", "Ingolstadt", "Regensburg", "Passau", "Landshut"];

/** Kilometres by road, each way the same: what one agent knows and the others do not. @type {Record<string, number>} */
export const ROADS = {
  "Ulm Augsburg": 80, "Ulm Ingolstadt": 146, "Ulm Regensburg": 208, "Ulm Passau": 315, "Ulm Landshut": 196, "Augsburg Ingolstadt": 77,
  "Augsburg Regensburg": 139, "Augsburg Passau": 245, "Augsburg Landshut": 117, "Ingolstadt Regensburg": 74, "Ingolstadt Passau": 178,
  "Ingolstadt Landshut": 84, "Regensburg Passau": 119, "Regensburg Landshut": 62, "Passau Landshut": 121,
};

/** Roads as a note for people. @param {Record<string, number>} roads Kilometres by `FROM TO`. */
export const told = (roads) => Object.entries(roads).map(([road, km]) => `${road} ${km}`).join(", ");

/** What such a note says. @param {string} note @returns {Record<string, number>} */
export const roadsIn = (note) => Object.fromEntries(Array.from(note.matchAll(/(\p{L}+ \p{L}+) (\d+)/gu), ([, road = "", km]) => [road, Number(km)]));

/** Weights of the clocks in kg, and what one crate holds. */
export const CLOCKS = [74, 61, 58, 47, 45, 39, 33, 28, 22];
export const CRATE = 120;

/** @param {Record<string, number>} roads @param {string} from @param {string} to */
const between = (roads, from, to) => {
  const km = roads[`${from} ${to}`] ?? roads[`${to} ${from}`];
  if (km === undefined) throw new RangeError(`no road from ${from} to ${to}`);
  return km;
};

/** @param {string[]} towns @returns {string[][]} Every order of them. */
const orders = (towns) => (towns.length < 2 ? [towns] : towns.flatMap((first, at) => orders(towns.toSpliced(at, 1)).map((rest) => [first, ...rest])));

/**
 * The shortest way through all towns and back to the first, by trying each: 120 for six.
 * @param {string[]} towns At most nine. @param {Record<string, number>} roads Kilometres by `FROM TO`.
 * @returns {{ way: string[], km: number }}
 * @throws RangeError for a road that is not there, or too many towns.
 */
export const shortestRound = ([home = "", ...towns], roads) => {
  if (towns.length > 8) throw new RangeError(`${towns.length + 1} towns; at most 9`);
  const ways = orders(towns).map((order) => {
    const way = [home, ...order, home];
    return { way, km: way.slice(1).reduce((sum, town, at) => sum + between(roads, way[at] ?? "", town), 0) };
  });
  return ways.reduce((best, one) => (one.km < best.km ? one : best));
};

/**
 * Crates filled with the heaviest first, each into the first that has room.
 * @param {number[]} weights @param {number} limit Of one crate.
 * @returns {number[][]}
 */
export const packed = (weights, limit) => {
  /** @type {number[][]} */
  const crates = [];
  const sum = (/** @type {number[]} */ crate) => crate.reduce((total, one) => total + one, 0);
  for (const weight of weights.toSorted((a, b) => b - a)) {
    const crate = crates.find((one) => sum(one) + weight <= limit);
    if (crate === undefined) crates.push([weight]);
    else crate.push(weight);
  }
  return crates;
};
