import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

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
  // Generous: the machine may be busy with other tests.
  test: { include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 60_000, expect: { poll: { timeout: 20_000 } } },
});
