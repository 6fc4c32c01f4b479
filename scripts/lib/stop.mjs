import { onNpmGone } from "./parent.mjs";

/** Longest time for an orderly stop, in ms; past it the process ends as it is. State on disk survives that too. */
const GRACE = 8000;

/**
 * Ends the process in order on Ctrl-C, SIGTERM, SIGHUP or the death of npm. A second signal ends it at once.
 * @param {() => Promise<void>} stop
 */
export const stopOnSignal = (stop) => {
  let stopping = false;
  const begin = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), GRACE).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, begin);
  onNpmGone(begin);
};
