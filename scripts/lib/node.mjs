/**
 * The scripts need `node:sqlite` without a flag, which Node has since 22.13. npm puts the workspace's own Node 22
 * first on the PATH, so this only speaks when a script is called directly, or where no Node 22 could be installed.
 * Import it before anything else; what needs the newer Node is imported afterwards, dynamically.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `Rookery's scripts need Node 22.13 or later, this is ${process.version} (${process.execPath}).\n` +
      "Run them through npm (npm start, npm run colony, npm test), which brings one; where npm has none for this\n" +
      "machine (Apple silicon), install Node 22 or later from https://nodejs.org.",
  );
  process.exit(1);
}

// node:sqlite announces itself as experimental on every start; that is known and of no use to the reader.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (/** @type {string | Error} */ warning, /** @type {never[]} */ ...rest) => {
  if (!String(warning).startsWith("SQLite is an experimental feature")) emitWarning(warning, ...rest);
};
