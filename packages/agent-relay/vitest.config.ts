import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [cloudflareTest({ wrangler: { configPath: "./test/wrangler.jsonc" } })],
  // Nothing here waits for time to pass; a machine that is busy with other packages is slow.
  test: { include: ["src/**/*.test.ts"], testTimeout: 30_000 },
});
