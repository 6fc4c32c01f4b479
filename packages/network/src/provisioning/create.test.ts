import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ADMIN, ask, freshName, login, provision, xrpc } from "../../test/client.ts";
import { tokenTo } from "../../test/mail.ts";
import { operationCid, type PlcOperation } from "./operation.ts";

interface Created {
  did: string;
  handle: string;
  password: string;
}

const create = (json: unknown, headers: Record<string, string> = {}) => ask<Created>("/agents/create", { auth: ADMIN, json, headers });

describe("provisioning an agent", () => {
  it("gives a DID whose document names the colony, and a login that works", async () => {
    const name = freshName();
    const created = await create({ name, model: "some-model" });
    expect(created.status).toBe(200);
    expect(created.body.handle).toBe(`${name}.test`);
    const document = await (await fetch(`${env.PLC_URL}/${created.body.did}`)).json<Record<string, unknown>>();
    expect(document).toMatchObject({
      id: created.body.did,
      alsoKnownAs: [`at://${name}.test`],
      service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: "http://localhost:3000" }],
    });
    const { access } = await login(`${name}.test`, created.body.password);
    const session = await xrpc<{ did: string }>("com.atproto.server.getSession", { auth: access });
    expect(session.body.did).toBe(created.body.did);
    const resolved = await xrpc<{ did: string }>("com.atproto.identity.resolveHandle", { params: { handle: `${name}.test` } });
    expect(resolved.body.did).toBe(created.body.did);
  });

  it("puts the owner's recovery key in front of the colony's", async () => {
    const recoveryKey = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc";
    const created = await create({ name: freshName(), recoveryKey });
    expect(created.status).toBe(200);
    const last = await (await fetch(`${env.PLC_URL}/${created.body.did}/log/last`)).json<PlcOperation>();
    expect(last.rotationKeys).toHaveLength(2);
    expect(last.rotationKeys[0]).toBe(recoveryKey);
    expect(operationCid(last)).toMatch(/^bafyrei/);
  });

  it("gives the same agent and a fresh credential for the same Idempotency-Key", async () => {
    const name = freshName();
    const first = await create({ name }, { "idempotency-key": `key-${name}` });
    const again = await create({ name }, { "idempotency-key": `key-${name}` });
    expect(again.status).toBe(200);
    expect(again.body.did).toBe(first.body.did);
    expect(again.body.password).not.toBe(first.body.password);
    await login(`${name}.test`, again.body.password);
    const old = await xrpc("com.atproto.server.createSession", { json: { identifier: `${name}.test`, password: first.body.password } });
    expect(old).toMatchObject({ status: 401, body: { error: "AuthenticationRequired" } });
    const other = await ask("/agents/create", { auth: ADMIN, json: { name: freshName() }, headers: { "idempotency-key": `key-${name}` } });
    expect(other).toMatchObject({ status: 409, body: { error: "IdempotencyConflict" } });
  });

  it("makes one agent of many simultaneous requests with one key", async () => {
    const name = freshName();
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name }, { "idempotency-key": `many-${name}` })));
    const dids = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.body.did));
    expect(dids.size).toBe(1);
    const rows = await env.DB.prepare("SELECT did FROM agent WHERE handle = ?").bind(`${name}.test`).all();
    expect(rows.results).toEqual([{ did: [...dids][0] }]);
  });

  it("refuses names that cannot be had, and makes nothing", async () => {
    const taken = await provision();
    const before = await env.DB.prepare("SELECT count(*) AS n FROM agent").first();
    const cases: [unknown, string][] = [
      [{ name: "no" }, "InvalidHandle"],
      [{ name: "much-too-long-for-this-place" }, "InvalidHandle"],
      [{ name: "sp ace" }, "InvalidHandle"],
      [{ name: "dot.ted" }, "InvalidHandle"],
      [{ name: "-dash" }, "InvalidHandle"],
      [{ name: "admin" }, "HandleNotAvailable"],
      [{ name: taken.handle.replace(".test", "") }, "HandleNotAvailable"],
      [{ name: freshName(), recoveryKey: "did:key:nonsense" }, "InvalidRecoveryKey"],
      [{}, "InvalidRequest"],
      [{ name: 7 }, "InvalidRequest"],
      [[], "InvalidRequest"],
    ];
    for (const [json, error] of cases) {
      const answer = await ask("/agents/create", { auth: ADMIN, json });
      expect({ json, ...answer.body, status: answer.status }).toMatchObject({ json, error, status: 400 });
    }
    expect(await env.DB.prepare("SELECT count(*) AS n FROM agent").first()).toEqual(before);
  });
});

