import { FIGURES } from "../measures/figures.mjs";

/** @typedef {Record<string, Record<string, { median: number, best: number }>>} Results By figure, then by peer. */

const show = (value) => (value === undefined ? "–" : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {Results} results @param {string} key @param {string} peer */
const medianOf = (results, key, peer) => results[key]?.[peer]?.median;

const divide = (a, b) => (a === undefined || b === undefined || b === 0 ? undefined : a / b);

/**
 * @param {Results} results
 * @param {string} key
 * @param {import("../measures/figures.mjs").Target} target
 * @returns {{ words: string, met: boolean | undefined }} `met` undefined when it cannot be told.
 */
const judge = (results, key, { than, figure, atMost, atLeast }) => {
  const ours = medianOf(results, key, "colony");
  const value = than === undefined ? ours : divide(ours, medianOf(results, figure ?? key, than === "self" ? "colony" : than));
  const of = than === undefined ? "" : than === "self" ? ` of the cost at 1k` : ` of ${than}`;
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${Number(atMost.toFixed(2))}`;
  return { words: `${limit}${of}`, met: value === undefined ? undefined : atMost === undefined ? value >= atLeast : value <= atMost };
};

/**
 * One row per figure that was taken, as Markdown; medians over the rounds.
 * @param {Results} results
 */
export const table = (results) => {
  const rows = FIGURES.filter(({ key }) => results[key]).map(({ key, label, unit, targets = [] }) => {
    const [colony, official, skeleton] = ["colony", "official", "skeleton"].map((peer) => medianOf(results, key, peer));
    const verdicts = targets.map((target) => judge(results, key, target)).map(({ words, met }) => `${words}: ${met === undefined ? "not measured" : met ? "met" : "**not met**"}`);
    return [`${label} (${unit})`, show(colony), show(official), show(skeleton), show(divide(colony, official)), show(divide(colony, skeleton)), verdicts.join("; ")];
  });
  const head = ["measure", "colony", "official", "skeleton", "colony / official", "colony / skeleton", "target"];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(["---", "--:", "--:", "--:", "--:", "--:", "---"]), ...rows.map(line)].join("\n");
};
