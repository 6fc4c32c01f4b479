import type { Person, Side } from "../side.ts";
import type { Scene } from "../scene.ts";

const NOTE = "org.example.note";

/** Everything that reads an account, by who asks. */
const readAll = async (side: Side, when: string, of: Person, as?: Person | "admin") => {
  const who = as === undefined ? "" : as === "admin" ? ", by the admin" : ", by itself";
  for (const method of ["getLatestCommit", "getRepoStatus", "getRepo", "listBlobs", "getHead", "getCheckout"]) await side.query(`${when}: ${method}${who}`, `com.atproto.sync.${method}`, { did: of.did }, as);
  await side.query(`${when}: sync.getRecord${who}`, "com.atproto.sync.getRecord", { did: of.did, collection: NOTE, rkey: "a" }, as);
  await side.query(`${when}: repo.getRecord${who}`, "com.atproto.repo.getRecord", { repo: of.did, collection: NOTE, rkey: "a" }, as);
  await side.query(`${when}: listRecords${who}`, "com.atproto.repo.listRecords", { repo: of.did, collection: NOTE }, as);
  await side.query(`${when}: describeRepo${who}`, "com.atproto.repo.describeRepo", { repo: of.did }, as);
  await side.query(`${when}: resolveHandle${who}`, "com.atproto.identity.resolveHandle", { handle: of.handle }, as);
};

const own = async (side: Side, when: string, of: Person) => {
  await side.query(`${when}: getSession`, "com.atproto.server.getSession", {}, of);
  await side.query(`${when}: checkAccountStatus`, "com.atproto.server.checkAccountStatus", {}, of);
  await side.procedure(`${when}: createSession`, "com.atproto.server.createSession", { identifier: of.handle, password: of.password });
  await side.procedure(`${when}: createSession, taken down ones too`, "com.atproto.server.createSession", { identifier: of.handle, password: of.password, allowTakendown: true });
  await side.procedure(`${when}: createRecord`, "com.atproto.repo.createRecord", { repo: of.did, collection: NOTE, rkey: "w", record: {} }, of);
  await side.procedure(`${when}: putRecord`, "com.atproto.repo.putRecord", { repo: of.did, collection: NOTE, rkey: "a", record: { v: 1 } }, of);
  await side.procedure(`${when}: deleteRecord`, "com.atproto.repo.deleteRecord", { repo: of.did, collection: NOTE, rkey: "w" }, of);
  await side.procedure(`${when}: applyWrites`, "com.atproto.repo.applyWrites", { repo: of.did, writes: [] }, of);
  await side.ask(`${when}: uploadBlob`, { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: of, headers: { "content-type": "text/plain" }, body: "blob" });
  await side.query(`${when}: listAppPasswords`, "com.atproto.server.listAppPasswords", {}, of);
  await side.query(`${when}: getServiceAuth`, "com.atproto.server.getServiceAuth", { aud: "did:web:example.com", lxm: "com.atproto.server.createAccount" }, of);
  await side.query(`${when}: getPreferences`, "app.bsky.actor.getPreferences", {}, of);
  await side.query(`${when}: listMissingBlobs`, "com.atproto.repo.listMissingBlobs", {}, of);
  await side.query(`${when}: getRecommendedDidCredentials`, "com.atproto.identity.getRecommendedDidCredentials", {}, of);
  await side.procedure(`${when}: updateHandle`, "com.atproto.identity.updateHandle", { handle: "ab.test" }, of);
};

