import { createServer, type Server } from "node:http";
import { AtpAgent, XRPCError } from "@atproto/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type House, startHouse } from "./test/house.ts";
import { codeTo, mailsTo } from "./test/mail.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";

/** A colony that nobody enters without an invitation, and that posts its mails as well. Its clients are unmodified. */
let house: House;
let post: Server;
const posted: { to: string; template: string }[] = [];

const PASSWORD = "correct horse battery";

const errorOf = async (call: Promise<unknown>): Promise<[number, string]> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof XRPCError) return [error.status, error.error];
    throw error;
  }
  throw new Error("the call succeeded");
};

const agentOf = async (identifier: string, password: string): Promise<AtpAgent> => {
  const agent = new AtpAgent({ service: house.origin });
  await agent.login({ identifier, password });
  return agent;
};

const asAdmin = () => ({ headers: { authorization: `Basic ${Buffer.from(`admin:${house.adminKey}`).toString("base64")}` }, encoding: "application/json" as const });

/** Sign up with an invitation of the admin's. */
const signUp = async (name: string): Promise<{ agent: AtpAgent; did: string; handle: string; email: string }> => {
  const agent = new AtpAgent({ service: house.origin });
  const invited = await agent.com.atproto.server.createInviteCode({ useCount: 1 }, asAdmin());
  const [handle, email] = [`${name}.test`, `${name}@example.com`];
  const { data } = await agent.createAccount({ handle, email, password: PASSWORD, inviteCode: invited.data.code });
  return { agent, did: data.did, handle, email };
};

beforeAll(async () => {
  post = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      posted.push(JSON.parse(Buffer.concat(parts).toString()) as { to: string; template: string });
      answer.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => post.listen(0, "127.0.0.1", () => resolve()));
  const address = post.address();
  if (address === null || typeof address === "string") throw new Error("no port to post mails to");
  house = await startHouse([
    "--no-rate-limits", "--mail-url", `http://127.0.0.1:${address.port}/mails`, "--invite-interval-hours", "1",
    "--contact-email", "admin@example.com", "--privacy-policy", "https://example.com/privacy", "--terms-of-service", "https://example.com/terms",
  ]);
});

afterAll(async () => {
  await house?.stop();
  await new Promise((resolve) => post.close(resolve));
});

