import { stopWords } from "./stop-words.ts";

/** Runs of letters, marks and digits, in any script; a picture is a word. */
const RUN = /[\p{L}\p{M}\p{N}]+|\p{Extended_Pictographic}/gu;
/** Scripts that write no spaces between words, and Hangul, which writes endings onto them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}]/u;
const SPLIT_UNSPACED = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}\p{M}ー]+)/u;
/** Diacritics of scripts in which people leave them out when they type in a hurry. */
const MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
const LATIN = /^[a-z]+$/;
/** Letters of a token that count; nobody looks for more. */
const MAX_TOKEN = 40;

/** The same text for whoever compares: compatibility forms and case folded, diacritics of alphabets dropped. */
export const fold = (text: string): string => text.normalize("NFKD").replace(MARKS, "").normalize("NFKC").toLowerCase();

/** As folded words are compared with. */
const stopped: ReadonlySet<string> = new Set(Array.from(stopWords, fold));

/**
 * The words of a text that say what it is about, in order, with repeats. Words are runs of letters and digits; where a
 * script writes no spaces, every two neighbouring characters are one, which is what search engines without a dictionary
 * do. Endings of the plural go (Harman's S-stemmer, 1991: mild enough to do no harm in other languages).
 */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const [run] of fold(text).matchAll(RUN)) {
    if (!UNSPACED.test(run)) addWord(run, tokens);
    else for (const part of run.split(SPLIT_UNSPACED)) if (UNSPACED.test(part)) addPairs(part, tokens);
      else if (part !== "") addWord(part, tokens);
  }
  return tokens;
}

function addWord(word: string, tokens: string[]): void {
  if (!stopped.has(word) && (word.length > 1 || /[\p{N}\p{Extended_Pictographic}]/u.test(word))) tokens.push(stem(word.slice(0, MAX_TOKEN)));
}

function addPairs(run: string, tokens: string[]): void {
  const characters = Array.from(run);
  if (characters.length === 1) tokens.push(run);
  for (let i = 0; i + 1 < characters.length; i++) tokens.push(`${characters[i]}${characters[i + 1]}`);
}

function stem(word: string): string {
  if (word.length < 4 || !word.endsWith("s") || !LATIN.test(word)) return word;
  if (word.endsWith("ies") && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (word.endsWith("es") && !/[aeo]es$/.test(word)) return word.slice(0, -1);
  return /(?:us|ss)$/.test(word) ? word : word.slice(0, -1);
}
