import { defineConfig } from "vitest/config";
import { patience } from "../../scripts/testing/patience.mjs";

export default defineConfig({ test: { ...patience, environment: "node", include: ["src/**/*.test.ts", "test/**/*.test.ts"] } });
