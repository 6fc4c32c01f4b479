import { defineConfig } from "vitest/config";

/**
 * One colony and one PLC directory for the whole run (test/global-setup.ts), and one file after the other: the last
 * consumers read everything that the files before them wrote.
 */
export default defineConfig({
  test: {
    include: ["*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
