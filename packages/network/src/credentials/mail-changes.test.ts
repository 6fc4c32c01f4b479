import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ADMIN, freshName, login, xrpc } from "../../test/client.ts";
import { mailsTo, tokenTo } from "../../test/mail.ts";

const PASSWORD = "correct horse";
const MINUTE = 60_000;

interface Person {
  did: string;
  handle: string;
  email: string;
  access: string;
}

/** An account with a mail address. */
const register = async (): Promise<Person> => {
  const handle = `${freshName()}.test`;
  const email = `${handle}@Example.com`;
  const made = await xrpc<{ did: string; accessJwt: string }>("com.atproto.server.createAccount", { json: { handle, email, password: PASSWORD } });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  return { did: made.body.did, handle, email: email.toLowerCase(), access: `Bearer ${made.body.accessJwt}` };
};

let ann: Person;

const call = (method: string, json?: unknown, auth: string | undefined = ann.access) =>
  xrpc<{ error: string; message: string; tokenRequired?: boolean }>(`com.atproto.server.${method}`, { method: "POST", ...(json === undefined ? {} : { json }), ...(auth === undefined ? {} : { auth }) });

const session = async () => (await xrpc<{ email: string; emailConfirmed: boolean }>("com.atproto.server.getSession", { auth: ann.access })).body;

const confirm = async () => {
  expect((await call("requestEmailConfirmation")).status).toBe(200);
  expect((await call("confirmEmail", { email: ann.email, token: await tokenTo(ann.email, "confirmEmail") })).status).toBe(200);
};

beforeEach(async () => {
  ann = await register();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("confirming a mail address", () => {
  it("takes the token that was mailed, once, in small letters too", async () => {
    expect(await session()).toMatchObject({ email: ann.email, emailConfirmed: false });
    expect(await call("requestEmailConfirmation")).toMatchObject({ status: 200, body: "" });
    const token = await tokenTo(ann.email, "confirmEmail");
    expect(token).toMatch(/^[A-Z2-7]{5}-[A-Z2-7]{5}$/);
    expect(await call("confirmEmail", { email: "other@example.com", token })).toMatchObject({ status: 400, body: { error: "InvalidEmail", message: "invalid email" } });
    expect(await call("confirmEmail", { email: ann.email, token: "AAAAA-AAAAA" })).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Token is invalid" } });
    expect((await call("confirmEmail", { email: ann.email.toUpperCase(), token: token.toLowerCase() })).status).toBe(200);
    expect(await session()).toMatchObject({ email: ann.email, emailConfirmed: true });
    expect((await call("confirmEmail", { email: ann.email, token })).body.error).toBe("InvalidToken");
    const again = await xrpc<{ emailConfirmed: boolean }>("com.atproto.server.createSession", { json: { identifier: ann.handle, password: PASSWORD } });
    expect(again.body.emailConfirmed).toBe(true);
  });

  it("takes the newest token alone, and none that is 15 minutes old", async () => {
    await call("requestEmailConfirmation");
    const first = await tokenTo(ann.email, "confirmEmail");
    await call("requestEmailConfirmation");
    const second = await tokenTo(ann.email, "confirmEmail");
    expect((await call("confirmEmail", { email: ann.email, token: first })).body.error).toBe("InvalidToken");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 15 * MINUTE });
    expect((await call("confirmEmail", { email: ann.email, token: second })).body).toEqual({ error: "ExpiredToken", message: "Token is expired" });
  });

  it("does not take a token that was mailed for something else", async () => {
    await call("requestAccountDelete");
    const token = await tokenTo(ann.email, "deleteAccount");
    expect((await call("confirmEmail", { email: ann.email, token })).body.error).toBe("InvalidToken");
  });

  it("says so when there is no address, and when mail does not go out", async () => {
    const { body } = await xrpc<{ handle: string; password: string }>("agent.network.createAgent", { auth: ADMIN, json: { name: freshName(), keys: "self" } });
    const { access } = await login(body.handle, body.password);
    expect(await call("requestEmailConfirmation", undefined, access)).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "account does not have an email address" } });
    expect((await call("updateEmail", { email: `refuse-${freshName()}@example.com` })).status).toBe(200);
    expect(await call("requestEmailConfirmation")).toMatchObject({ status: 503, body: { error: "MailUnavailable" } });
  });
});

