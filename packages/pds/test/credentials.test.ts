import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { fail, ok } from "@rookery/sync";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MAX_APP_PASSWORDS } from "../src/credentials/limits.ts";
import { hashMailToken } from "../src/credentials/mail-tokens.ts";
import { hashChosenPassword } from "../src/sessions/password.ts";
import { PASSWORD, makeAgent, objectOf, value } from "./agents.ts";
import { world } from "./worker.ts";
import { backTo, versionBefore } from "./old-schema.ts";

const EMAIL = "ann@example.com";

const { registry } = world;

afterEach(() => {
  world.registry = registry;
  vi.useRealTimers();
});

const mailed = { ok: true, value: { token: expect.stringMatching(/^[A-Z2-7]{5}-[A-Z2-7]{5}$/), email: EMAIL } };

describe("credentials", () => {
  it("outlive sleep: address, its confirmation, tokens, app passwords", async () => {
    const { api, stub, did } = await makeAgent({ email: EMAIL });
    const { token } = value(await api.createMailToken({ purpose: "confirm_email", inStanding: true }));
    const reset = value(await api.requestPasswordReset());
    const { password } = value(await api.createAppPassword({ name: "app", privileged: true }));
    await evictDurableObject(stub);
    value(await api.confirmEmail({ email: EMAIL, token }));
    await evictDurableObject(stub);
    expect(value(await api.getAccount())).toMatchObject({ did, email: EMAIL, emailConfirmedAt: expect.any(String) });
    expect(value(await api.createSession({ password }))).toMatchObject({ scope: "com.atproto.appPassPrivileged", emailConfirmed: true });
    value(await api.resetPassword({ token: reset.token, passwordHash: await hashChosenPassword("new") }));
    expect((await api.createSession({ password: PASSWORD })).ok).toBe(false);
    value(await api.createSession({ password }));
  });

  it("keep no token and no password in clear", async () => {
    const { api, stub } = await makeAgent({ email: EMAIL });
    const { token } = value(await api.createMailToken({ purpose: "delete_account", inStanding: true }));
    const { password } = value(await api.createAppPassword({ name: "app", privileged: false }));
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const all = JSON.stringify([...sql.exec("SELECT * FROM mail_token"), ...sql.exec("SELECT * FROM app_password")]);
      expect(all).toContain("delete_account");
      for (const secret of [token, password]) expect(all.toUpperCase()).not.toContain(secret.toUpperCase());
    });
  });

  it("have a token for each purpose, and another address voids them all", async () => {
    const { api } = await makeAgent({ email: EMAIL });
    const ask = (purpose: "update_email" | "delete_account") => api.createMailToken({ purpose, inStanding: true });
    expect([await ask("update_email"), await ask("delete_account")]).toMatchObject([mailed, mailed]);
    const { token } = value(await ask("update_email"));
    const held: string[] = [];
    world.registry = { ...registry, holdEmail: async (_, email) => (held.push(email), fail(400, "InvalidRequest", "taken")) };
    expect(await api.updateEmail({ email: "Bea@Example.com", token })).toMatchObject({ error: { message: "taken" } });
    world.registry = registry;
    expect(held).toEqual(["bea@example.com"]);
    expect(value(await api.getAccount()).email).toBe(EMAIL);
    value(await api.updateEmail({ email: "Bea@Example.com", token }));
    expect(value(await api.getAccount()).email).toBe("bea@example.com");
    expect(await api.updateEmail({ email: EMAIL, token })).toMatchObject({ error: { name: "InvalidToken" } });
    expect(await (await makeAgent()).api.createMailToken({ purpose: "update_email", inStanding: true })).toMatchObject({ error: { status: 400, message: "account does not have an email address" } });
  });

  it("of changes of the address at once the last is what registry and account know", async () => {
    const { api } = await makeAgent({ email: EMAIL });
    const held: string[] = [];
    // The first answer of the registry comes late.
    const holdEmail = async (_: string, email: string) => {
      if (held.length === 0) await scheduler.wait(50);
      held.push(email);
      return ok(null);
    };
    world.registry = { ...registry, holdEmail };
    await Promise.all([api.updateEmail({ email: "one@example.com" }), api.updateEmail({ email: "two@example.com" })]);
    world.registry = registry;
    expect(held).toEqual(["one@example.com", "two@example.com"]);
    expect(value(await api.getAccount()).email).toBe("two@example.com");
  });

  describe("when a change of the address is cut off between registry and account", () => {
    /** What the registry holds; the account hears nothing of it. */
    const cutOff = async () => {
      const agent = await makeAgent({ email: EMAIL });
      const held: string[] = [];
      world.registry = {
        ...registry,
        holdEmail: async (_, email) => {
          held.push(email);
          throw new Error("D1 did not answer");
        },
      };
      expect(await agent.api.updateEmail({ email: "new@example.com" })).toMatchObject({ error: { status: 503, name: "RegistryUnavailable" } });
      expect(await agent.api.setEmail({ email: "other@example.com" })).toMatchObject({ error: { status: 503 } });
      world.registry = registry;
      return { ...agent, held };
    };

    it("go through with it by the clock, also when the object ended", async () => {
      const { did } = await cutOff();
      await abortAllDurableObjects();
      const { api, stub } = objectOf(did);
      expect(value(await api.getAccount()).email).toBe(EMAIL);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
      await runInDurableObject(stub, (instance) => instance.alarm());
      expect(value(await api.getAccount()).email).toBe("new@example.com");
      await runInDurableObject(stub, (_, { storage: { sql } }) => {
        expect(sql.exec("SELECT 1 FROM email_change UNION SELECT 1 FROM due WHERE job = 'email'").toArray()).toEqual([]);
      });
    });

    it("go through with it before another change, which may be refused", async () => {
      const { api } = await cutOff();
      const asked: string[] = [];
      world.registry = { ...registry, holdEmail: async (_, email) => (asked.push(email), email === "new@example.com" ? ok(null) : fail(400, "InvalidRequest", "taken")) };
      expect(await api.updateEmail({ email: "other@example.com" })).toMatchObject({ error: { message: "taken" } });
      expect(asked).toEqual(["new@example.com", "other@example.com"]);
      expect(value(await api.getAccount()).email).toBe("new@example.com");
    });

    it("finish it when the same is asked for again", async () => {
      const { api, held } = await cutOff();
      value(await api.updateEmail({ email: "New@example.com" }));
      expect(held).toEqual(["new@example.com", "new@example.com"]);
      expect(value(await api.getAccount()).email).toBe("new@example.com");
    });
  });

  it("of resets that are asked for at once the last is good, and the registry knows that one", async () => {
    const { api } = await makeAgent({ email: EMAIL });
    const noted: string[] = [];
    const noteReset = async (_: string, hash: string) => {
      if (noted.length === 0) await scheduler.wait(50);
      noted.push(hash);
    };
    world.registry = { ...registry, noteReset };
    const asked = await Promise.all([api.requestPasswordReset(), api.requestPasswordReset()]);
    expect(noted).toEqual(asked.map((made) => hashMailToken(value(made).token)));
    const [first, last] = asked.map((made) => value(made).token);
    const passwordHash = await hashChosenPassword("new");
    expect(await api.resetPassword({ token: first ?? "", passwordHash })).toMatchObject({ error: { name: "InvalidToken" } });
    value(await api.resetPassword({ token: last ?? "", passwordHash }));
  });

  it("of an old password go when the admin sets another: a reset that was mailed is void", async () => {
    const { api } = await makeAgent({ email: EMAIL });
    const { token } = value(await api.requestPasswordReset());
    value(await api.setCredential({ passwordHash: await hashChosenPassword("from above") }));
    expect(await api.resetPassword({ token, passwordHash: await hashChosenPassword("mailed before") })).toMatchObject({ error: { name: "InvalidToken" } });
    value(await api.createSession({ password: "from above" }));
  });

  it("are closed to an account that was taken down, but for what it takes to leave", async () => {
    const { api } = await makeAgent({ email: EMAIL });
    const { token } = value(await api.createMailToken({ purpose: "confirm_email", inStanding: true }));
    value(await api.takeDown({ applied: true, ref: "case 1" }));
    const down = { ok: false, error: { status: 401, name: "AccountTakedown", message: "Account has been taken down" } };
    expect(await api.createMailToken({ purpose: "confirm_email", inStanding: true })).toEqual(down);
    expect(await api.confirmEmail({ email: EMAIL, token })).toEqual(down);
    expect(await api.requestEmailUpdate()).toEqual(down);
    expect(await api.updateEmail({ email: "other@example.com" })).toEqual(down);
    expect(await api.createAppPassword({ name: "late", privileged: false })).toEqual(down);
    expect(await api.createMailToken({ purpose: "plc_operation", inStanding: false })).toMatchObject(mailed);
  });

  it("are at most so many app passwords", async () => {
    const { api, stub } = await makeAgent();
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      for (let i = 0; i < MAX_APP_PASSWORDS; i++) sql.exec("INSERT INTO app_password (name, hash, privileged, created_at) VALUES (?, ?, 0, '')", `app ${i}`, `hash ${i}`);
    });
    expect(await api.createAppPassword({ name: "one more", privileged: false })).toMatchObject({ error: { status: 400, name: "InvalidRequest" } });
    value(await api.revokeAppPassword({ name: "app 7" }));
    value(await api.createAppPassword({ name: "one more", privileged: false }));
  });

  it("come to an object from before there were any", async () => {
    const { api, stub, did } = await makeAgent({ email: EMAIL });
    const { id } = value(await api.createSession({ password: PASSWORD }));
    await runInDurableObject(stub, (_, { storage: { sql } }) => backTo(sql, versionBefore("CREATE TABLE mail_token")));
    await abortAllDurableObjects();
    const old = objectOf(did).api;
    expect(value(await old.refreshSession({ id }))).toMatchObject({ scope: "com.atproto.access", email: EMAIL, emailConfirmed: false });
    const { token } = value(await old.createMailToken({ purpose: "confirm_email", inStanding: true }));
    value(await old.confirmEmail({ email: EMAIL, token }));
    const { password } = value(await old.createAppPassword({ name: "app", privileged: false }));
    expect(value(await old.createSession({ password })).scope).toBe("com.atproto.appPass");
  });
});
