/**
 * The Markdown table of a command's options, as the README shows it.
 * @param {readonly import("./options.mjs").OptionRow[]} rows
 */
export const optionsTable = (rows) =>
  rows
    .map(({ flag, value, env, help, default: usual }) => {
      const said = help.includes("(default") || usual === undefined ? help : `${help} (default \`${usual}\`)`;
      return `| \`--${flag}${value === undefined ? "" : ` ${value}`}\` | \`${env}\` | ${said} |`;
    })
    .join("\n");
