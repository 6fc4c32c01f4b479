import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { health } from "./health.ts";

const ask = (MIGRATION: string | undefined) => health(new Request("http://localhost:3000/xrpc/_health"), { ...env, ...(MIGRATION === undefined ? {} : { MIGRATION }) });

describe("/xrpc/_health", () => {
  it("is not ready before the registry is migrated, and ready afterwards", async () => {
    expect((await ask("9999_not_yet.sql")).status).toBe(503);
    expect((await ask("0001_registry.sql")).status).toBe(200);
  });
});
