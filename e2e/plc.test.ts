import { Secp256k1Keypair } from "@atproto/crypto";
import plc from "@did-plc/lib";
import { describe, expect, inject, test } from "vitest";
import { openStream } from "./test/stream.ts";
import { headOf, NOTES, type Login, provision, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

const client = () => new plc.Client(inject("plcUrl"));

/** What every account's DID must look like. */
const expectSound = async ({ did, handle }: Pick<Login, "did" | "handle">, rotationKeys: number): Promise<void> => {
  const log = await client().getOperationLog(did);
  expect(log).toHaveLength(1);
  const data = await plc.validateOperationLog(did, log);
  expect(data).toMatchObject({
    did,
    alsoKnownAs: [`at://${handle}`],
    services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: inject("origin") } },
  });
  expect(data?.rotationKeys).toHaveLength(rotationKeys);
  // P-256, as the colony signs; the colony's rotation key signs no commits.
  expect(data?.verificationMethods.atproto).toMatch(/^did:key:zDna/);
  expect(data?.rotationKeys).not.toContain(data?.verificationMethods.atproto);
  const [genesis] = log;
  expect(genesis && (await plc.didForCreateOp(genesis as plc.Operation))).toBe(did);
};

const destroy = (name: string, params: Record<string, string> = {}) =>
  ask<{ did: string; plc: string; error?: string }>(`/agents/${name}`, { method: "DELETE", token: inject("adminKey"), params });

describe("@did-plc/lib on our DIDs", () => {
  test("the genesis of a provisioned agent and of an account that signed up", async () => {
    await expectSound(await provision("plc-agent"), 1);
    await expectSound(await signUp("plc-signup"), 1);
  });

  test("the same Idempotency-Key gives the same DID and a fresh credential; the old one is void", async () => {
    const headers = { "idempotency-key": "plc-once" };
    const create = () => ask<Login>("/agents/create", { token: inject("adminKey"), body: { name: "plc-once" }, headers });
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status, second.json.did]).toEqual([200, 200, first.json.did]);
    const login = (password: string) => ask("com.atproto.server.createSession", { body: { identifier: "plc-once.test", password } });
    expect([(await login(first.json.password)).status, (await login(second.json.password)).status]).toEqual([401, 200]);
    await expectSound(second.json, 1);
    const taken = await ask("/agents/create", { token: inject("adminKey"), body: { name: "plc-once" } });
    expect([taken.status, taken.json.error]).toEqual([400, "HandleNotAvailable"]);
  });

  test("tombstone: everything of the account is gone, and the log says so validly", async () => {
    const { did, handle, password } = await provision("plc-tomb");
    const stream = await openStream();
    const session = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: handle, password } });
    await ask("com.atproto.repo.createRecord", { token: session.json.accessJwt, body: { repo: did, collection: NOTES, record: { text: "soon gone" } } });
    expect((await destroy("plc-tomb")).json).toMatchObject({ did, plc: "tombstone" });

    const log = await client().getOperationLog(did);
    expect(log).toHaveLength(2);
    expect(await plc.validateOperationLog(did, log)).toBeNull();
    // plc.directory says 410; the server that is on npm says 404.
    expect((await fetch(`${inject("plcUrl")}/${did}`)).status).toBeOneOf([404, 410]);

    await until(() => stream.frames.some((frame) => frame.kind === "message" && frame.t === "#account" && frame.body.did === did && !frame.body.active && frame.body.status === "deleted"), "#account deleted");
    stream.close();
    for (const [method, params] of [["com.atproto.sync.getRepo", { did }], ["com.atproto.sync.getLatestCommit", { did }], ["com.atproto.sync.getRepoStatus", { did }]] as const) {
      const gone = await ask(method, { params });
      expect([gone.status, gone.json.error], method).toEqual([400, "RepoNotFound"]);
    }
    expect((await ask("com.atproto.identity.resolveHandle", { params: { handle } })).status).toBe(400);
    expect((await ask("com.atproto.server.createSession", { body: { identifier: handle, password } })).status).toBe(401);
    const write = await ask("com.atproto.repo.createRecord", { token: session.json.accessJwt, body: { repo: did, collection: NOTES, record: { text: "a token outlives its account" } } });
    expect(write.status).toBeGreaterThanOrEqual(400);
    expect(write.status).toBeLessThan(500);

    // Whoever reads the log from its beginning hears of the deletion alone.
    const past = await openStream(0);
    await until(() => past.frames.some((frame) => frame.kind === "message" && frame.t === "#account" && frame.body.did === did), "the log's end");
    past.close();
    const about = past.frames.filter((frame) => frame.kind === "message" && ((frame.t === "#commit" && frame.body.repo === did) || ((frame.t === "#identity" || frame.t === "#sync") && frame.body.did === did)));
    expect(about).toEqual([]);
  });

  test("handover: the owner's key alone rules the DID, and can move it", async () => {
    const owner = await Secp256k1Keypair.create({ exportable: true });
    const { did } = await provision("plc-owned", { recoveryKey: owner.did() });
    await expectSound({ did, handle: "plc-owned.test" }, 2);
    expect((await client().getDocumentData(did)).rotationKeys[0]).toBe(owner.did());
    expect((await destroy("plc-owned", { plc: "handover" })).json).toMatchObject({ did, plc: "handover" });
    expect(await plc.validateOperationLog(did, await client().getOperationLog(did))).toMatchObject({ rotationKeys: [owner.did()], services: {}, verificationMethods: {} });
    await client().updatePds(did, owner, "https://pds.example.com");
    expect(await plc.validateOperationLog(did, await client().getOperationLog(did))).toMatchObject({ services: { atproto_pds: { endpoint: "https://pds.example.com" } } });
  });

  test("handover needs somebody to hand over to", async () => {
    const { did } = await provision("plc-alone");
    const refused = await destroy("plc-alone", { plc: "handover" });
    expect([refused.status, refused.json.error]).toEqual([400, "RecoveryKeyRequired"]);
    expect(await headOf(did)).toHaveProperty("rev");
  });
});
