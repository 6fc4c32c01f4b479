/** Columns that are used: of a terminal that does not say how many it has, and the fewest and most of one that does. */
export const WIDTH = 100;
const NARROWEST = 80;
const WIDEST = 120;
/** What strangers see is on the left. */
const LEFT = 49;
const GAP = " │ ";

/** Letters of names, of kinds and of ciphertexts. */
const FROM = 6;
const TO = 11;
const KIND = 9;
const CIPHER = 8;

/** @param {string} text @param {number} width */
const cut = (text, width) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
/** @param {string} text @param {number} width */
const cell = (text, width) => cut(text, width).padEnd(width);

/** @param {string} text @param {number} width @returns {string[]} Lines of that width; words that are longer are cut into pieces. */
export const wrapped = (text, width) => {
  /** @type {string[]} */
  const lines = [""];
  const pieces = text.split(" ").flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "gu")) ?? [""]);
  for (const piece of pieces) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = piece;
    else if (last.length + 1 + piece.length <= width) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
};

/** How wide rows are to be. @param {number} [columns] Of the terminal. */
export const widthFor = (columns = WIDTH) => Math.min(Math.max(columns, NARROWEST), WIDEST);

/** What is left of the width for what readers read. @param {number} width */
const rightOf = (width) => width - LEFT - GAP.length;

/** @param {string} left @param {string} right @param {number} width @returns {string[]} */
export const sideBySide = (left, right, width) => wrapped(right, rightOf(width)).map((line, at) => `${cell(at === 0 ? left : "", LEFT)}${GAP}${line}`.trimEnd());

/** What the columns are. @param {number} width @returns {string[]} */
export const heading = (width) => [...sideBySide("strangers see who, to whom, what, size, content", "those it is for read", width), `${"─".repeat(LEFT)}─┼─${"─".repeat(rightOf(width))}`];

/** A row whose left half stands back, for terminals that can show that. @param {string} row */
export const shaded = (row) => row.replace(/^.*? │ /u, "\u001b[2m$&\u001b[22m");

/** @param {number} bytes */
const size = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

/**
 * An event as two columns.
 * @param {import("./sightings.mjs").Sighting} sighting
 * @param {string | undefined} words What those read whom it is for; undefined where that is not known here.
 * @param {(did: string) => string} name
 * @param {number} width
 * @returns {string[]}
 */
export const rowOf = ({ from, to, kind, bytes, ciphertext, words: about }, words, name, width) => {
  const recipients = to === "all" ? "all" : (to ?? []).map(name).join(", ");
  const way = recipients === "" ? cell(name(from), FROM + TO + 3) : `${cell(name(from), FROM)} → ${cell(recipients, TO)}`;
  const what = ciphertext === undefined ? (bytes === undefined ? "" : "open") : `${ciphertext.slice(0, CIPHER - 1)}…`;
  return sideBySide(`${way} ${cell(kind, KIND)} ${(bytes === undefined ? "" : size(bytes)).padStart(7)}  ${what}`, about ?? words ?? (ciphertext === undefined ? "" : "(sealed for somebody else)"), width);
};