describe("com.atproto.server.createAccount", () => {
  it("makes an account with a chosen password and signs it in", async () => {
    const handle = `${freshName()}.test`;
    const made = await xrpc<{ did: string; accessJwt: string }>("com.atproto.server.createAccount", {
      json: { handle, email: `${handle}@example.com`, password: "correct horse" },
    });
    expect(made.status).toBe(200);
    const session = await xrpc<{ did: string; email: string }>("com.atproto.server.getSession", { auth: `Bearer ${made.body.accessJwt}` });
    expect(session.body).toMatchObject({ did: made.body.did, email: `${handle}@example.com` });
    await login(handle, "correct horse");
    await login(`${handle}@Example.com`, "correct horse");
    const twin = await xrpc("com.atproto.server.createAccount", { json: { handle: `${freshName()}.test`, email: `${handle}@example.com`, password: "x" } });
    expect(twin).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("is not kept busy by an e-mail address or a recovery key of great length", async () => {
    const began = Date.now();
    const cases: [Record<string, string>, string][] = [
      [{ email: `a@${".".repeat(140_000)} ` }, "InvalidRequest"],
      [{ recoveryKey: `did:key:z${"2".repeat(140_000)}` }, "InvalidRecoveryKey"],
    ];
    for (const [more, error] of cases) {
      const refused = await xrpc("com.atproto.server.createAccount", { json: { handle: `${freshName()}.test`, email: "somebody@example.com", password: "x", ...more } });
      expect(refused).toMatchObject({ status: 400, body: { error } });
      expect(refused.body.message.length).toBeLessThan(500);
    }
    // Quadratic work took five to ten seconds each.
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("says what was taken when many ask for one e-mail address at once", async () => {
    const email = `${freshName()}@example.com`;
    const answers = await Promise.all(Array.from({ length: 4 }, () => xrpc("com.atproto.server.createAccount", { json: { handle: `${freshName()}.test`, email, password: "x" } })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) if (status !== 200) expect(body).toEqual({ error: "InvalidRequest", message: `Email already taken: ${email}` });
  });

  it("gives a repeated Idempotency-Key to who knows the password alone", async () => {
    const handle = `${freshName()}.test`;
    const register = (password: string) => xrpc<{ did: string; error: string }>("com.atproto.server.createAccount", { json: { handle, email: `${handle}@example.com`, password }, headers: { "idempotency-key": "one" } });
    const made = await register("right password");
    expect((await register("wrong password")).body.error).toBe("HandleNotAvailable");
    expect((await register("right password")).body.did).toBe(made.body.did);
    const byAdmin = await create({ name: handle.replace(".test", "") }, { "idempotency-key": "one" });
    expect(byAdmin).toMatchObject({ status: 400, body: { error: "HandleNotAvailable" } });
    await login(handle, "right password");
  });

  it("refuses in the order and the words of the reference", async () => {
    const handle = `${freshName()}.test`;
    const register = (json: Record<string, unknown>) => xrpc("com.atproto.server.createAccount", { json: { handle, ...json } });
    const unsupported = "This email address is not supported, please use a different email.";
    const cases: [Record<string, unknown>, string, string][] = [
      [{ plcOp: {}, password: "x".repeat(257) }, "InvalidRequest", 'Unsupported input: "plcOp"'],
      [{ password: "x".repeat(257) }, "InvalidRequest", "Password too long. Maximum length is 256 characters."],
      [{ password: "x" }, "InvalidRequest", "Email is required"],
      [{ email: "" }, "InvalidRequest", "Email is required"],
      [{ email: "bad-email", handle: "x.test" }, "InvalidRequest", unsupported],
      [{ email: "inv@disposeamail.com" }, "InvalidRequest", unsupported],
      [{ email: "good@example.com", handle: "x.test" }, "InvalidHandle", "Handle too short"],
    ];
    for (const [json, error, message] of cases) expect({ json, ...(await register(json)) }).toMatchObject({ json, status: 400, body: { error, message } });
    const foreign = await register({ email: "good@example.com", password: "x", did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    expect(foreign).toMatchObject({ status: 401, body: { error: "AuthenticationRequired", message: "Missing auth to create account with did: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" } });
  });

  it("makes an account without a password, whose owner has mail to choose one", async () => {
    const handle = `${freshName()}.test`;
    const email = `${handle}@example.com`;
    const made = await xrpc<{ did: string; accessJwt: string }>("com.atproto.server.createAccount", { json: { handle, email } });
    expect(made.body).toEqual({ did: expect.any(String), handle, didDoc: expect.objectContaining({ id: made.body.did }), accessJwt: expect.any(String), refreshJwt: expect.any(String) });
    expect((await xrpc("com.atproto.server.createSession", { json: { identifier: handle, password: "" } })).status).toBe(401);
    expect((await xrpc("com.atproto.server.requestPasswordReset", { json: { email } })).status).toBe(200);
    expect((await xrpc("com.atproto.server.resetPassword", { json: { token: await tokenTo(email, "resetPassword"), password: "at last" } })).status).toBe(200);
    await login(handle, "at last");
  });

  it("gives a password that was chosen back to nobody who repeats an old call, and no session to an account that was taken down", async () => {
    const handle = `${freshName()}.test`;
    const json = { handle, email: `${handle}@example.com`, password: "leaked later" };
    const register = () => xrpc<{ did: string; error: string }>("com.atproto.server.createAccount", { json, headers: { "idempotency-key": `old-${handle}` } });
    const { did } = (await register()).body;
    const down = (applied: boolean) => xrpc("com.atproto.admin.updateSubjectStatus", { auth: ADMIN, json: { subject: { $type: "com.atproto.admin.defs#repoRef", did }, takedown: { applied } } });
    await down(true);
    expect(await register()).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
    await down(false);
    expect((await register()).body.did).toBe(did);
    await xrpc("com.atproto.admin.updateAccountPassword", { auth: ADMIN, json: { did, password: "another" } });
    await env.DB.prepare("UPDATE agent SET created_at = created_at - 3600001 WHERE did = ?").bind(did).run();
    expect(await register()).toMatchObject({ status: 409, body: { error: "IdempotencyConflict" } });
    await login(handle, "another");
  });

  it("binds an Idempotency-Key to who can show who they are: without a password to nobody, but for the admin", async () => {
    const register = (handle: string, auth?: string) =>
      xrpc<{ did: string; error: string; accessJwt: string }>("com.atproto.server.createAccount", {
        json: { handle, email: `${handle}@example.com` }, headers: { "idempotency-key": `bare-${handle}` }, ...(auth === undefined ? {} : { auth }),
      });
    const open = `${freshName()}.test`;
    const { did } = (await register(open)).body;
    expect(await env.DB.prepare("SELECT idempotency_key FROM agent WHERE did = ?").bind(did).first("idempotency_key")).toBeNull();
    expect((await register(open)).body.error).toBe("HandleNotAvailable");
    const given = `${freshName()}.test`;
    const [first, again] = [await register(given, ADMIN), await register(given, ADMIN)];
    expect(again.body.did).toBe(first.body.did);
    expect((await xrpc("com.atproto.server.getSession", { auth: `Bearer ${again.body.accessJwt}` })).status).toBe(200);
  });

  it("takes an empty Idempotency-Key for none", async () => {
    for (const name of [freshName(), freshName()]) expect((await create({ name }, { "idempotency-key": "" })).status).toBe(200);
  });
});
