import type { Scene } from "../scene.ts";

const SERVER = "com.atproto.server";

interface AppPassword {
  password: string;
}

/** App passwords, e-mail addresses, passwords, invitations, deletion. */
export const credentials: Scene = {
  name: "credentials",
  play: async (side) => {
    const ann = await side.person("cf-credentials-ann");
    const post = (label: string, method: string, body?: unknown, as: typeof ann | "admin" | undefined = ann) => side.procedure(label, `${SERVER}.${method}`, body, as);
    const get = (label: string, method: string, as: typeof ann | "admin" | undefined = ann) => side.query(label, `${SERVER}.${method}`, {}, as);

    await get("app passwords, none", "listAppPasswords");
    const plain = (await side.quiet({ path: `/xrpc/${SERVER}.createAppPassword`, as: ann, body: { name: "plain" } })).json as AppPassword;
    const privileged = (await side.quiet({ path: `/xrpc/${SERVER}.createAppPassword`, as: ann, body: { name: "privileged", privileged: true } })).json as AppPassword;
    side.answers.set("form of an app password", { status: 200, headers: {}, body: [plain, privileged].map((made) => [Object.keys(made).toSorted(), /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/.test(made.password)]) });
    await post("app password, name taken", "createAppPassword", { name: "plain" });
    await post("app password, no name", "createAppPassword", {});
    await post("app password, empty name", "createAppPassword", { name: "" });
    await get("app passwords", "listAppPasswords");
    await get("app passwords, nobody", "listAppPasswords", undefined);

    const session = async (password: string) => {
      const { json } = await side.quiet({ path: `/xrpc/${SERVER}.createSession`, body: { identifier: ann.handle, password } });
      return { ...ann, accessJwt: (json as { accessJwt: string }).accessJwt, refreshJwt: (json as { refreshJwt: string }).refreshJwt };
    };
    for (const [kind, made] of [["plain", plain], ["privileged", privileged]] as const) {
      await post(`${kind}: sign in`, "createSession", { identifier: ann.handle, password: made.password }, undefined);
      const app = await session(made.password);
      await get(`${kind}: getSession`, "getSession", app);
      await get(`${kind}: listAppPasswords`, "listAppPasswords", app);
      await post(`${kind}: createAppPassword`, "createAppPassword", { name: "more" }, app);
      await post(`${kind}: revokeAppPassword`, "revokeAppPassword", { name: "nothing" }, app);
      await post(`${kind}: requestEmailUpdate`, "requestEmailUpdate", undefined, app);
      await post(`${kind}: requestEmailConfirmation`, "requestEmailConfirmation", undefined, app);
      await post(`${kind}: updateEmail`, "updateEmail", { email: "x@example.com" }, app);
      await post(`${kind}: requestAccountDelete`, "requestAccountDelete", undefined, app);
      await post(`${kind}: deactivateAccount`, "deactivateAccount", {}, app);
      await post(`${kind}: activateAccount`, "activateAccount", undefined, app);
      await get(`${kind}: checkAccountStatus`, "checkAccountStatus", app);
      await get(`${kind}: getAccountInviteCodes`, "getAccountInviteCodes", app);
      await side.procedure(`${kind}: createRecord`, "com.atproto.repo.createRecord", { repo: ann.did, collection: "org.example.note", record: {} }, app);
      await side.procedure(`${kind}: updateHandle`, "com.atproto.identity.updateHandle", { handle: "not a handle" }, app);
      await side.procedure(`${kind}: requestPlcOperationSignature`, "com.atproto.identity.requestPlcOperationSignature", undefined, app);
      await side.procedure(`${kind}: signPlcOperation`, "com.atproto.identity.signPlcOperation", {}, app);
      await side.query(`${kind}: getRecommendedDidCredentials`, "com.atproto.identity.getRecommendedDidCredentials", {}, app);
      await side.query(`${kind}: service auth for chat`, `${SERVER}.getServiceAuth`, { aud: "did:web:api.bsky.chat", lxm: "chat.bsky.convo.listConvos" }, app);
      await side.query(`${kind}: service auth for createAccount`, `${SERVER}.getServiceAuth`, { aud: "did:web:pds.example.com", lxm: `${SERVER}.createAccount` }, app);
      await side.query(`${kind}: preferences`, "app.bsky.actor.getPreferences", {}, app);
      await side.ask(`${kind}: importRepo`, { method: "POST", path: "/xrpc/com.atproto.repo.importRepo", as: app, headers: { "content-type": "application/vnd.ipld.car" }, body: "x" });
    }
    const app = await session(plain.password);
    await post("revoke", "revokeAppPassword", { name: "plain" });
    await post("revoke again", "revokeAppPassword", { name: "plain" });
    await post("revoke, no name", "revokeAppPassword", {});
    await post("sign in with what was revoked", "createSession", { identifier: ann.handle, password: plain.password }, undefined);
    await side.ask("refresh of what was revoked", { method: "POST", path: `/xrpc/${SERVER}.refreshSession`, headers: { authorization: `Bearer ${app.refreshJwt}` } });

    await post("confirm, wrong token", "confirmEmail", { email: ann.email, token: "AAAAA-BBBBB" });
    await post("confirm, other address", "confirmEmail", { email: "other@example.com", token: "AAAAA-BBBBB" });
    await post("request confirmation", "requestEmailConfirmation");
    await post("confirm, still wrong", "confirmEmail", { email: ann.email, token: "AAAAA-BBBBB" });
    await post("confirm", "confirmEmail", { email: ann.email, token: await side.mailedToken(ann.email) });
    await post("confirm again", "confirmEmail", { email: ann.email, token: "AAAAA-BBBBB" });
    await get("session, confirmed", "getSession");
    await post("request confirmation, confirmed", "requestEmailConfirmation");
    await post("request update", "requestEmailUpdate");
    await post("update without token", "updateEmail", { email: "cf-credentials-new@example.com" });
    await post("update with a wrong token", "updateEmail", { email: "cf-credentials-new@example.com", token: "AAAAA-BBBBB" });
    await post("update, no address", "updateEmail", { email: "nope", token: "AAAAA-BBBBB" });
    await post("update", "updateEmail", { email: "cf-credentials-new@example.com", token: await side.mailedToken(ann.email) });
    await get("session, updated", "getSession");
    await post("request update, not confirmed", "requestEmailUpdate");
    await post("update to the same", "updateEmail", { email: "cf-credentials-new@example.com" });
    const ben = await side.person("cf-credentials-ben");
    await post("update to another's", "updateEmail", { email: ben.email });

    await post("reset, nobody's address", "requestPasswordReset", { email: "nobody-cf@example.com" }, undefined);
    await post("reset, no address", "requestPasswordReset", { email: "nope" }, undefined);
    await post("reset, wrong token", "resetPassword", { token: "AAAAA-BBBBB", password: "another password" }, undefined);
    await post("request reset", "requestPasswordReset", { email: ben.email }, undefined);
    const token = await side.mailedToken(ben.email);
    await post("reset, long password", "resetPassword", { token, password: "x".repeat(257) }, undefined);
    await post("reset", "resetPassword", { token, password: "another password" }, undefined);
    await post("reset again", "resetPassword", { token, password: "another password" }, undefined);
    await post("sign in with the old", "createSession", { identifier: ben.handle, password: ben.password }, undefined);
    await post("sign in with the new", "createSession", { identifier: ben.handle, password: "another password" }, undefined);
    await side.ask("refresh of before", { method: "POST", path: `/xrpc/${SERVER}.refreshSession`, headers: { authorization: `Bearer ${ben.refreshJwt}` } });

    await get("invite codes", "getAccountInviteCodes");
    await post("make a code, as an account", "createInviteCode", { useCount: 1 });
    await post("make a code", "createInviteCode", { useCount: 1 }, "admin");
    await post("make a code, no count", "createInviteCode", {}, "admin");
    await post("make codes", "createInviteCodes", { codeCount: 2, useCount: 1 }, "admin");
    await post("make codes for one", "createInviteCodes", { codeCount: 1, useCount: 2, forAccounts: [ann.did] }, "admin");
    await get("invite codes afterwards", "getAccountInviteCodes");
    await post("queue", "checkSignupQueue");
    await side.query("checkSignupQueue", "com.atproto.temp.checkSignupQueue", {}, ann);
    await side.query("checkSignupQueue, nobody", "com.atproto.temp.checkSignupQueue");

    await post("delete, wrong token", "deleteAccount", { did: ann.did, password: ann.password, token: "AAAAA-BBBBB" }, undefined);
    await post("delete, wrong password", "deleteAccount", { did: ann.did, password: "wrong", token: "AAAAA-BBBBB" }, undefined);
    await post("delete, nobody", "deleteAccount", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", password: "wrong", token: "AAAAA-BBBBB" }, undefined);
    await post("request delete", "requestAccountDelete");
    const last = await side.mailedToken("cf-credentials-new@example.com");
    await post("delete, wrong password, right token", "deleteAccount", { did: ann.did, password: "wrong", token: last }, undefined);
    await post("delete", "deleteAccount", { did: ann.did, password: ann.password, token: last }, undefined);
    await post("delete again", "deleteAccount", { did: ann.did, password: ann.password, token: last }, undefined);
    await get("session of the deleted", "getSession");
    await post("sign in of the deleted", "createSession", { identifier: ann.handle, password: ann.password }, undefined);
    for (const method of ["getLatestCommit", "getRepoStatus", "getRepo"]) await side.query(`${method} of the deleted`, `com.atproto.sync.${method}`, { did: ann.did });
    await side.query("describeRepo of the deleted", "com.atproto.repo.describeRepo", { repo: ann.did });
    await side.query("handle of the deleted", "com.atproto.identity.resolveHandle", { handle: ann.handle });
  },
};
