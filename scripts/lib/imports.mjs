/**
 * Finds what a TypeScript or JavaScript source imports, types included: those are arrows too, and a compiler that strips
 * types would hide them. Not a parser: a scanner that knows comments, strings and templates, and looks at the words before
 * each string.
 */

/** The words that may come before the string of an import. */
const BEFORE = /(?:^|[^.\w$])(?:from|import|import\s*\(|require\s*\()\s*$/;

/** @param {string} source @param {number} at Index of the opening quote. @returns Index after the closing one. */
const endOfString = (source, at) => {
  const quote = source[at];
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === quote || (quote !== "`" && source[i] === "\n")) return i + 1;
  }
  return source.length;
};

/**
 * @param {string} source
 * @returns {{ specifier: string, line: number }[]} In order; lines count from 1.
 */
export const importsOf = (source) => {
  const found = [];
  // The code so far without comments and strings, as far as it matters: the last few words.
  let before = "";
  for (let i = 0; i < source.length; ) {
    const two = source.slice(i, i + 2);
    if (two === "//" || two === "/*") {
      const end = two === "//" ? source.indexOf("\n", i) : source.indexOf("*/", i + 2) + 2;
      i = end < i + 2 ? source.length : end;
      continue;
    }
    const char = source[i] ?? "";
    if (char !== '"' && char !== "'" && char !== "`") {
      before = (before + char).slice(-40);
      i++;
      continue;
    }
    const end = endOfString(source, i);
    if (BEFORE.test(before)) found.push({ specifier: source.slice(i + 1, end - 1), line: source.slice(0, i).split("\n").length });
    before = "";
    i = end;
  }
  return found;
};
