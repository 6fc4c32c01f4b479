import type { D1Migration } from "@cloudflare/vitest-plugin";
import type { Env as ColonyEnv } from "../src/env.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../src/index.ts");
    }
    interface Env extends ColonyEnv {
      TEST_MIGRATIONS: D1Migration[];
      DB_B: D1Database;
      DB_C: D1Database;
    }
  }
}
