import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, type Login, login, note, provision, xrpc } from "../../test/client.ts";

interface Session {
  accessJwt: string;
  refreshJwt: string;
  active: boolean;
  status?: string;
  error?: string;
}

let ann: Login;

const sign = (json: Record<string, unknown>) => xrpc<Session>("com.atproto.server.createSession", { json: { identifier: ann.handle, password: ann.password, ...json } });

const setTakedown = (applied: boolean) =>
  xrpc("com.atproto.admin.updateSubjectStatus", { auth: ADMIN, json: { subject: { $type: "com.atproto.admin.defs#repoRef", did: ann.did }, takedown: { applied } } });

beforeEach(async () => {
  ann = await provision();
});

describe("sessions", () => {
  it("tell the fields of the reference, and no others", async () => {
    const made = await sign({});
    const didDoc = expect.objectContaining({ id: ann.did });
    const account = { did: ann.did, handle: ann.handle, didDoc, emailConfirmed: false, active: true };
    expect(made.body).toEqual({ accessJwt: expect.any(String), refreshJwt: expect.any(String), ...account });
    const found = await xrpc("com.atproto.server.getSession", { auth: ann.access });
    expect(found.body).toEqual(account);
    const next = await xrpc("com.atproto.server.refreshSession", { method: "POST", auth: ann.refresh });
    expect(next.body).toEqual({ accessJwt: expect.any(String), refreshJwt: expect.any(String), ...account });
  });

  it("begin with a handle however it is written, and with the DID", async () => {
    for (const identifier of [ann.handle, ann.handle.toUpperCase(), `@${ann.handle}`, ` ${ann.handle} `, ann.did]) expect({ identifier, status: (await sign({ identifier })).status }).toEqual({ identifier, status: 200 });
  });

  it("are refused alike, and as slowly, to whoever does not know the password and to whoever does not exist", async () => {
    const refused = { status: 401, body: { error: "AuthenticationRequired", message: "Invalid identifier or password" } };
    for (const json of [{ password: "wrong" }, { identifier: "nobody.test" }, { identifier: "nobody@example.com" }, { identifier: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }, { identifier: "no handle" }]) {
      const began = performance.now();
      expect(await sign(json)).toMatchObject(refused);
      expect(performance.now() - began).toBeGreaterThan(340);
    }
    expect(await sign({ password: "x".repeat(513) })).toMatchObject({ status: 401, body: { error: "AuthenticationRequired", message: "Password too long. Consider resetting your password." } });
  });

  it("take what the reference takes and does not look at", async () => {
    expect((await sign({ authFactorToken: "123456" })).status).toBe(200);
  });

  it("of an account that was taken down are for leaving, when asked for, and by its own password alone", async () => {
    const app = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: ann.access, json: { name: "app" } });
    expect((await setTakedown(true)).status).toBe(200);
    const down = { status: 401, body: { error: "AccountTakedown", message: "Account has been taken down" } };
    expect(await sign({})).toMatchObject(down);
    expect((await sign({ allowTakendown: true, password: app.body.password })).body.error).toBe("AuthenticationRequired");
    expect(await xrpc("com.atproto.server.createAppPassword", { auth: ann.access, json: { name: "late" } })).toMatchObject(down);
    const leaving = await sign({ allowTakendown: true });
    expect(leaving).toMatchObject({ status: 200, body: { active: false, status: "takendown" } });
    const auth = `Bearer ${leaving.body.accessJwt}`;
    expect((await xrpc("com.atproto.server.getSession", { auth })).body).toEqual({ error: "InvalidToken", message: "Bad token scope" });
    expect((await xrpc("com.atproto.repo.createRecord", { auth, json: { repo: ann.did, collection: "com.example.note", record: note("x") } })).body.error).toBe("InvalidToken");
    expect((await xrpc("com.atproto.sync.getRepo", { auth, params: { did: ann.did } })).status).toBe(200);
    const refresh = (token: string) => xrpc("com.atproto.server.refreshSession", { method: "POST", auth: `Bearer ${token}` });
    expect(await refresh(leaving.body.refreshJwt)).toMatchObject(down);
    expect((await setTakedown(false)).status).toBe(200);
    expect((await refresh(leaving.body.refreshJwt)).body).toMatchObject({ error: "ExpiredToken" });
    await login(ann.handle, ann.password);
  });
});

describe("checkSignupQueue", () => {
  it("has nobody wait", async () => {
    expect((await xrpc("com.atproto.temp.checkSignupQueue", { auth: ann.access })).body).toEqual({ activated: true });
  });
});
