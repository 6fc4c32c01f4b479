import { MEMORIES, distractors } from "./set.mjs";
import { LETTERS, QUESTIONS } from "./questions.mjs";

/** @typedef {import("./questions.mjs").Question} Question */
/** @typedef {import("./set.mjs").Row} Row */

const DAY = 24 * 60 * 60 * 1000;
/** Day 0 of the set, at nine. */
const DAY_0 = Date.parse("2026-01-05T09:00:00Z");
/** The day on which the questions are asked. */
const TODAY = 150;
/** Answers that are looked at. */
export const K = 5;

/** @param {number} day */
export const dateOf = (day) => new Date(DAY_0 + day * DAY).toISOString();

/** The set as a life: what is written down, in order. @param {{ distract?: number }} [how] @returns {Row[]} */
export const life = ({ distract = 300 } = {}) => [...MEMORIES, ...distractors(distract)].toSorted(([, a], [, b]) => a - b);

/**
 * Something that remembers: told the rows in order, then asked.
 * @typedef {object} System
 * @property {(row: Row) => Promise<void>} remember
 * @property {(question: Question, now: string) => Promise<string[]>} ask Names of what it finds, best first, at most K.
 */

/**
 * @typedef {object} Scores Shares from 0 to 1.
 * @property {Record<string, number>} recall The right answer is among the first K, by type of question.
 * @property {number} first The right answer is the first, over all that have one.
 * @property {number} mrr Mean of 1 / rank of the right answer.
 * @property {number} current Of questions about now or then: the right one is there, and nothing outdated before it.
 * @property {number} abstains Of questions without an answer: nothing is found.
 * @property {string[]} missed For people.
 */

/** @param {System} system @param {{ distract?: number, letters?: boolean }} [how] `letters`: each question within one. @returns {Promise<Scores>} */
export const evaluate = async (system, how) => {
  for (const row of life(how)) await system.remember(row);
  const recall = new Map();
  const note = (type, hit) => recall.set(type, [...(recall.get(type) ?? []), hit ? 1 : 0]);
  const ranks = [];
  const current = [];
  const missed = [];
  for (const [i, plain] of QUESTIONS.entries()) {
    const [before = "", after = ""] = how?.letters === true ? (LETTERS[i % LETTERS.length] ?? []) : [];
    const question = { ...plain, ask: `${before}${plain.ask}${after}` };
    const found = await system.ask(question, dateOf(question.asOf ?? TODAY));
    if (question.type === "none") {
      note("none", found.length === 0);
      if (found.length > 0) missed.push(`none: ${question.ask} → ${found.join(", ")}`);
      continue;
    }
    const rank = found.findIndex((name) => question.wants.includes(name));
    ranks.push(rank < 0 ? 0 : 1 / (rank + 1));
    note(question.type, rank >= 0);
    if (rank !== 0) missed.push(`${question.type}: ${question.ask} → ${rank < 0 ? "not found" : `rank ${rank + 1}`}: ${found.join(", ")}`);
    if (question.not === undefined) continue;
    const outdated = found.findIndex((name) => question.not?.includes(name));
    current.push(rank >= 0 && (outdated < 0 || outdated > rank) ? 1 : 0);
  }
  const mean = (values) => values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
  const { none = [], ...found } = Object.fromEntries(recall);
  return {
    recall: Object.fromEntries(Object.entries(found).map(([type, hits]) => [type, mean(hits)])),
    first: mean(ranks.map((one) => (one === 1 ? 1 : 0))),
    mrr: mean(ranks),
    current: mean(current),
    abstains: mean(none),
    missed,
  };
};
