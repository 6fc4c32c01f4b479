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

/** Each table's peers; the first is ours, and is divided by each of the others. */
const TABLES = [
  { table: undefined, peers: ["colony", "official", "skeleton"] },
  { table: "relay", peers: ["relay", "floor", "bare"] },
  { table: "ingest", peers: ["ingest"] },
  { table: "suites", peers: ["xwing", "x25519"] },
  { table: "messages", peers: ["sealed", "plain", "primitives"] },
  { table: "memory", peers: ["memory", "bm25", "scan"] },
  { table: "storage", peers: ["counted"] },
  { table: "growth", peers: ["colony"] },
  { table: "cold", peers: ["colony"] },
  { table: "exports", peers: ["colony"] },
  { table: "colony", peers: ["inspected"] },
  { table: "limits", peers: ["inspected"] },
];

/**
 * @param {Samples} samples
 * @param {string} key
 * @param {string} ours
 * @param {import("../measures/figures.mjs").Target} target
 * @returns {string} The target in words, and whether it is met.
 */
const verdict = (samples, key, ours, { than, figure = key, of: what = "of the cost at 1k", whose, atMost, atLeast }) => {
  const value = than === undefined ? middle(samples[key][whose ?? ours]) : ratio(samples[key][ours], samples[figure]?.[than === "self" ? ours : than]);
  const of = than === undefined ? (whose === undefined ? "" : `, ${whose}`) : than === "self" ? ` ${what}` : ` of ${than}`;
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${Number(atMost.toFixed(2))}`;
  const met = atMost === undefined ? value >= atLeast : value <= atMost;
  return `${limit}${of}: ${value === undefined ? "not measured" : `${than === "self" || figure !== key ? `${show(value)}, ` : ""}${met ? "met" : "**not met**"}`}`;
};

const line = (cells) => `| ${cells.join(" | ")} |`;

/**
 * One row per figure that was taken, as Markdown; a table for the hosts, one for the relay, one for what it takes from peers.
 * @param {Samples} samples
 */
export const table = (samples) =>
  TABLES.flatMap(({ table: wanted, peers: [ours, ...others] }) => {
    const figures = FIGURES.filter(({ key, table: where }) => where === wanted && samples[key]);
    if (figures.length === 0) return [];
    const head = ["measure", ours, ...others, ...others.map((other) => `${ours} / ${other}`), "target"];
    const rows = figures.map(({ key, label, unit, targets = [] }) => {
      const values = [ours, ...others].map((peer) => middle(samples[key][peer]));
      const ratios = others.map((peer) => ratio(samples[key][ours], samples[key][peer]));
      return [`${label} (${unit})`, ...[...values, ...ratios].map(show), targets.map((target) => verdict(samples, key, ours, target)).join("; ")];
    });
    return [[line(head), line(["---", ...head.slice(2).map(() => "--:"), "---"]), ...rows.map(line)].join("\n")];
  }).join("\n\n");
