import { defineConfig } from "vitest/config";

/** The scripts' own tests. Every package has its own. They start real processes: one file after the other. */
export default defineConfig({
  test: { include: ["scripts/**/*.test.mjs"], fileParallelism: false, testTimeout: 60_000, execArgv: ["--disable-warning=ExperimentalWarning"], hookTimeout: 60_000 },
});
