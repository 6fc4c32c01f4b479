import { beforeEach, describe, expect, it } from "vitest";
import { type Login, login, note, provision, xrpc } from "../../test/client.ts";

interface Made {
  name: string;
  password: string;
  createdAt: string;
  privileged: boolean;
  error?: string;
  message?: string;
}

/** What a token says of itself. */
const scopeOf = (auth: string): unknown => JSON.parse(Buffer.from(auth.split(".")[1] ?? "", "base64url").toString()).scope;

let ann: Login;

const create = (json: unknown, auth = ann.access) => xrpc<Made>("com.atproto.server.createAppPassword", { auth, json });

const names = async () =>
  (await xrpc<{ passwords: Made[] }>("com.atproto.server.listAppPasswords", { auth: ann.access })).body.passwords.map(({ name, privileged }) => ({ name, privileged }));

beforeEach(async () => {
  ann = await provision();
});

describe("app passwords", () => {
  it("are told once, listed, and sign in with a scope of their own, which refreshing keeps", async () => {
    const plain = await create({ name: "plain" });
    expect(plain.status).toBe(200);
    expect(plain.body).toEqual({ name: "plain", password: expect.stringMatching(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/), createdAt: expect.stringMatching(/^\d{4}-.*Z$/), privileged: false });
    const privileged = await create({ name: "privileged", privileged: true });
    expect(privileged.body.privileged).toBe(true);
    const listed = await xrpc<{ passwords: Made[] }>("com.atproto.server.listAppPasswords", { auth: ann.access });
    expect(listed.body).toEqual({
      passwords: [
        { name: "privileged", createdAt: privileged.body.createdAt, privileged: true },
        { name: "plain", createdAt: plain.body.createdAt, privileged: false },
      ],
    });
    for (const [made, scope] of [[plain, "com.atproto.appPass"], [privileged, "com.atproto.appPassPrivileged"]] as const) {
      const session = await login(ann.handle, made.body.password);
      expect(scopeOf(session.access)).toBe(scope);
      const next = await xrpc<{ accessJwt: string }>("com.atproto.server.refreshSession", { method: "POST", auth: session.refresh });
      expect(scopeOf(next.body.accessJwt)).toBe(scope);
      const written = await xrpc("com.atproto.repo.createRecord", { auth: `Bearer ${next.body.accessJwt}`, json: { repo: ann.did, collection: "com.example.note", record: note(scope) } });
      expect(written.status).toBe(200);
      expect(await create({ name: "another" }, session.access)).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Bad token scope" } });
      for (const method of ["requestAccountDelete", "requestEmailUpdate"])
        expect((await xrpc(`com.atproto.server.${method}`, { method: "POST", auth: session.access })).body.error).toBe("InvalidToken");
    }
  });

  it("end with their sessions when they are revoked, and with nobody else's", async () => {
    const [kept, gone] = [await create({ name: "kept" }), await create({ name: "gone" })];
    const [keptSession, goneSession] = [await login(ann.handle, kept.body.password), await login(ann.handle, gone.body.password)];
    const revoke = (name: string) => xrpc("com.atproto.server.revokeAppPassword", { auth: ann.access, json: { name } });
    expect(await revoke("gone")).toMatchObject({ status: 200, body: "" });
    expect(await names()).toEqual([{ name: "kept", privileged: false }]);
    expect((await xrpc("com.atproto.server.createSession", { json: { identifier: ann.handle, password: gone.body.password } })).status).toBe(401);
    const refresh = (auth: string) => xrpc("com.atproto.server.refreshSession", { method: "POST", auth });
    expect((await refresh(goneSession.refresh)).body).toEqual({ error: "ExpiredToken", message: "Token has been revoked" });
    expect((await refresh(keptSession.refresh)).status).toBe(200);
    expect((await refresh(ann.refresh)).status).toBe(200);
    expect((await revoke("never there")).status).toBe(200);
  });

  it("have names that are not given twice, and a bound on how long they are", async () => {
    expect((await create({ name: "one" })).status).toBe(200);
    expect(await create({ name: "one" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    const twins = await Promise.all([create({ name: "two" }), create({ name: "two" })]);
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect((await create({ name: "x".repeat(513) })).status).toBe(400);
    expect(await names()).toHaveLength(2);
  });

  it("reach neither messages nor memories when they are plain, and set up nothing that outlives them", async () => {
    const session = async (privileged: boolean) => {
      const { body } = await create({ name: `app ${privileged}`, privileged });
      return (await login(ann.handle, body.password)).access;
    };
    const [plain, privileged] = [await session(false), await session(true)];
    const asked = async (nsid: string, auth: string, isRead = false) => (await xrpc(nsid, { auth, ...(isRead ? {} : { json: {} }) })).body.error;
    const refused = "InvalidToken";
    const secret = ["comms.send", "comms.open", "comms.share", "comms.revoke", "comms.makePublic", "comms.acknowledge", "comms.putPolicy", "comms.publishProgress", "memory.remember", "memory.recall", "memory.forget"];
    for (const method of secret) {
      expect({ method, error: await asked(`agent.${method}`, plain) }).toEqual({ method, error: refused });
      expect(await asked(`agent.${method}`, privileged)).not.toBe(refused);
    }
    for (const method of ["comms.listInbox", "comms.getPolicy", "comms.listQuarantine", "comms.listWebhooks", "comms.subscribeInbox", "memory.getStats"]) {
      expect({ method, error: await asked(`agent.${method}`, plain, true) }).toEqual({ method, error: refused });
      expect(await asked(`agent.${method}`, privileged, true)).not.toBe(refused);
    }
    // A webhook goes on when the app password that made it has ended.
    for (const method of ["putWebhook", "deleteWebhook"]) {
      expect(await asked(`agent.comms.${method}`, privileged)).toBe(refused);
      expect(await asked(`agent.comms.${method}`, ann.access)).not.toBe(refused);
    }
  });
});