describe("changing a mail address", () => {
  it("takes no token until the address is confirmed", async () => {
    expect((await call("requestEmailUpdate")).body).toEqual({ tokenRequired: false });
    const email = `${freshName()}@example.com`;
    expect(await call("updateEmail", { email })).toMatchObject({ status: 200, body: "" });
    expect(await session()).toMatchObject({ email, emailConfirmed: false });
    await login(email, PASSWORD);
    expect((await xrpc("com.atproto.server.createSession", { json: { identifier: ann.email, password: PASSWORD } })).status).toBe(401);
  });

  it("takes one from then on, and then it is to be confirmed again", async () => {
    await confirm();
    const email = `${freshName()}@example.com`;
    expect((await call("updateEmail", { email })).body).toEqual({ error: "TokenRequired", message: "confirmation token required" });
    expect((await call("requestEmailUpdate")).body).toEqual({ tokenRequired: true });
    const token = await tokenTo(ann.email, "updateEmail");
    expect((await call("updateEmail", { email, token: "AAAAA-AAAAA" })).body.error).toBe("InvalidToken");
    expect((await call("updateEmail", { email, token })).status).toBe(200);
    expect(await session()).toMatchObject({ email, emailConfirmed: false });
    expect((await call("updateEmail", { email: ann.email, token })).body.error).toBe("InvalidToken");
  });

  it("refuses what is no address, is thrown away after use, or is another's; nothing changes", async () => {
    const other = await register();
    for (const email of ["nobody", "a@mailinator.com"])
      expect((await call("updateEmail", { email })).body).toEqual({ error: "InvalidRequest", message: "This email address is not supported, please use a different email." });
    expect((await call("updateEmail", { email: other.email })).body).toEqual({ error: "InvalidRequest", message: "This email address is already in use, please use a different email." });
    expect(await session()).toMatchObject({ email: ann.email });
  });

  it("by the admin takes no token, by handle or DID", async () => {
    await confirm();
    const first = `${freshName()}@example.com`;
    const change = (json: unknown) => xrpc("com.atproto.admin.updateAccountEmail", { auth: ADMIN, json });
    expect((await change({ account: ann.handle, email: first })).status).toBe(200);
    expect(await session()).toMatchObject({ email: first, emailConfirmed: false });
    expect((await change({ account: ann.did, email: ann.email })).status).toBe(200);
    expect((await change({ account: "nobody.test", email: first })).body).toEqual({ error: "InvalidRequest", message: "Account does not exist: nobody.test" });
  });
});

