import { tokenize } from "../text/tokenize.ts";
import type { SummarizedNote, Summarizer } from "./summarizer.ts";

interface Sentence {
  text: string;
  /** Day on which it was noted. */
  day: string;
  at: number;
  words: Set<string>;
}

/** A sentence ends where its mark is followed by white space, or by anything where none is written. */
const SENTENCE = /(?<=[.!?…])\s+|(?<=[。！？])|\n+/u;

/**
 * The offline summarizer: takes whole sentences, those first whose words come up most often and were not said yet
 * (SumBasic, Nenkova and Vanderwende 2005), and puts them in order under their days. It invents nothing.
 */
export const extractiveSummarizer: Summarizer = {
  id: "rookery-extractive-v1",
  summarize: (notes, maxChars) => Promise.resolve(summarize(notes, maxChars)),
};

function summarize(notes: readonly SummarizedNote[], maxChars: number): string {
  const sentences = notes.flatMap(sentencesOf).map((sentence, at) => ({ ...sentence, at }));
  const weights = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) weights.set(word, (weights.get(word) ?? 0) + 1);
  const left = new Set(sentences);
  const taken: Sentence[] = [];
  for (let chars = 0; left.size > 0; ) {
    let best: Sentence | undefined;
    for (const one of left) if (best === undefined || valueOf(one, weights) > valueOf(best, weights)) best = one;
    if (best === undefined) break;
    left.delete(best);
    const cost = best.text.length + best.day.length + 3;
    if (chars + cost > maxChars) continue;
    chars += cost;
    taken.push(best);
    // What has been said weighs little when it is said again.
    for (const word of best.words) weights.set(word, (weights.get(word) ?? 0) / 4);
  }
  return lay(taken.sort((a, b) => a.at - b.at)) || (sentences[0]?.text ?? "").slice(0, maxChars);
}

const sentencesOf = ({ text, at }: SummarizedNote): Omit<Sentence, "at">[] =>
  text
    .split(SENTENCE)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => ({ text: part, day: at.slice(0, 10), words: new Set(tokenize(part)) }));

const valueOf = ({ words }: Sentence, weights: ReadonlyMap<string, number>): number => {
  let sum = 0;
  for (const word of words) sum += weights.get(word) ?? 0;
  return sum / Math.max(1, Math.sqrt(words.size));
};

const lay = (sentences: readonly Sentence[]): string => {
  const lines: string[] = [];
  let day = "";
  for (const sentence of sentences) {
    if (sentence.day === day) lines[lines.length - 1] += ` ${sentence.text}`;
    else lines.push(`${sentence.day}: ${sentence.text}`);
    ({ day } = sentence);
  }
  return lines.join("\n");
};
