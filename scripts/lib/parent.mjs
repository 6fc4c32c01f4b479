import { describeProcess } from "./processes.mjs";

const SHELLS = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"]);

/**
 * Under npm, calls back once npm is gone: a signal sent to npm alone ends npm and leaves its script running. Between npm
 * and us there may be a shell, which outlives npm too, so its parent is watched as well. Outside npm it does nothing: who
 * starts us in the background and leaves wants us to stay.
 * @param {() => void} gone
 * @param {{ env?: Record<string, string | undefined>, everyMs?: number }} [options]
 */
export const onNpmGone = (gone, { env = process.env, everyMs = process.platform === "linux" ? 250 : 2000 } = {}) => {
  if (env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const first = describeProcess(parent);
  const shell = first && SHELLS.has(first.program) ? first : undefined;
  const timer = setInterval(() => {
    const same = process.ppid === parent && (shell === undefined || describeProcess(parent)?.parent === shell.parent);
    if (same) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  timer.unref();
};
