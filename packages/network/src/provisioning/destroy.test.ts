import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { hostOf, provisioningOf } from "../host/host.ts";
import { ADMIN, ask, note, provision, xrpc } from "../../test/client.ts";
import type { PlcOperation } from "./operation.ts";

const lastOperation = async (did: string) => (await fetch(`${env.PLC_URL}/${did}/log/last`)).json<PlcOperation | { type: string }>();

describe("destroying an agent", () => {
  it("leaves nothing of it: session, repository, blobs, name; the DID is tombstoned", async () => {
    const agent = await provision();
    await xrpc("com.atproto.repo.createRecord", { auth: agent.access, json: { repo: agent.did, collection: "com.example.note", record: note("bye") } });
    const blob = await xrpc<{ blob: { ref: { $link: string } } }>("com.atproto.repo.uploadBlob", {
      auth: agent.access,
      body: "some bytes",
      headers: { "content-type": "text/plain" },
    });
    expect(blob.status).toBe(200);
    const gone = await ask<{ did: string }>(`/agents/${agent.handle.replace(".test", "")}`, { method: "DELETE", auth: ADMIN });
    expect(gone).toMatchObject({ status: 200, body: { did: agent.did, plc: "tombstone" } });

    expect(await lastOperation(agent.did)).toMatchObject({ type: "plc_tombstone" });
    expect((await env.BLOBS.list({ prefix: `blobs/${agent.did}/` })).objects).toEqual([]);
    const status = await xrpc("com.atproto.sync.getRepoStatus", { params: { did: agent.did } });
    expect(status).toMatchObject({ status: 400, body: { error: "RepoNotFound" } });
    const write = await xrpc("com.atproto.repo.createRecord", { auth: agent.access, json: { repo: agent.did, collection: "com.example.note", record: note("late") } });
    expect(write).toMatchObject({ status: 403, body: { error: "AccountNotFound" } });
    const repos = await xrpc<{ repos: { did: string }[] }>("com.atproto.sync.listRepos");
    expect(repos.body.repos.map((repo) => repo.did)).not.toContain(agent.did);
    const tables = await runInDurableObject(env.AGENT.get(env.AGENT.idFromName(agent.did)), (_, state) =>
      state.storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
    const again = await ask(`/agents/${agent.did}`, { method: "DELETE", auth: ADMIN });
    expect(again).toMatchObject({ status: 404, body: { error: "AgentNotFound" } });

    const heir = await provision(agent.handle.replace(".test", ""));
    expect(heir.did).not.toBe(agent.did);
  });

  it("leaves the DID as it is when that is its owner's, also when it is the sweeper that goes through with it", async () => {
    const agent = await provision();
    const { registry } = provisioningOf(hostOf(env));
    await registry.markDeleting(agent, "keep", null, 0);
    // What is said later, or by a row that says nothing of its end, changes nothing.
    const row = await registry.byDid(agent.did);
    if (row === null) throw new Error("no row");
    expect(await registry.claim(row, 0)).toBe(true);
    expect(await xrpc("agent.network.destroyAgent", { auth: ADMIN, json: { did: agent.did, plc: "tombstone" } })).toMatchObject({ status: 200, body: { plc: "keep" } });
    expect(await lastOperation(agent.did)).toMatchObject({ type: "plc_operation", prev: null });
    expect((await xrpc("com.atproto.sync.getRepoStatus", { params: { did: agent.did } })).body.error).toBe("RepoNotFound");

    const other = await provision();
    await registry.markDeleting(other, "keep", null, 0);
    await provisioningOf(hostOf(env)).sweep();
    expect(await registry.byDid(other.did)).toBe(null);
    expect(await lastOperation(other.did)).toMatchObject({ type: "plc_operation", prev: null });
  });

  it("hands a DID over to its owner's key alone, and only when there is one", async () => {
    const agent = await provision();
    const nobody = await ask(`/agents/${agent.did}?plc=handover`, { method: "DELETE", auth: ADMIN });
    expect(nobody).toMatchObject({ status: 400, body: { error: "RecoveryKeyRequired" } });
    const owner = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc";
    const handed = await xrpc("agent.network.destroyAgent", { auth: ADMIN, json: { did: agent.did, plc: "handover", recoveryKey: owner } });
    expect(handed).toMatchObject({ status: 200, body: { plc: "handover" } });
    expect(await lastOperation(agent.did)).toMatchObject({ type: "plc_operation", rotationKeys: [owner], services: {}, alsoKnownAs: [] });
  });
});
