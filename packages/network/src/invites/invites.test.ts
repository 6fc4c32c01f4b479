import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, type Answer, type ErrorBody, ORIGIN, freshName, login } from "../../test/client.ts";
import { door } from "../door/door.ts";
import { Registry } from "../registry/registry.ts";
import type { InviteCode } from "./invite-store.ts";

/** The tests' colony, where nobody comes in without an invitation. */
const closed = { ...env, OPEN_REGISTRATION: "" };
/** The same, where a millisecond of an account's life earns it a code. */
const generous = { ...closed, INVITE_INTERVAL_MS: "1" };

const xrpc = async <T = ErrorBody>(nsid: string, { json, auth, params = {}, at = closed }: { json?: unknown; auth?: string; params?: Record<string, string>; at?: typeof closed } = {}): Promise<Answer<T>> => {
  const answer = await door(
    new Request(`${ORIGIN}/xrpc/${nsid}?${new URLSearchParams(params)}`, {
      method: json === undefined ? "GET" : "POST",
      headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...(auth === undefined ? {} : { authorization: auth }) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }),
    at,
  );
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === "" ? "" : JSON.parse(text)) as T };
};

const register = (inviteCode?: string, more: Record<string, unknown> = {}) => {
  const handle = `${freshName()}.test`;
  return xrpc<{ did: string; handle: string; accessJwt: string; error?: string; message?: string }>("com.atproto.server.createAccount", {
    json: { handle, email: `${handle}@example.com`, password: "correct horse", ...(inviteCode === undefined ? {} : { inviteCode }), ...more },
  });
};

const makeCode = async (input: { useCount: number; forAccount?: string } = { useCount: 1 }): Promise<string> =>
  (await xrpc<{ code: string }>("com.atproto.server.createInviteCode", { auth: ADMIN, json: input })).body.code;

const admin = <T = ErrorBody>(method: string, json: unknown) => xrpc<T>(`com.atproto.admin.${method}`, { auth: ADMIN, json });

const gone = { status: 400, body: { error: "InvalidInviteCode", message: "Provided invite code not available" } };

beforeEach(async () => {
  await env.DB.batch([env.DB.prepare("DELETE FROM invite_code"), env.DB.prepare("DELETE FROM invite_use")]);
});

