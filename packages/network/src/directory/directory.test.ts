import type { AgentNetworkGetAgentOutput, AgentNetworkListAgentsOutput } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { ADMIN, type Login, ask, freshName, provision, xrpc } from "../../test/client.ts";
import { until } from "../../test/until.ts";

const PROFILE = "agent.comms.profile";
const CARD = { displayName: "Ada", description: "Adds numbers.", capabilities: [{ name: "add", input: [{ kind: "json" }] }], createdAt: "2026-11-21T10:00:00.000Z" };

const put = async (agent: Login, fields: Record<string, unknown>): Promise<void> => {
  const json = { repo: agent.did, collection: PROFILE, rkey: "self", record: { $type: PROFILE, ...CARD, ...fields } };
  const answer = await xrpc<unknown>("com.atproto.repo.putRecord", { auth: agent.access, json });
  expect(answer).toMatchObject({ status: 200, body: { validationStatus: "valid" } });
};

const key = async (agent: Login, rkey: string): Promise<void> => {
  const json = { repo: agent.did, collection: "agent.comms.key", rkey, record: { publicKey: { $bytes: "AAAA" } }, validate: false };
  expect((await xrpc("com.atproto.repo.createRecord", { auth: agent.access, json })).status).toBe(200);
};

const get = (actor: string, auth?: string) => xrpc<AgentNetworkGetAgentOutput>("agent.network.getAgent", { params: { actor }, ...(auth === undefined ? {} : { auth }) });

/** The whole directory, page by page. */
const list = async (limit = 100): Promise<AgentNetworkListAgentsOutput["agents"]> => {
  const agents: AgentNetworkListAgentsOutput["agents"] = [];
  for (let cursor: string | undefined; ; ) {
    const { status, body } = await xrpc<AgentNetworkListAgentsOutput>("agent.network.listAgents", { params: { limit: String(limit), ...(cursor === undefined ? {} : { cursor }) } });
    expect(status).toBe(200);
    agents.push(...body.agents);
    if (body.cursor === undefined) return agents;
    cursor = body.cursor;
  }
};

const isListed = async (did: string) => (await list()).some((agent) => agent.did === did);

describe("the directory", () => {
  it("shows agents that chose to be listed, as long as they do", async () => {
    const [ada, bob] = [await provision(freshName(), "self"), await provision(freshName(), "self")];
    await put(bob, {});
    await put(ada, { listed: true });
    await until("she is listed", () => isListed(ada.did));
    expect((await list()).find(({ did }) => did === ada.did)).toEqual({
      did: ada.did, handle: ada.handle, host: "localhost:3000", local: true, displayName: "Ada", description: "Adds numbers.", lastSeenAt: expect.any(String),
    });
    expect(await isListed(bob.did)).toBe(false);

    await put(ada, { listed: false });
    await until("she is not listed any more", async () => !(await isListed(ada.did)));
    await put(ada, { listed: true });
    await until("she is listed again", () => isListed(ada.did));
    await xrpc("com.atproto.repo.deleteRecord", { auth: ada.access, json: { repo: ada.did, collection: PROFILE, rkey: "self" } });
    await until("her profile is gone", async () => !(await isListed(ada.did)));
  });

  it("forgets agents that are destroyed", async () => {
    const name = freshName();
    const ada = await provision(name, "self");
    await put(ada, { listed: true });
    await until("she is listed", () => isListed(ada.did));
    expect((await ask(`/agents/${name}`, { method: "DELETE", auth: ADMIN })).status).toBe(200);
    expect(await isListed(ada.did)).toBe(false);
    expect((await get(ada.did)).status).toBe(404);
    expect((await get(ada.did, ADMIN)).status).toBe(404);
  });

  it("is the same in small pages and in large ones", async () => {
    for (let i = 0; i < 5; i++) await put(await provision(freshName(), "self"), { listed: true });
    await until("all are listed", async () => (await list()).length >= 5);
    expect(await list(2)).toEqual(await list());
  });

  it("has no room for a profile that is too large, and says so alike in the list and of the agent", async () => {
    const ada = await provision(freshName(), "self");
    await put(ada, { listed: true });
    await until("she is listed", () => isListed(ada.did));
    await put(ada, { listed: true, notes: Array.from({ length: 7 }, () => "n".repeat(10_000)) });
    await until("she is not listed any more", async () => !(await isListed(ada.did)));
    expect((await get(ada.did)).status).toBe(404);
    expect((await get(ada.did, ada.access)).status).toBe(200);
  });

  it("refuses what is no profile, and does not list what was not validated", async () => {
    const ada = await provision(freshName(), "self");
    const record = { $type: PROFILE, ...CARD, listed: "yes" };
    const refused = await xrpc("com.atproto.repo.putRecord", { auth: ada.access, json: { repo: ada.did, collection: PROFILE, rkey: "self", record } });
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining("listed") } });
    const elsewhere = await xrpc("com.atproto.repo.putRecord", { auth: ada.access, json: { repo: ada.did, collection: PROFILE, rkey: "other", record: { ...record, listed: true } } });
    expect(elsewhere.status).toBe(400);
    const forced = { $type: PROFILE, listed: true, displayName: 7 };
    expect((await xrpc("com.atproto.repo.putRecord", { auth: ada.access, json: { repo: ada.did, collection: PROFILE, rkey: "self", record: forced, validate: false } })).status).toBe(200);
    expect((await get(ada.did)).status).toBe(404);
    expect(await isListed(ada.did)).toBe(false);
  });

  it("gives the admin all agents by handle, as before", async () => {
    const ada = await provision(freshName(), "self");
    const { body } = await ask<AgentNetworkListAgentsOutput>("/agents", { auth: ADMIN });
    expect(body.agents.find(({ did }) => did === ada.did)).toEqual({ did: ada.did, handle: ada.handle, state: "active", createdAt: expect.any(String) });
    expect((await ask<AgentNetworkListAgentsOutput>("/agents")).body.agents.some(({ did }) => did === ada.did)).toBe(false);
  });
});

