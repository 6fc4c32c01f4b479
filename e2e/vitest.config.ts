import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { patience } from "../scripts/testing/patience.mjs";

/**
 * One colony and one PLC directory for the whole run (test/global-setup.ts), and one file after the other. Files share
 * the colony and its firehose, not accounts: each uses names of its own, in any order.
 */
export default defineConfig({
  resolve: { alias: { "cloudflare:workers": fileURLToPath(new URL("test/cloudflare-workers.ts", import.meta.url)) } },
  test: {
    include: ["*.test.ts", "official/*.test.ts", "conformance/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    fileParallelism: false,
    ...patience,
  },
});
