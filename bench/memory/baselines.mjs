import { hashedEmbedder } from "../../packages/memory/src/index.ts";
import { tokenize } from "../../packages/memory/src/text/tokenize.ts";
import { K } from "./evaluate.mjs";

/** @typedef {import("./evaluate.mjs").System} System */

/** The first K by score, of those that have any. @param {{ name: string, score: number }[]} scored */
const best = (scored) =>
  scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, K)
    .map(({ name }) => name);

/** What anybody would begin with: Okapi BM25 over everything, and nothing else. @returns {System} */
export const bm25System = () => {
  /** @type {{ name: string, tokens: string[] }[]} */
  const documents = [];
  return {
    remember: async ([name, , , text, { tags = [], subject = "" } = {}]) => void documents.push({ name, tokens: tokenize([subject, text, ...tags].join("\n")) }),
    ask: async ({ ask }) => {
      const average = documents.reduce((sum, { tokens }) => sum + tokens.length, 0) / documents.length;
      const terms = [...new Set(tokenize(ask))].map((term) => {
        const df = documents.filter(({ tokens }) => tokens.includes(term)).length;
        return { term, idf: Math.log(1 + (documents.length - df + 0.5) / (df + 0.5)) };
      });
      const scoreOf = (/** @type {string[]} */ tokens) =>
        terms.reduce((sum, { term, idf }) => {
          const tf = tokens.filter((token) => token === term).length;
          return sum + (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * tokens.length) / average));
        }, 0);
      return best(documents.map(({ name, tokens }) => ({ name, score: scoreOf(tokens) })));
    },
  };
};

/** Every vector, as it was made, beside the question's: no words, no pages, no rounding. @returns {System} */
export const scanSystem = (embedder = hashedEmbedder()) => {
  /** @type {{ name: string, vector: Float32Array }[]} */
  const documents = [];
  const embed = async (/** @type {string} */ text, /** @type {"memory" | "query"} */ purpose) => {
    const [vector] = await embedder.embed([text], purpose);
    if (vector === undefined) throw new Error("no vector");
    return vector;
  };
  return {
    remember: async ([name, , , text, { tags = [], subject = "" } = {}]) => void documents.push({ name, vector: await embed([subject, text, ...tags].join("\n"), "memory") }),
    ask: async ({ ask }) => {
      const query = await embed(ask, "query");
      return best(documents.map(({ name, vector }) => ({ name, score: vector.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0) })));
    },
  };
};

/** By the name it is measured under. @param {string} name @returns {System} */
export const baseline = (name) => (name === "bm25" ? bm25System() : scanSystem());
