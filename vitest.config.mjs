import { patience } from "./scripts/testing/patience.mjs";
import { defineConfig } from "vitest/config";

/** The scripts' own tests. Every package has its own. They start real processes: one file after the other. */
export default defineConfig({
  test: { include: ["scripts/**/*.test.mjs"], fileParallelism: false, ...patience, execArgv: ["--disable-warning=ExperimentalWarning"] },
});
