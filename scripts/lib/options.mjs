import { parseArgs } from "node:util";
import { Refusal, reasonOf } from "./refusal.mjs";

/**
 * One option of a command. The table of these is the only place where it is described: parsing, `--help` and the
 * README's table come from it.
 * @typedef {object} OptionRow
 * @property {string} flag Without the dashes.
 * @property {string} env Environment variable with the same meaning; the flag wins.
 * @property {string} [value] What follows the flag, as shown in the help. Absent for a switch.
 * @property {string} [default] As it would be typed.
 * @property {string} help
 * @property {(text: string) => unknown} [read] Turns the text into the value. @throws Refusal
 */

/** @typedef {Record<string, string | number | boolean | undefined>} OptionValues */

/** @param {string} flag */
const nameOf = (flag) => flag.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());

/** @param {string} env @param {string | undefined} text */
const readSwitch = (env, text) => {
  if (text === undefined || ["", "0", "false"].includes(text)) return false;
  if (["1", "true"].includes(text)) return true;
  throw new Refusal(`${env} is a switch: set it to 1 or true, or leave it out (it is ${JSON.stringify(text)}).`);
};

/**
 * Reads flags and environment by the table. Names in the answer are the flags in camelCase.
 * @param {readonly OptionRow[]} table
 * @param {string[]} argv
 * @param {Record<string, string | undefined>} env
 * @param {{ words?: boolean }} [also] Whether words without a flag are taken too, as `words`.
 * @returns {Record<string, any>} `help: true` alone when asked for help.
 * @throws Refusal naming the option and the value that is wrong.
 */
export const parseOptions = (table, argv, env, { words = false } = {}) => {
  const shape = Object.fromEntries(
    table.map((row) => [row.flag, { type: row.value === undefined ? /** @type {const} */ ("boolean") : /** @type {const} */ ("string") }]),
  );
  /** @type {Record<string, unknown>} */
  let given;
  /** @type {string[]} */
  let positionals;
  try {
    ({ values: given, positionals } = parseArgs({ args: argv, allowPositionals: words, options: { ...shape, help: { type: "boolean", short: "h" } } }));
  } catch (error) {
    const [sentence = ""] = reasonOf(error).split(/\. |\n/);
    const dash = sentence.includes("ambiguous") ? " A value that starts with a dash is written --option=-value." : "";
    throw new Refusal(`${sentence.replace(/\.$/, "")}.${dash} --help lists the options.`);
  }
  if (given.help) return { help: true };
  /** @type {Record<string, unknown>} */
  const values = words ? { words: positionals } : {};
  for (const row of table) {
    if (row.value === undefined) {
      values[nameOf(row.flag)] = given[row.flag] ?? readSwitch(row.env, env[row.env]);
      continue;
    }
    const text = given[row.flag] ?? (env[row.env] || undefined) ?? row.default;
    values[nameOf(row.flag)] = typeof text === "string" && row.read ? readRow(row, text) : text;
  }
  return values;
};

/** @param {OptionRow} row @param {string} text */
const readRow = (row, text) => {
  try {
    return row.read?.(text);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`--${row.flag} (or ${row.env}): ${error.message}`);
    throw error;
  }
};

/** Columns of a line of the help. */
const WIDTH = 100;

/** @param {string} text @param {number} width @returns {string[]} Lines no longer than that, broken at spaces. */
const wrap = (text, width) => {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
};

/**
 * @param {string} usage First lines of the help.
 * @param {readonly OptionRow[]} table
 */
export const helpText = (usage, table) => {
  const left = table.map((row) => `--${row.flag}${row.value ? ` ${row.value}` : ""}`);
  const width = Math.max(...left.map((text) => text.length));
  const lines = table.map((row, i) => {
    const note = row.default === undefined ? "" : ` (default ${row.default})`;
    const right = [...wrap(`${row.help}${note}`, WIDTH - width - 4), `env ${row.env}`];
    return right.map((line, at) => `  ${(at === 0 ? (left[i] ?? "") : "").padEnd(width)}  ${line}`).join("\n");
  });
  return `${usage}\n\n${lines.join("\n")}\n`;
};

/**
 * The same table for the README.
 * @param {readonly OptionRow[]} table
 */
export const markdownTable = (table) =>
  [
    "| option | environment | default | meaning |",
    "|---|---|---|---|",
    ...table.map((row) => {
      const shown = row.default === undefined ? "" : `\`${row.default}\``;
      return `| \`--${row.flag}${row.value ? ` ${row.value}` : ""}\` | \`${row.env}\` | ${shown} | ${row.help.replaceAll("|", "\\|")} |`;
    }),
  ].join("\n");
