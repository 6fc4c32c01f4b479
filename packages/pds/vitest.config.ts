import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { patience } from "../../scripts/testing/patience.mjs";

export default defineConfig({
  plugins: [
    cloudflareTest({
      main: "./test/worker.ts",
      miniflare: {
        compatibilityDate: "2026-11-01",
        durableObjects: { AGENT: { className: "TestAgent", useSQLite: true } },
      },
    }),
  ],
  test: { ...patience, include: ["src/**/*.test.ts", "test/**/*.test.ts"] },
});