describe("agent.network.getAgent", () => {
  it("shows a listed agent to everybody, by DID and by handle, with its newest keys first", async () => {
    const ada = await provision(freshName(), "self");
    await put(ada, { listed: true });
    for (const rkey of ["3kaaaaaaaaaa2", "3kaaaaaaaaab2", "3kaaaaaaaaac2"]) await key(ada, rkey);
    const { status, body } = await get(ada.did);
    expect(status).toBe(200);
    expect(body).toMatchObject({ did: ada.did, handle: ada.handle, host: "localhost:3000", local: true, signingKey: expect.stringMatching(/^did:key:z/) });
    expect(body.profile).toMatchObject({ uri: `at://${ada.did}/${PROFILE}/self`, value: { ...CARD, listed: true } });
    expect(body.keys.map(({ uri }) => uri.split("/").at(-1))).toEqual(["3kaaaaaaaaac2", "3kaaaaaaaaab2", "3kaaaaaaaaaa2"]);
    expect(body.keys.every(({ proof }) => proof.$bytes.length > 100)).toBe(true);
    expect((await get(ada.handle)).body.did).toBe(ada.did);
    await until("she was seen", async () => (await get(ada.did)).body.lastSeenAt !== undefined);
  });

  it("bounds the number of keys", async () => {
    const ada = await provision(freshName(), "self");
    await put(ada, { listed: true });
    for (let i = 0; i < 10; i++) await key(ada, `3kaaaaaaaaa${"234567abcd"[i]}2`);
    expect((await get(ada.did)).body.keys).toHaveLength(8);
  });

  it("shows an agent that is not listed to itself and to the admin only", async () => {
    const [ada, bob] = [await provision(freshName(), "self"), await provision(freshName(), "self")];
    for (const auth of [undefined, bob.access]) expect(await get(ada.did, auth)).toMatchObject({ status: 404, body: { error: "AgentNotFound" } });
    for (const auth of [ada.access, ADMIN]) {
      const { status, body } = await get(ada.did, auth);
      expect(status).toBe(200);
      expect(body).toMatchObject({ did: ada.did, keys: [] });
      expect(body.profile).toBeUndefined();
    }
  });

  it("knows nobody else", async () => {
    for (const actor of ["nobody.test", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:web:example.com"]) {
      for (const auth of [undefined, ADMIN]) expect(await get(actor, auth)).toMatchObject({ status: 404, body: { error: "AgentNotFound" } });
    }
    expect((await get("not an actor")).status).toBe(400);
  });
});
