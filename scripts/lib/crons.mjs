import { Refusal, reasonOf } from "./refusal.mjs";

/**
 * Minutes between runs of a cron line. Only what wrangler.toml needs is understood, and anything else is said.
 * @param {string} cron Every minute, or every so many minutes.
 * @throws Refusal
 */
export const minutesOf = (cron) => {
  const [, every = "1"] = /^\*(?:\/(\d+))? \* \* \* \*$/.exec(cron) ?? [undefined, "0"];
  if (Number(every) < 1) throw new Refusal(`The launcher cannot run the cron ${JSON.stringify(cron)}: it knows "* * * * *" and "*/N * * * *".`);
  return Number(every);
};

/**
 * Local workerd does not fire crons. A run that is still going when the next is due is not doubled.
 * @param {readonly string[]} crons
 * @param {(cron: string) => Promise<void>} run
 * @param {(line: string) => void} log
 * @returns Ends them.
 */
export const startCrons = (crons, run, log) => {
  const timers = crons.map((cron) => {
    let busy = false;
    const tick = async () => {
      if (busy) return;
      busy = true;
      await run(cron).catch((error) => log(`cron ${cron}: ${reasonOf(error)}`));
      busy = false;
    };
    return setInterval(() => void tick(), minutesOf(cron) * 60_000);
  });
  return () => timers.forEach((timer) => clearInterval(timer));
};
