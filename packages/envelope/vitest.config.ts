import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { patience } from "../../scripts/testing/patience.mjs";

const runtime = "test/runtime.test.ts";

/** Everything in Node; what shows that it runs there too, in workerd. In a browser: e2e/envelope-browser.test.ts. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...patience, name: "node", environment: "node", include: ["src/**/*.test.ts", "test/**/*.test.ts"] } },
      { plugins: [cloudflareTest({ miniflare: { compatibilityDate: "2026-11-01" } })], test: { ...patience, name: "workerd", include: [runtime] } },
    ],
  },
});
