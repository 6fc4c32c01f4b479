import { pathToFileURL } from "node:url";
import { findChromium } from "./lib/chromium.mjs";

export { findChromium };

/** `node scripts/browser.mjs` prints the path of a Chromium, installing one where that is possible. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = findChromium();
  console[found.ok ? "log" : "error"](found.ok ? found.path : found.message);
  process.exit(found.ok ? 0 : 1);
}
