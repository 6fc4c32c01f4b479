import { FIGURES } from "../measures/figures.mjs";
import { median } from "./stats.mjs";

/** @typedef {Record<string, Record<string, number[]>>} Samples By figure, then by peer: one per round, in their order. */

const show = (value) => (value === undefined ? "–" : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {number[]} [values] */
const middle = (values) => (values === undefined ? undefined : median(values));

/**
 * Median of the rounds' ratios, not ratio of the medians: what a round was measured in, both were measured in.
 * @param {number[]} [a] @param {number[]} [b]
 */
const ratio = (a, b) => {
  if (a === undefined || b === undefined) return undefined;
  const pairs = a.slice(0, b.length).flatMap((value, round) => (b[round] === 0 ? [] : [value / b[round]]));
  return pairs.length === 0 ? undefined : median(pairs);
};

/**
 * @param {Samples} samples
 * @param {string} key
 * @param {import("../measures/figures.mjs").Target} target
 * @returns {string} The target in words, and whether it is met.
 */
const verdict = (samples, key, { than, figure = key, atMost, atLeast }) => {
  const ours = samples[key].colony;
  const value = than === undefined ? middle(ours) : ratio(ours, samples[figure]?.[than === "self" ? "colony" : than]);
  const of = than === undefined ? "" : than === "self" ? " of the cost at 1k" : ` of ${than}`;
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${Number(atMost.toFixed(2))}`;
  const met = atMost === undefined ? value >= atLeast : value <= atMost;
  return `${limit}${of}: ${value === undefined ? "not measured" : `${than === "self" ? `${show(value)}, ` : ""}${met ? "met" : "**not met**"}`}`;
};

/**
 * One row per figure that was taken, as Markdown.
 * @param {Samples} samples
 */
export const table = (samples) => {
  const rows = FIGURES.filter(({ key }) => samples[key]).map(({ key, label, unit, targets = [] }) => {
    const { colony, official, skeleton } = samples[key];
    const figures = [middle(colony), middle(official), middle(skeleton), ratio(colony, official), ratio(colony, skeleton)];
    return [`${label} (${unit})`, ...figures.map(show), targets.map((target) => verdict(samples, key, target)).join("; ")];
  });
  const head = ["measure", "colony", "official", "skeleton", "colony / official", "colony / skeleton", "target"];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(["---", "--:", "--:", "--:", "--:", "--:", "---"]), ...rows.map(line)].join("\n");
};
