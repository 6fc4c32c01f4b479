import { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { encode } from "@rookery/repo";
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { carOfRepo, foreignRepo } from "../../../pds/test/foreign-repo.ts";
import { ADMIN, ask, freshName, note, provision, xrpc } from "../../test/client.ts";
import { eventsOf } from "../../test/account-events.ts";
import { signToken } from "../../test/service-token.ts";
import { didOf } from "./operation.ts";
import { PlcClient } from "./plc-client.ts";

/** An account that comes from elsewhere, and its session here. */
const comeIn = async (): Promise<{ did: string; handle: string; auth: string; key: Secp256k1PrivateKeyExportable }> => {
  const key = await Secp256k1PrivateKeyExportable.createKeypair();
  const signingKey = await key.exportPublicKey("did");
  const unsigned = { type: "plc_operation" as const, rotationKeys: [signingKey], alsoKnownAs: [], services: {}, verificationMethods: { atproto: signingKey }, prev: null };
  const genesis = { ...unsigned, sig: Buffer.from(await key.sign(encode(unsigned))).toString("base64url") };
  const did = didOf(genesis);
  const posted = await new PlcClient(env.PLC_URL).submitGenesis(did, genesis);
  if (!posted.ok) throw new Error(posted.error.message);
  const handle = `${freshName()}.test`;
  const token = await signToken({ iss: did, aud: "did:web:localhost%3A3000", lxm: "com.atproto.server.createAccount" }, { key, header: { alg: "ES256K" } });
  const opened = await xrpc<{ accessJwt: string }>("com.atproto.server.createAccount", { auth: `Bearer ${token}`, json: { did, handle, email: `${handle}@example.com`, password: "password of a newcomer" } });
  expect(opened.status).toBe(200);
  return { did, handle, key, auth: `Bearer ${opened.body.accessJwt}` };
};

const listed = async (did: string): Promise<unknown> => {
  const page = await xrpc<{ repos: { did: string }[] }>("com.atproto.sync.listRepos", { params: { limit: "1000" } });
  return page.body.repos.find((repo) => repo.did === did);
};

const latest = async (did: string, auth: string) => (await xrpc<{ cid: string; rev: string }>("com.atproto.sync.getLatestCommit", { params: { did }, auth })).body;

describe("an account that comes from elsewhere", () => {
  it("is listed at once as deactivated, with the repository that it has, and no event tells of it", async () => {
    const { did, auth } = await comeIn();
    const { cid: head, rev } = await latest(did, auth);
    expect(await listed(did)).toEqual({ did, head, rev, active: false, status: "deactivated" });
    expect(await eventsOf(did)).toEqual([]);
  });

  it("is listed with what it has brought", async () => {
    const { did, auth, key } = await comeIn();
    const before = await latest(did, auth);
    const car = carOfRepo(await foreignRepo(did, key, new Map([["com.example.note/a", note("a")]]) as never));
    expect(await ask("/xrpc/com.atproto.repo.importRepo", { auth, body: car, headers: { "content-type": "application/vnd.ipld.car" } })).toMatchObject({ status: 200 });
    const { cid: head, rev } = await latest(did, auth);
    expect(rev > before.rev).toBe(true);
    expect(await listed(did)).toEqual({ did, head, rev, active: false, status: "deactivated" });
    expect(await eventsOf(did)).toEqual([]);
  });

  it("is listed no more when it goes as it came", async () => {
    const { did, handle } = await comeIn();
    expect((await ask(`/agents/${handle}`, { auth: ADMIN, method: "DELETE" })).status).toBe(200);
    expect(await listed(did)).toBeUndefined();
    expect(await eventsOf(did)).toEqual([]);
  });

  it("is shown to nobody but itself and the admin by agent.network.getAgent", async () => {
    const { did, auth } = await comeIn();
    const own = await provision();
    expect((await xrpc("agent.network.getAgent", { params: { actor: did }, auth })).status).not.toBe(404);
    for (const by of [undefined, own.access])
      expect(await xrpc("agent.network.getAgent", { params: { actor: did }, ...(by === undefined ? {} : { auth: by }) })).toMatchObject({ status: 404, body: { error: "AgentNotFound" } });
  });
});
