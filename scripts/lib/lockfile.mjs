/**
 * Download addresses in a pnpm lockfile. It must have none: with names and hashes alone, everybody installs from the
 * registry that they are set up for.
 * @param {string} text
 * @returns {string[]} The lines at fault.
 */
export const lockfileFaults = (text) =>
  text.split("\n").flatMap((line, i) => (/https?:\/\/|\btarball:/.test(line) ? [`pnpm-lock.yaml:${i + 1}: ${line.trim()}`] : []));
