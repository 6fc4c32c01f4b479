import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { reasonOf } from "./refusal.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** @param {string} path */
const runnable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether this is Debian or a child of it, and we may install. */
const canInstall = () => process.getuid?.() === 0 && runnable("/usr/bin/apt-get");

/**
 * A Chromium to run browser tests with: `CHROMIUM` if set, else a usual place, else installed with apt (root on Debian).
 * @param {{ install?: boolean, log?: (line: string) => void }} [how]
 * @returns {{ ok: true, path: string } | { ok: false, message: string }}
 */
export const findChromium = ({ install = true, log = console.error } = {}) => {
  const chosen = process.env.CHROMIUM;
  if (chosen) return runnable(chosen) ? { ok: true, path: chosen } : { ok: false, message: `CHROMIUM is ${chosen}, which cannot be run.` };
  const found = PLACES.find(runnable);
  if (found) return { ok: true, path: found };
  const advice = "Install Chromium (Debian: apt-get install chromium), or set CHROMIUM to the path of one.";
  if (!install || !canInstall()) return { ok: false, message: `No Chromium found. ${advice}` };
  log("installing Chromium for the browser tests (once; a minute or two)");
  try {
    /** @type {import("node:child_process").ExecFileSyncOptions} */
    const quiet = { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    execFileSync("apt-get", ["-qq", "update"], quiet);
    execFileSync("apt-get", ["-qq", "-y", "--no-install-recommends", "install", "chromium"], quiet);
  } catch (error) {
    return { ok: false, message: `Chromium could not be installed (${reasonOf(error)}). ${advice}` };
  }
  const installed = PLACES.find(runnable);
  return installed ? { ok: true, path: installed } : { ok: false, message: `apt-get installed chromium, but it is not in a usual place. ${advice}` };
};
