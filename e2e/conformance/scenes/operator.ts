import type { Scene } from "../scene.ts";

const ADMIN = "com.atproto.admin";
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 2, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89]);

/**
 * What whoever runs a PDS does with it: every call of the shell scripts `pdsadmin` (github.com/bluesky-social/pds) and of `goat pds`
 * (github.com/bluesky-social/goat), as they send them.
 */
export const operator: Scene = {
  name: "operator",
  play: async (side) => {
    const admin = (label: string, nsid: string, body: unknown) => side.procedure(label, nsid, body, "admin");
    const info = (label: string, did: string) => side.query(label, `${ADMIN}.getAccountInfo`, { did }, "admin");

    // account create
    const { code } = (await admin("create-invite-code", "com.atproto.server.createInviteCode", { useCount: 1 })).json as { code: string };
    const account = { email: "cf-operator-new@example.com", handle: "cf-operator-new.test", password: "made by the operator" };
    const made = (await side.procedure("account create", "com.atproto.server.createAccount", { ...account, inviteCode: code })).json as { did: string };
    const ann = await side.person("cf-operator-ann");

    // account list
    const seen = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const page = (await side.quiet({ path: `/xrpc/com.atproto.sync.listRepos?limit=100${cursor === undefined ? "" : `&cursor=${cursor}`}` })).json as { repos: { did: string }[]; cursor?: string };
      for (const { did } of page.repos) seen.add(did);
      if ((cursor = page.cursor) === undefined) break;
    }
    side.answers.set("account list", { status: 200, headers: {}, body: [seen.has(made.did), seen.has(ann.did)] });
    await info("account list, details", made.did);
    await info("account info", ann.did);

    // account takedown and untakedown: the scripts name a reason, goat does not.
    const repo = { $type: `${ADMIN}.defs#repoRef`, did: ann.did };
    const status = (label: string, params: Record<string, string>) => side.query(label, `${ADMIN}.getSubjectStatus`, params, "admin");
    for (const [by, takedown] of Object.entries({ pdsadmin: { applied: true, ref: "1732233600" }, goat: { applied: true } })) {
      await admin(`account takedown, ${by}`, `${ADMIN}.updateSubjectStatus`, { subject: repo, takedown });
      await side.query(`account status, ${by}`, "com.atproto.sync.getRepoStatus", { did: ann.did });
      await info(`account info, taken down, ${by}`, ann.did);
      await side.procedure(`sign in, taken down, ${by}`, "com.atproto.server.createSession", { identifier: ann.handle, password: ann.password });
      await admin(`account untakedown, ${by}`, `${ADMIN}.updateSubjectStatus`, { subject: repo, takedown: { applied: false } });
      await side.query(`account status afterwards, ${by}`, "com.atproto.sync.getRepoStatus", { did: ann.did });
    }

    // blob status and purge
    const { blob } = (await side.quiet({ method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "*/*" }, body: PNG })).json as { blob: { ref: { $link: string } } };
    await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection: "org.example.picture", rkey: "a", record: { image: blob } } });
    const cid = blob.ref.$link;
    const subject = { $type: `${ADMIN}.defs#repoBlobRef`, did: ann.did, cid };
    const statusOf = async (label: string) => {
      await status(`blob status, ${label}`, { did: ann.did, blob: cid });
      const { status: answered } = await side.quiet({ path: `/xrpc/com.atproto.sync.getBlob?did=${ann.did}&cid=${cid}` });
      side.answers.set(`blob, ${label}`, { status: answered, headers: {} });
    };
    await statusOf("before");
    await admin("blob purge", `${ADMIN}.updateSubjectStatus`, { subject, takedown: { applied: true } });
    await statusOf("purged");
    await admin("blob purge, reversed", `${ADMIN}.updateSubjectStatus`, { subject, takedown: { applied: false } });
    await statusOf("afterwards");

    // account update and reset-password
    await admin("account update, email", `${ADMIN}.updateAccountEmail`, { account: ann.did, email: "cf-operator-other@example.com" });
    await admin("account update, handle", `${ADMIN}.updateAccountHandle`, { did: ann.did, handle: "cf-operator-two.test" });
    await info("account info, updated", ann.did);
    await admin("account reset-password", `${ADMIN}.updateAccountPassword`, { did: ann.did, password: "aB3dE5gH7jK9mN1pQ3sT5vX7" });
    await side.procedure("sign in with the old password", "com.atproto.server.createSession", { identifier: "cf-operator-two.test", password: ann.password });
    await side.procedure("sign in with the new password", "com.atproto.server.createSession", { identifier: "cf-operator-two.test", password: "aB3dE5gH7jK9mN1pQ3sT5vX7" });

    await admin("create-invites", "com.atproto.server.createInviteCodes", { codeCount: 3, useCount: 2 });

    // account delete
    await admin("account delete", `${ADMIN}.deleteAccount`, { did: made.did });
    await info("account info, deleted", made.did);
    await side.query("account status, deleted", "com.atproto.sync.getRepoStatus", { did: made.did });

    for (const [label, secret] of [["wrong", "not the password"], ["empty", ""]] as const)
      await side.ask(`password ${label}`, { path: `/xrpc/${ADMIN}.getAccountInfo?did=${ann.did}`, headers: { authorization: `Basic ${Buffer.from(`admin:${secret}`).toString("base64")}` } });
  },
};
