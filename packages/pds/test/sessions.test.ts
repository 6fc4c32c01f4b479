import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hashChosenPassword, hashGeneratedPassword, verifyPassword } from "../src/sessions/password.ts";
import { PASSWORD, makeAgent, value } from "./agents.ts";
import { world } from "./worker.ts";

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  world.rateLimits = false;
});

describe("passwords", () => {
  it("verify by either hash, and not otherwise", async () => {
    for (const hash of [await hashChosenPassword("correct horse"), hashGeneratedPassword("correct horse battery staple")]) {
      expect(await verifyPassword(hash.startsWith("scrypt") ? "correct horse" : "correct horse battery staple", hash)).toBe(true);
      expect(await verifyPassword("", hash)).toBe(false);
      expect(await verifyPassword("wrong", hash)).toBe(false);
    }
    expect(() => hashGeneratedPassword("short")).toThrow(RangeError);
    await expect(verifyPassword("x", "md5$a$b")).rejects.toThrow();
  });
});

describe("sessions", () => {
  it("begin with the password only", async () => {
    const { api, did } = await makeAgent();
    expect(await api.createSession({ password: "wrong" })).toMatchObject({ ok: false, error: { status: 401, name: "AuthenticationRequired" } });
    expect(value(await api.createSession({ password: PASSWORD }))).toMatchObject({ did, active: true, scope: "com.atproto.access" });
  });

  it("refresh once; again within the grace gives the same successor, later none", async () => {
    const { api } = await makeAgent();
    const first = value(await api.createSession({ password: PASSWORD }));
    const second = value(await api.refreshSession({ id: first.id }));
    expect(second.id).not.toBe(first.id);
    expect(value(await api.refreshSession({ id: first.id })).id).toBe(second.id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * HOUR + 1 });
    expect(await api.refreshSession({ id: first.id })).toMatchObject({ ok: false, error: { name: "ExpiredToken" } });
    value(await api.refreshSession({ id: second.id }));
    vi.setSystemTime(Date.now() + 91 * 24 * HOUR);
    expect(await api.refreshSession({ id: second.id })).toMatchObject({ ok: false });
    expect(await api.refreshSession({ id: "unknown" })).toMatchObject({ ok: false, error: { status: 400 } });
  });

  it("end with logout, for every token of the login", async () => {
    const { api } = await makeAgent();
    const first = value(await api.createSession({ password: PASSWORD }));
    const other = value(await api.createSession({ password: PASSWORD }));
    const second = value(await api.refreshSession({ id: first.id }));
    value(await api.deleteSession({ id: second.id }));
    expect((await api.refreshSession({ id: first.id })).ok).toBe(false);
    expect((await api.refreshSession({ id: second.id })).ok).toBe(false);
    expect((await api.refreshSession({ id: other.id })).ok).toBe(true);
    value(await api.deleteSession({ id: "unknown" }));
  });

  it("end with a new credential", async () => {
    const { api } = await makeAgent();
    const { id } = value(await api.createSession({ password: PASSWORD }));
    value(await api.setCredential({ passwordHash: await hashChosenPassword("new") }));
    expect((await api.refreshSession({ id })).ok).toBe(false);
    expect((await api.createSession({ password: PASSWORD })).ok).toBe(false);
    expect((await api.createSession({ password: "new" })).ok).toBe(true);
  });

  it("are bounded", async () => {
    const { api, stub } = await makeAgent();
    const first = value(await api.createSession({ password: PASSWORD }));
    for (let i = 0; i < 256; i++) value(await api.createSession({ password: PASSWORD }));
    expect((await api.refreshSession({ id: first.id })).ok).toBe(false);
    await runInDurableObject(stub, (_, { storage: { sql } }) => expect(sql.exec("SELECT COUNT(*) AS n FROM session").one().n).toBe(256));
  });

  it("block an address that fails too often, for a while, and nobody else", async () => {
    world.rateLimits = true;
    const { api } = await makeAgent();
    for (let i = 0; i < 30; i++) expect(await api.createSession({ password: "wrong", ip: "1.1.1.1" })).toMatchObject({ error: { status: 401 } });
    expect(await api.createSession({ password: PASSWORD, ip: "1.1.1.1" })).toMatchObject({
      error: { status: 429, name: "RateLimitExceeded", rate: { limit: 30, remaining: 0, policy: "30;w=300" } },
    });
    expect((await api.createSession({ password: PASSWORD, ip: "2.2.2.2" })).ok).toBe(true);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5 * 60_000 + 1 });
    expect((await api.createSession({ password: PASSWORD, ip: "1.1.1.1" })).ok).toBe(true);
  });

  it("tell nobody by a block that a mail address is this account's", async () => {
    world.rateLimits = true;
    const { api } = await makeAgent({ email: "ann@example.com" });
    const wrong = (by: "name" | "mail") => api.createSession({ password: "wrong", ip: "1.1.1.1", by });
    for (let i = 0; i < 30; i++) await wrong("name");
    expect(await wrong("name")).toMatchObject({ error: { status: 429 } });
    for (let i = 0; i < 30; i++) expect(await wrong("mail")).toMatchObject({ error: { status: 401 } });
    expect(await wrong("mail")).toMatchObject({ error: { status: 429 } });
  });
});