describe("invite codes", () => {
  it("are asked for, and good as often as they say", async () => {
    expect((await xrpc<{ inviteCodeRequired: boolean }>("com.atproto.server.describeServer")).body.inviteCodeRequired).toBe(true);
    expect(await register()).toMatchObject({ status: 400, body: { error: "InvalidInviteCode", message: "No invite code provided" } });
    expect(await register("localhost-aaaaa-aaaaa")).toMatchObject(gone);
    const code = await makeCode({ useCount: 2 });
    expect(code).toMatch(/^localhost-[a-z2-7]{5}-[a-z2-7]{5}$/);
    expect([(await register(code)).status, (await register(code)).status]).toEqual([200, 200]);
    expect(await register(code)).toMatchObject(gone);
  });

  it("admit no more than they say when many come at once", async () => {
    const code = await makeCode({ useCount: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => register(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(gone);
  });

  it("are not used up by who does not come in", async () => {
    const code = await makeCode();
    const { handle } = (await register(await makeCode())).body;
    expect((await register(code, { handle })).body.error).toBe("HandleNotAvailable");
    expect((await register(code, { handle: "x.test" })).body.error).toBe("InvalidHandle");
    expect((await register(code, { email: "nobody" })).status).toBe(400);
    expect((await register(code, { recoveryKey: "did:key:zwrong" })).body.error).toBe("InvalidRecoveryKey");
    expect((await register(code)).status).toBe(200);
  });

  it("are given back when a reservation is given up", async () => {
    const code = await makeCode();
    const registry = new Registry(env.DB);
    const row = {
      did: "did:plc:reservedreservedreserved", handle: "reserved-one.test", email: null, idempotency_key: null, genesis: "null", signing_key: new ArrayBuffer(1), model: null,
      lease_until: 0, created_at: Date.now(), master_key: null, inviteCode: code,
    };
    expect(await registry.reserve(row)).toBe(true);
    expect(await registry.reserve({ ...row, did: "did:plc:another", handle: "another-one.test" })).toBe(false);
    expect(await registry.byHandle("another-one.test")).toBe(null);
    const reserved = await registry.byDid(row.did);
    if (reserved === null) throw new Error("not reserved");
    expect(await registry.claim(reserved, Date.now())).toBe(true);
    expect((await register(code)).status).toBe(200);
    await registry.bury(row, "tombstone", Date.now());
  });

  it("are looked at where nobody has to bring one, too", async () => {
    expect(await xrpc("com.atproto.server.createAccount", { at: env as typeof closed, json: { handle: `${freshName()}.test`, email: "x@example.com", password: "x", inviteCode: "wrong" } })).toMatchObject(gone);
  });

  it("are made for several accounts at once, and counted", async () => {
    const made = await xrpc<{ codes: { account: string; codes: string[] }[] }>("com.atproto.server.createInviteCodes", {
      auth: ADMIN, json: { codeCount: 2, useCount: 3, forAccounts: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"] },
    });
    expect(made.body.codes.map(({ account, codes }) => [account, codes.length])).toEqual([["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 2], ["did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", 2]]);
    const plain = await xrpc<{ codes: { account: string; codes: string[] }[] }>("com.atproto.server.createInviteCodes", { auth: ADMIN, json: { codeCount: 1, useCount: 1 } });
    expect(plain.body.codes).toEqual([{ account: "admin", codes: [expect.any(String)] }]);
    expect((await xrpc("com.atproto.server.createInviteCodes", { auth: ADMIN, json: { codeCount: 10_001, useCount: 1 } })).status).toBe(400);
  });
});

describe("an account's own codes", () => {
  it("are those it was given and those it earned, without the disabled ones, and without the used ones when asked", async () => {
    const { did, accessJwt } = (await register(await makeCode())).body;
    const auth = `Bearer ${accessJwt}`;
    const codes = async (params: Record<string, string> = {}, at = closed) => (await xrpc<{ codes: InviteCode[] }>("com.atproto.server.getAccountInviteCodes", { auth, params, at })).body.codes;
    expect(await codes()).toEqual([]);
    const given = await makeCode({ useCount: 1, forAccount: did });
    const guest = (await register(given)).body;
    expect(await codes()).toEqual([
      { code: given, available: 1, disabled: false, forAccount: did, createdBy: "admin", createdAt: expect.any(String), uses: [{ usedBy: guest.did, usedAt: expect.any(String) }] },
    ]);
    expect(await codes({ includeUsed: "false" })).toEqual([]);
    expect(await codes({ createAvailable: "false" }, generous)).toHaveLength(1);
    const earned = await codes({ includeUsed: "false" }, generous);
    expect(earned).toHaveLength(5);
    for (const one of earned) expect(one).toMatchObject({ available: 1, forAccount: did, createdBy: did, uses: [] });
    expect(await codes({}, generous)).toHaveLength(6);
    expect((await admin("disableInviteCodes", { codes: [earned[0]?.code] })).status).toBe(200);
    expect(await codes({ includeUsed: "false" })).toHaveLength(4);
    expect((await admin("disableInviteCodes", { accounts: [did] })).status).toBe(200);
    expect(await codes()).toEqual([]);
    expect(await register(earned[1]?.code)).toMatchObject(gone);
  });

  it("are disabled from the start where the admin says so", async () => {
    const { did, accessJwt } = (await register(await makeCode())).body;
    const codes = async () => (await xrpc<{ codes: InviteCode[] }>("com.atproto.server.getAccountInviteCodes", { auth: `Bearer ${accessJwt}`, at: generous })).body.codes;
    expect((await admin("disableAccountInvites", { account: did })).status).toBe(200);
    expect(await codes()).toEqual([]);
    expect((await admin("enableAccountInvites", { account: did })).status).toBe(200);
    expect(await codes()).toHaveLength(5);
    expect((await admin("enableAccountInvites", { account: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" })).status).toBe(400);
    expect((await admin("disableInviteCodes", { accounts: ["admin"] })).body).toEqual({ error: "InvalidRequest", message: "cannot disable admin invite codes" });
  });

  it("of an account that was taken down let nobody in", async () => {
    const { did } = (await register(await makeCode())).body;
    const code = await makeCode({ useCount: 1, forAccount: did });
    const takedown = (applied: boolean) => admin("updateSubjectStatus", { subject: { $type: "com.atproto.admin.defs#repoRef", did }, takedown: { applied } });
    expect((await takedown(true)).status).toBe(200);
    await expect.poll(async () => (await new Registry(env.DB).byDid(did))?.status).toBe("takendown");
    expect(await register(code)).toMatchObject(gone);
    await takedown(false);
    await expect.poll(async () => (await new Registry(env.DB).byDid(did))?.status).toBe(null);
    expect((await register(code)).status).toBe(200);
  });
});

describe("all codes", () => {
  it("are listed a page at a time, by age and by use", async () => {
    const all: string[] = [];
    for (let i = 0; i < 5; i++) all.push(await makeCode({ useCount: 9 }));
    await env.DB.batch(all.map((code, i) => env.DB.prepare("UPDATE invite_code SET created_at = ? WHERE code = ?").bind(new Date(1_000_000 + i).toISOString(), code)));
    for (const i of [1, 1, 3]) await register(all[i]);
    const walk = async (sort: string): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = (await xrpc<{ cursor?: string; codes: InviteCode[] }>("com.atproto.admin.getInviteCodes", { auth: ADMIN, params: { sort, limit: "2", ...(cursor === undefined ? {} : { cursor }) } })).body;
        if (page.cursor === undefined) return seen;
        seen.push(...page.codes.map(({ code }) => code));
        ({ cursor } = page);
      }
    };
    expect(await walk("recent")).toEqual(all.toReversed());
    const byUse = await walk("usage");
    expect(byUse.slice(0, 2)).toEqual([all[1], all[3]]);
    expect(byUse.toSorted()).toEqual(all.toSorted());
    const wrong = (params: Record<string, string>) => xrpc("com.atproto.admin.getInviteCodes", { auth: ADMIN, params });
    expect((await wrong({ sort: "age" })).body).toEqual({ error: "InvalidRequest", message: "unknown sort method: age" });
    for (const cursor of ["x", "1", "x::y", "1::a::b", "99999999999999999999::a"]) expect((await wrong({ cursor })).body).toEqual({ error: "InvalidRequest", message: "Malformed cursor" });
  });
});

it("whoever is invited signs in as everybody does", async () => {
  const made = (await register(await makeCode())).body;
  await login(made.handle, "correct horse");
});