describe("resetting a password", () => {
  const reset = (json: unknown) => xrpc("com.atproto.server.resetPassword", { json });

  it("takes the token that was mailed, and ends every session", async () => {
    const before = await login(ann.handle, PASSWORD);
    expect(await xrpc("com.atproto.server.requestPasswordReset", { json: { email: ann.email.toUpperCase() } })).toMatchObject({ status: 200, body: "" });
    const [mail] = await mailsTo(ann.email);
    expect(mail).toMatchObject({ from: "colony@example.com", template: "resetPassword", fields: { handle: ann.handle } });
    expect(mail?.text).toContain(mail?.fields.token);
    expect(mail?.html).toContain(mail?.fields.token);
    const token = await tokenTo(ann.email, "resetPassword");
    expect((await reset({ token: "AAAAA-AAAAA", password: "new" })).body).toEqual({ error: "InvalidToken", message: "Token is invalid" });
    expect((await reset({ token, password: "x".repeat(257) })).body).toEqual({ error: "InvalidRequest", message: "Invalid password length." });
    expect(await reset({ token: token.toLowerCase(), password: "new horse" })).toMatchObject({ status: 200, body: "" });
    expect((await reset({ token, password: "newer" })).body.error).toBe("InvalidToken");
    expect((await xrpc("com.atproto.server.createSession", { json: { identifier: ann.handle, password: PASSWORD } })).status).toBe(401);
    await login(ann.handle, "new horse");
    expect((await xrpc("com.atproto.server.refreshSession", { method: "POST", auth: before.refresh })).body).toEqual({ error: "ExpiredToken", message: "Token has been revoked" });
  });

  it("takes no token that is 15 minutes old, and says so when no account has the address", async () => {
    await xrpc("com.atproto.server.requestPasswordReset", { json: { email: ann.email } });
    const token = await tokenTo(ann.email, "resetPassword");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 15 * MINUTE });
    expect((await reset({ token, password: "new" })).body.error).toBe("ExpiredToken");
    await login(ann.handle, PASSWORD);
    expect((await xrpc("com.atproto.server.requestPasswordReset", { json: { email: "nobody@example.com" } })).body).toEqual({ error: "InvalidRequest", message: "account does not have an email address" });
  });

  it("takes the token of the newest mail alone", async () => {
    await xrpc("com.atproto.server.requestPasswordReset", { json: { email: ann.email } });
    await xrpc("com.atproto.server.requestPasswordReset", { json: { email: ann.email } });
    const [first, second] = (await mailsTo(ann.email)).map(({ fields }) => fields.token);
    expect((await reset({ token: first, password: "new" })).body.error).toBe("InvalidToken");
    expect((await reset({ token: second, password: "new" })).status).toBe(200);
  });

  it("by the admin takes no token", async () => {
    const change = (json: unknown) => xrpc("com.atproto.admin.updateAccountPassword", { auth: ADMIN, json });
    expect((await change({ did: ann.did, password: "from above" })).status).toBe(200);
    await login(ann.handle, "from above");
    expect((await change({ did: ann.did, password: "x".repeat(257) })).body.message).toBe("Invalid password length.");
    expect((await change({ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", password: "x" })).status).toBe(400);
  });
});

describe("deleting an account", () => {
  const remove = (json: unknown) => xrpc("com.atproto.server.deleteAccount", { json });

  it("takes its password and the token that was mailed; its DID stays", async () => {
    expect(await call("requestAccountDelete")).toMatchObject({ status: 200, body: "" });
    const token = await tokenTo(ann.email, "deleteAccount");
    expect((await remove({ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", password: PASSWORD, token })).body).toEqual({ error: "InvalidRequest", message: "account not found" });
    expect(await remove({ did: ann.did, password: "wrong", token })).toMatchObject({ status: 401, body: { error: "AuthenticationRequired", message: "Invalid did or password" } });
    expect((await remove({ did: ann.did, password: "x".repeat(513), token })).status).toBe(401);
    expect((await remove({ did: ann.did, password: PASSWORD, token: "AAAAA-AAAAA" })).body.error).toBe("InvalidToken");
    const app = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: ann.access, json: { name: "app" } });
    expect((await remove({ did: ann.did, password: app.body.password, token })).status).toBe(401);
    const { refresh } = await login(ann.handle, PASSWORD);
    expect(await remove({ did: ann.did, password: PASSWORD, token })).toMatchObject({ status: 200, body: "" });

    expect((await xrpc("com.atproto.server.createSession", { json: { identifier: ann.handle, password: PASSWORD } })).status).toBe(401);
    expect((await xrpc("com.atproto.sync.getRepoStatus", { params: { did: ann.did } })).body.error).toBe("RepoNotFound");
    expect((await call("requestAccountDelete")).body).toEqual({ error: "AccountNotFound", message: "Account not found" });
    expect((await xrpc("com.atproto.server.getSession", { auth: ann.access })).body.message).toBe(`Could not find user info for account: ${ann.did}`);
    expect(await xrpc("com.atproto.server.deleteSession", { method: "POST", auth: refresh })).toMatchObject({ status: 200, body: "" });
    const last = await (await fetch(`${env.PLC_URL}/${ann.did}/log/last`)).json<{ type: string }>();
    expect(last.type).toBe("plc_operation");
    // The name and the address are free again.
    const again = await xrpc("com.atproto.server.createAccount", { json: { handle: ann.handle, email: ann.email, password: PASSWORD } });
    expect(again.status).toBe(200);
  });
});

describe("mail from the admin", () => {
  it("reaches the owner of an account", async () => {
    const send = (json: unknown) => xrpc("com.atproto.admin.sendEmail", { auth: ADMIN, json });
    const sent = await send({ recipientDid: ann.did, senderDid: ann.did, content: "<p>Hello &amp; <b>welcome</b></p>" });
    expect(sent).toMatchObject({ status: 200, body: { sent: true } });
    expect((await mailsTo(ann.email)).at(-1)).toMatchObject({ subject: "Message via your PDS", html: "<p>Hello &amp; <b>welcome</b></p>", text: "Hello & welcome" });
    const none = await send({ recipientDid: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", senderDid: ann.did, content: "x" });
    expect(none.body).toEqual({ error: "InvalidRequest", message: "Recipient not found" });
  });
});
