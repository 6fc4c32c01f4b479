import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { patience } from "../../scripts/testing/patience.mjs";
import { startAppView } from "./test/app-view.mjs";
import { startMailbox } from "./test/mailbox.mjs";
import { startTestPlc } from "./test/plc.mjs";

const migrations = await readD1Migrations(new URL("./migrations", import.meta.url).pathname);
const plcUrl = await startTestPlc();
const appView = await startAppView();
const service = `${appView.url}#${appView.did}`;

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "../../wrangler.toml" },
      miniflare: {
        // Registries of neighbouring colonies, for the tests of federation.
        d1Databases: ["DB_B", "DB_C"],
        bindings: {
          TEST_MIGRATIONS: migrations,
          ORIGIN: "http://localhost:3000",
          RELAY_HOSTNAME: "localhost:4000",
          HANDLE_DOMAINS: ".test",
          PLC_URL: plcUrl,
          DOH_URL: `${plcUrl}/dns-query`,
          MAIL_URL: await startMailbox(),
          MAIL_FROM: "colony@example.com",
          APPVIEW: service,
          APPVIEW_IMAGES: "https://cdn.example/%s/%s/%s",
          MOD_SERVICE: service,
          REPORT_SERVICE: "",
          ADMIN_API_KEY: "admin-secret",
          ENCRYPTION_MASTER_KEY: Buffer.alloc(32, 7).toString("base64url"),
          PLC_ROTATION_KEY: Buffer.alloc(32, 9).toString("hex"),
          SESSION_SECRET: Buffer.alloc(32, 11).toString("base64url"),
          CRAWLERS: "",
          OPEN_REGISTRATION: "true",
          RATE_LIMITS: "off",
        },
      },
    }),
  ],
  test: { ...patience, include: ["src/**/*.test.ts"], setupFiles: ["./test/setup.ts"] },
});
