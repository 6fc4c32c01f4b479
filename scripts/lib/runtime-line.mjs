/**
 * How workerd says that a host name does not resolve: with its native stack, once for each look-up. Anybody can have a name looked
 * up (a handle, a `did:web`), and whoever asked is told; as lines of a log they would only bury the others.
 */
const NAME_NOT_FOUND = /^e = \S+: failed: failed to lookup address information: /;

/**
 * What of a line of the runtime's is shown: undefined for nothing.
 * @param {{ level: string, message: string }} line @param {boolean} verbose show everything
 * @returns {string | undefined}
 */
export const shownLine = ({ level, message }, verbose) => {
  if (!verbose && (level === "debug" || NAME_NOT_FOUND.test(message))) return undefined;
  return `${level === "log" ? "" : `${level}: `}${message}`;
};
