import type { Scene } from "../scene.ts";

const SERVER = "com.atproto.server";

/** com.atproto.server.createSession, getSession, refreshSession, deleteSession, createAccount. */
export const sessions: Scene = {
  name: "sessions",
  play: async (side) => {
    const ann = await side.person("cf-sessions-ann");
    const login = (label: string, identifier: unknown, password: unknown = ann.password, more: Record<string, unknown> = {}) => side.procedure(label, `${SERVER}.createSession`, { identifier, password, ...more });
    await login("by handle", ann.handle);
    await login("by DID", ann.did);
    await login("by e-mail", ann.email);
    await login("by e-mail in upper case", ann.email.toUpperCase());
    await login("by handle in upper case", ann.handle.toUpperCase());
    await login("by handle with an @", `@${ann.handle}`);
    await login("by handle with spaces", ` ${ann.handle} `);
    await login("wrong password", ann.handle, "wrong");
    await login("empty password", ann.handle, "");
    await login("long password", ann.handle, "x".repeat(513));
    await login("nobody", "nobody-cf.test");
    await login("empty identifier", "");
    await login("identifier missing", undefined);
    await login("password missing", ann.handle, undefined);
    await login("password number", ann.handle, 5);
    await login("authFactorToken", ann.handle, ann.password, { authFactorToken: "x" });
    await login("allowTakendown", ann.handle, ann.password, { allowTakendown: true });
    await login("allowTakendown no boolean", ann.handle, ann.password, { allowTakendown: "yes" });

    const session = (label: string, authorization: string | undefined) => side.ask(label, { path: `/xrpc/${SERVER}.getSession`, headers: authorization === undefined ? {} : { authorization } });
    await session("getSession", `Bearer ${ann.accessJwt}`);
    await session("getSession, none", undefined);
    await session("getSession, refresh token", `Bearer ${ann.refreshJwt}`);
    await side.query("getSession, admin", `${SERVER}.getSession`, {}, "admin");

    const post = (label: string, method: string, token: string | undefined, body?: unknown) =>
      side.ask(label, { method: "POST", path: `/xrpc/${SERVER}.${method}`, headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, ...(body === undefined ? {} : { body }) });
    await post("refresh, none", "refreshSession", undefined);
    await post("refresh with an access token", "refreshSession", ann.accessJwt);
    await post("refresh with a body", "refreshSession", ann.refreshJwt, {});
    const second = (await post("refresh", "refreshSession", ann.refreshJwt)).json as { refreshJwt: string };
    await post("refresh again with the same", "refreshSession", ann.refreshJwt);
    await post("delete with an access token", "deleteSession", ann.accessJwt);
    await post("delete, none", "deleteSession", undefined);
    await post("delete", "deleteSession", second.refreshJwt);
    await post("delete again", "deleteSession", second.refreshJwt);
    await post("refresh after that", "refreshSession", second.refreshJwt);
    await post("refresh after that with the first", "refreshSession", ann.refreshJwt);
    await session("the access token goes on", `Bearer ${ann.accessJwt}`);

    const make = (label: string, body: Record<string, unknown>) => side.procedure(label, `${SERVER}.createAccount`, body);
    const good = { handle: "cf-sessions-new.test", email: "cf-sessions-new@example.com", password: "a password" };
    for (const handle of ["", "a", "ab.test", "UPPER-cf.test", "with_underscore.test", "with space.test", "two.labels.test", "cf-sessions-ann.test", "CF-sessions-ann.test", "about.test", "admin.test", "example.com", "toolongforahandleherereally.test", "-x-.test", "x.test.", "ä.test", "nodots", "cf-a.example", "cf--b.test"])
      await make(`handle ${handle}`, { ...good, handle, email: `h${handle.length}${Buffer.from(handle).toString("hex").slice(0, 20)}@example.com` });
    for (const email of ["", "nope", "a@b", "a@b.c d", "cf-sessions-ann@example.com", "CF-sessions-ANN@example.com", `${"x".repeat(300)}@example.com`, "x@mailinator.com"])
      await make(`email ${email.slice(0, 40)}`, { ...good, handle: "cf-sessions-em.test", email });
    await make("email missing", { handle: good.handle, password: good.password });
    await make("account without password", { handle: "cf-sessions-pw.test", email: "cf-pw1@example.com" });
    await make("password empty", { ...good, handle: "cf-sessions-pw.test", email: "cf-pw2@example.com", password: "" });
    await make("password short", { ...good, handle: "cf-sessions-pw3.test", email: "cf-pw3@example.com", password: "x" });
    await make("password long", { ...good, handle: "cf-sessions-pw4.test", email: "cf-pw4@example.com", password: "x".repeat(257) });
    await make("account without handle", { email: good.email, password: good.password });
    await make("recoveryKey bad", { ...good, handle: "cf-sessions-rk.test", email: "cf-rk@example.com", recoveryKey: "nope" });
    await make("plcOp given", { ...good, handle: "cf-sessions-op.test", email: "cf-op@example.com", plcOp: {} });
    await make("did given", { ...good, handle: "cf-sessions-did.test", email: "cf-did@example.com", did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await make("did bad", { ...good, handle: "cf-sessions-did.test", email: "cf-did@example.com", did: "nope" });
    await make("inviteCode given", { ...good, handle: "cf-sessions-ic.test", email: "cf-ic@example.com", inviteCode: "nope" });
    await make("unknown field", { ...good, handle: "cf-sessions-uf.test", email: "cf-uf@example.com", verificationPhone: "1", other: true });
    await make("right", good);
  },
};