/** Deactivation, takedown, and the administrator. */
export const standing: Scene = {
  name: "standing",
  play: async (side) => {
    const ann = await side.person("cf-standing-ann");
    await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection: NOTE, rkey: "a", record: { v: 0 } } });
    const repo = (did: string) => ({ $type: "com.atproto.admin.defs#repoRef", did });
    const admin = (label: string, method: string, body: unknown) => side.procedure(label, `com.atproto.admin.${method}`, body, "admin");
    const status = (label: string, params: Record<string, string>) => side.query(label, "com.atproto.admin.getSubjectStatus", params, "admin");

    await own(side, "active", ann);
    await side.procedure("deactivate, bad date", "com.atproto.server.deactivateAccount", { deleteAfter: "soon" }, ann);
    await side.procedure("deactivate", "com.atproto.server.deactivateAccount", {}, ann);
    await side.procedure("deactivate again", "com.atproto.server.deactivateAccount", { deleteAfter: "2036-11-21T09:00:00.000Z" }, ann);
    await readAll(side, "deactivated", ann);
    await readAll(side, "deactivated", ann, ann);
    await readAll(side, "deactivated", ann, "admin");
    await own(side, "deactivated", ann);
    await status("status of a deactivated account", { did: ann.did });
    await side.procedure("activate", "com.atproto.server.activateAccount", undefined, ann);
    await side.procedure("activate again", "com.atproto.server.activateAccount", undefined, ann);
    await side.procedure("activate with a body", "com.atproto.server.activateAccount", {}, ann);

    await admin("take down", "updateSubjectStatus", { subject: repo(ann.did), takedown: { applied: true, ref: "test-ref" } });
    await status("status, taken down", { did: ann.did });
    await readAll(side, "takendown", ann);
    await readAll(side, "takendown", ann, ann);
    await readAll(side, "takendown", ann, "admin");
    await own(side, "takendown", ann);
    const { json } = await side.quiet({ path: "/xrpc/com.atproto.server.createSession", body: { identifier: ann.handle, password: ann.password, allowTakendown: true } });
    const gone = { ...ann, accessJwt: (json as { accessJwt?: string }).accessJwt ?? "", refreshJwt: (json as { refreshJwt?: string }).refreshJwt ?? "" };
    await readAll(side, "takendown, with its session", ann, gone);
    await own(side, "takendown, with its session", gone);
    await side.ask("takendown: refresh", { method: "POST", path: "/xrpc/com.atproto.server.refreshSession", headers: { authorization: `Bearer ${ann.refreshJwt}` } });
    await admin("reverse", "updateSubjectStatus", { subject: repo(ann.did), takedown: { applied: false } });
    await status("status, reversed", { did: ann.did });
    await readAll(side, "back", ann);
    const record = { $type: "com.atproto.repo.strongRef", uri: `at://${ann.did}/${NOTE}/a`, cid: "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm" };
    await admin("take a record down", "updateSubjectStatus", { subject: record, takedown: { applied: true } });
    await status("status of a record", { uri: record.uri });
    await readAll(side, "record takendown", ann);
    await admin("give it back", "updateSubjectStatus", { subject: record, takedown: { applied: false } });
    const blob = { $type: "com.atproto.admin.defs#repoBlobRef", did: ann.did, cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" };
    await admin("take a blob down that is not there", "updateSubjectStatus", { subject: blob, takedown: { applied: true } });
    await status("status of a blob", { did: ann.did, blob: blob.cid });
    await status("status of nothing", {});
    await status("status of nobody", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await status("status of no record", { uri: `at://${ann.did}/${NOTE}/none` });
    await status("status of a bad uri", { uri: "nope" });
    await admin("deactivate by the admin", "updateSubjectStatus", { subject: repo(ann.did), deactivated: { applied: true } });
    await status("status, deactivated by the admin", { did: ann.did });
    await admin("activate by the admin", "updateSubjectStatus", { subject: repo(ann.did), deactivated: { applied: false } });
    await admin("subject of no kind", "updateSubjectStatus", { subject: { did: ann.did }, takedown: { applied: true } });
    await admin("subject of an unknown kind", "updateSubjectStatus", { subject: { $type: "org.example.x", did: ann.did }, takedown: { applied: true } });
    await admin("nobody", "updateSubjectStatus", { subject: repo("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), takedown: { applied: true } });
    await side.procedure("take down, as an account", "com.atproto.admin.updateSubjectStatus", { subject: repo(ann.did), takedown: { applied: true } }, ann);
    await side.procedure("take down, nobody", "com.atproto.admin.updateSubjectStatus", { subject: repo(ann.did), takedown: { applied: true } });

    const info = (label: string, params: Record<string, string | string[]>, method = "getAccountInfo") => side.query(label, `com.atproto.admin.${method}`, params, "admin");
    await info("info", { did: ann.did });
    await info("info of nobody", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await info("info of a handle", { did: ann.handle });
    await info("infos", { dids: [ann.did, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"] }, "getAccountInfos");
    await info("infos of none", {}, "getAccountInfos");
    await info("invite codes", { limit: "2" }, "getInviteCodes");
    await info("invite codes, bad sort", { sort: "nope" }, "getInviteCodes");
    await side.query("info, as an account", "com.atproto.admin.getAccountInfo", { did: ann.did }, ann);
    await admin("disable invites", "disableAccountInvites", { account: ann.did });
    await admin("enable invites", "enableAccountInvites", { account: ann.did });
    await admin("disable invites of nobody", "disableAccountInvites", { account: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await admin("disable codes", "disableInviteCodes", { codes: ["none"], accounts: [ann.did] });
    await admin("disable codes of the admin", "disableInviteCodes", { accounts: ["admin"] });
    await admin("send mail", "sendEmail", { recipientDid: ann.did, senderDid: ann.did, subject: "s", content: "c" });
    await admin("send mail to nobody", "sendEmail", { recipientDid: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", senderDid: ann.did, content: "c" });
    await admin("e-mail", "updateAccountEmail", { account: ann.handle, email: "cf-standing-new@example.com" });
    await admin("e-mail of nobody", "updateAccountEmail", { account: "nobody-cf.test", email: "cf-standing-new2@example.com" });
    await admin("password", "updateAccountPassword", { did: ann.did, password: "from the admin" });
    await admin("password of nobody", "updateAccountPassword", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", password: "from the admin" });
    await side.procedure("sign in with it", "com.atproto.server.createSession", { identifier: ann.did, password: "from the admin" });

    const rename = (label: string, handle: string) => side.procedure(label, "com.atproto.identity.updateHandle", { handle }, ann);
    const ben = await side.person("cf-standing-ben");
    await rename("handle", "cf-standing-anne.test");
    await rename("handle, the same", "cf-standing-anne.test");
    await rename("handle in upper case", "CF-Standing-Ann.test");
    await rename("handle taken", ben.handle);
    await rename("handle reserved", "admin.test");
    await rename("handle short", "ab.test");
    await rename("handle of two labels", "a.b.test");
    await rename("handle elsewhere", "cf-nobody.example");
    await rename("handle invalid", "cf.invalid");
    await rename("handle no handle", "nope");
    await side.query("the new handle", "com.atproto.identity.resolveHandle", { handle: "cf-standing-ann.test" });
    await side.query("the handle of before", "com.atproto.identity.resolveHandle", { handle: "cf-standing-anne.test" });
    await admin("handle by the admin", "updateAccountHandle", { did: ann.did, handle: "cf-standing-adm.test" });
    await admin("handle by the admin, reserved", "updateAccountHandle", { did: ann.did, handle: "admin.test" });
    await admin("handle by the admin, taken", "updateAccountHandle", { did: ann.did, handle: ben.handle });
    await admin("handle by the admin, of nobody", "updateAccountHandle", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", handle: "cf-standing-x.test" });
    await side.query("session, renamed", "com.atproto.server.getSession", {}, ann);
    await admin("delete by the admin", "deleteAccount", { did: ben.did });
    await admin("delete by the admin again", "deleteAccount", { did: ben.did });
    await admin("delete nobody", "deleteAccount", { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await readAll(side, "deleted", ben);
    await own(side, "deleted", ben);
  },
};