describe("@atproto/api: credentials", () => {
  test("the host says who runs it, and that it asks for invitations", async () => {
    const { data } = await new AtpAgent({ service: house.origin }).com.atproto.server.describeServer();
    expect(data).toMatchObject({
      inviteCodeRequired: true, contact: { email: "admin@example.com" }, links: { privacyPolicy: "https://example.com/privacy", termsOfService: "https://example.com/terms" },
    });
  });

  test("an invitation lets in once", async () => {
    const agent = new AtpAgent({ service: house.origin });
    const code = (await agent.com.atproto.server.createInviteCode({ useCount: 1 }, asAdmin())).data.code;
    const account = { email: "inv-one@example.com", password: PASSWORD };
    expect(await errorOf(agent.createAccount({ handle: "inv-one.test", ...account }))).toEqual([400, "InvalidInviteCode"]);
    await agent.createAccount({ handle: "inv-one.test", ...account, inviteCode: code });
    // A client that fails to sign up forgets its session.
    const late = new AtpAgent({ service: house.origin });
    expect(await errorOf(late.createAccount({ handle: "inv-two.test", email: "inv-two@example.com", password: PASSWORD, inviteCode: code }))).toEqual([400, "InvalidInviteCode"]);
    expect((await agent.com.atproto.server.getAccountInviteCodes()).data.codes).toEqual([]);
    const all = await agent.com.atproto.admin.getInviteCodes({ sort: "usage" }, asAdmin());
    expect(all.data.codes.find((one) => one.code === code)?.uses.map(({ usedBy }) => usedBy)).toEqual([agent.did]);
  });

  test("app passwords sign in, refresh and end", async () => {
    const { agent, handle } = await signUp("app-ann");
    const { data } = await agent.com.atproto.server.createAppPassword({ name: "phone" });
    const phone = await agentOf(handle, data.password);
    await phone.com.atproto.repo.createRecord({ repo: phone.assertDid, collection: "org.example.note", record: { text: "from the phone" } });
    await phone.sessionManager.refreshSession();
    expect(await errorOf(phone.com.atproto.server.createAppPassword({ name: "more" }))).toEqual([400, "InvalidToken"]);
    expect((await agent.com.atproto.server.listAppPasswords()).data.passwords).toEqual([{ name: "phone", createdAt: data.createdAt, privileged: false }]);
    const { refreshJwt } = phone.session ?? { refreshJwt: "" };
    await agent.com.atproto.server.revokeAppPassword({ name: "phone" });
    expect(await errorOf(phone.com.atproto.server.refreshSession(undefined, { headers: { authorization: `Bearer ${refreshJwt}` } }))).toEqual([400, "ExpiredToken"]);
    expect(await errorOf(agentOf(handle, data.password))).toEqual([401, "AuthenticationRequired"]);
  });

  test("an address is confirmed and changed by codes out of its mail", async () => {
    const { agent, email } = await signUp("mail-ann");
    await agent.com.atproto.server.requestEmailConfirmation();
    await agent.com.atproto.server.confirmEmail({ email, token: codeTo(house.folder, email) });
    expect((await agent.com.atproto.server.getSession()).data.emailConfirmed).toBe(true);
    expect((await agent.com.atproto.server.requestEmailUpdate()).data.tokenRequired).toBe(true);
    const token = codeTo(house.folder, email);
    expect(await errorOf(agent.com.atproto.server.updateEmail({ email: "mail-bea@example.com" }))).toEqual([400, "TokenRequired"]);
    await agent.com.atproto.server.updateEmail({ email: "mail-bea@example.com", token });
    expect((await agent.com.atproto.server.getSession()).data).toMatchObject({ email: "mail-bea@example.com", emailConfirmed: false });
    expect(mailsTo(house.folder, email).map(({ template }) => template)).toEqual(["confirmEmail", "updateEmail"]);
    expect(posted.filter(({ to }) => to === email).map(({ template }) => template)).toEqual(["confirmEmail", "updateEmail"]);
  });

  test("a password is chosen anew by the code out of the mail", async () => {
    const { agent, handle, email } = await signUp("lost-ann");
    const anybody = new AtpAgent({ service: house.origin });
    await anybody.com.atproto.server.requestPasswordReset({ email });
    await anybody.com.atproto.server.resetPassword({ token: codeTo(house.folder, email), password: "found again" });
    await agentOf(handle, "found again");
    expect(await errorOf(agentOf(handle, PASSWORD))).toEqual([401, "AuthenticationRequired"]);
    const { refreshJwt } = agent.session ?? { refreshJwt: "" };
    expect(await errorOf(anybody.com.atproto.server.refreshSession(undefined, { headers: { authorization: `Bearer ${refreshJwt}` } }))).toEqual([400, "ExpiredToken"]);
  });

  test("an account is deleted by the code out of the mail, and the world is told", async () => {
    const { agent, did, handle, email } = await signUp("gone-ann");
    await agent.com.atproto.repo.createRecord({ repo: did, collection: "org.example.note", record: { text: "soon gone" } });
    const stream = await openStream(undefined, () => undefined, house.origin);
    await agent.com.atproto.server.requestAccountDelete();
    await agent.com.atproto.server.deleteAccount({ did, password: PASSWORD, token: codeTo(house.folder, email) });
    await until(() => stream.frames.some((frame) => frame.kind === "message" && frame.t === "#account" && frame.body.did === did && frame.body.status === "deleted"), "#account deleted");
    stream.close();
    expect(await errorOf(agentOf(handle, PASSWORD))).toEqual([401, "AuthenticationRequired"]);
    expect(await errorOf(agent.com.atproto.sync.getRepoStatus({ did }))).toEqual([400, "RepoNotFound"]);
    // The DID is its owner's, who may have taken it elsewhere.
    expect((await fetch(`${house.plcUrl}/${did}`)).status).toBe(200);
  });
});
