import { env, exports } from "cloudflare:workers";
import { makeKeyPair, makeKeyRecord, makeOwnerKey } from "@rookery/envelope";
import type { AgentCommsGetKeysOutput, AgentCommsRotateKeysOutput, AgentCommsTakeKeysOutput } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { ADMIN, type Login, ORIGIN, ask, freshName, login, provision, xrpc } from "../test/client.ts";
import { until } from "../test/until.ts";
import { ProofError } from "./directory/proven-record.ts";
import { recordsOf } from "./directory/records.ts";
import { directoryPorts } from "./host/directory.ts";

const KEY = "agent.comms.key";

const getKeys = async ({ access }: Login): Promise<AgentCommsGetKeysOutput> => (await xrpc<AgentCommsGetKeysOutput>("agent.comms.getKeys", { auth: access })).body;

/** An agent whose first key is out. */
const hosted = async (): Promise<Login> => {
  const agent = await provision();
  await until("the first key", async () => (await getKeys(agent)).keys.length === 1);
  return agent;
};

const plainAccount = async (): Promise<Login> => {
  const handle = `${freshName()}.test`;
  const made = await xrpc<{ did: string }>("com.atproto.server.createAccount", { json: { handle, email: `${handle}@example.com`, password: "a-password-of-tests" } });
  return { did: made.body.did, handle, password: "a-password-of-tests", ...(await login(handle, "a-password-of-tests")) };
};

const recordsIn = async (did: string): Promise<string[]> => (await xrpc<{ collections: string[] }>("com.atproto.repo.describeRepo", { params: { repo: did } })).body.collections;

describe("an agent's keys, through the door", () => {
  it("are the colony's to hold for agents that it provisions, unless it is told otherwise", async () => {
    const [agent, own, account] = [await hosted(), await provision(freshName(), "self"), await plainAccount()];
    expect(await getKeys(agent)).toMatchObject({ custody: "hosted", keys: [{ uri: expect.stringContaining(`at://${agent.did}/${KEY}/`), suite: "hpke-xwing-hkdfsha256-aes256gcm" }], alarms: [] });
    expect(await recordsIn(agent.did)).toEqual([KEY]);
    expect(await getKeys(own)).toEqual({ custody: "self", keys: [], alarms: [] });
    expect(await getKeys(account)).toEqual({ custody: "none", keys: [], alarms: [] });
    for (const { did } of [own, account]) expect(await recordsIn(did)).toEqual([]);
    const nonsense = await ask("/agents/create", { auth: ADMIN, json: { name: freshName(), keys: "mine" } });
    expect([nonsense.status, nonsense.body.error]).toEqual([400, "InvalidRequest"]);
  });

  it("rotate when their agent says so", async () => {
    const agent = await hosted();
    const rotated = await xrpc<AgentCommsRotateKeysOutput>("agent.comms.rotateKeys", { auth: agent.access, json: { what: "encryption" } });
    expect((await getKeys(agent)).keys.map(({ uri }) => uri)).toEqual([rotated.body.key?.uri, expect.any(String)]);
    expect((await xrpc("agent.comms.rotateKeys", { auth: agent.access, json: { what: "epoch" } })).body).toEqual({});
    expect((await xrpc("agent.comms.rotateKeys", { auth: agent.access, json: { what: "signing" } })).body.error).toBe("InvalidRequest");
    const own = await provision(freshName(), "self");
    expect((await xrpc("agent.comms.rotateKeys", { auth: own.access, json: { what: "encryption" } })).body.error).toBe("SelfKeyed");
  });

  it("go to their owner, with a record that follows", async () => {
    const agent = await hosted();
    const [newest] = (await getKeys(agent)).keys;
    const { body } = await xrpc<{ cid: string }>("com.atproto.repo.getRecord", { params: { repo: agent.did, collection: KEY, rkey: newest?.uri.split("/").at(-1) ?? "" } });
    const now = Date.now();
    const record = await makeKeyRecord({ did: agent.did, pair: await makeKeyPair(), createdAt: new Date(now).toISOString(), expiresAt: new Date(now + 86_400_000).toISOString(), owners: [await makeOwnerKey()], prev: { uri: newest?.uri ?? "", cid: body.cid } });
    const take = (json: object) => xrpc<AgentCommsTakeKeysOutput & { error?: string }>("agent.comms.takeKeys", { auth: agent.access, json });
    for (const bad of [{ record: { ...record, keyId: 3 } }, { rkey: "4222222222222", record: { ...record, suite: "none" } }, { record }]) expect((await take(bad)).body.error).toBe("InvalidKey");
    const taken = await take({ rkey: "4222222222222", record });
    expect(taken.body.uri).toBe(`at://${agent.did}/${KEY}/4222222222222`);
    expect(await getKeys(agent)).toMatchObject({ custody: "self", keys: [{ uri: taken.body.uri }, { uri: newest?.uri }] });
  });
});

describe("records of anybody", () => {
  /** This very colony as another host: nobody is local, and what is between the two can lie. */
  const abroad = (lie: (path: string, answer: Response) => Response | Promise<Response> = (_, answer) => answer) =>
    recordsOf({
      ...directoryPorts(env),
      find: async () => undefined,
      fetch: async (input) => {
        const request = new Request(input);
        return lie(request.url.slice(ORIGIN.length), await exports.default.fetch(request));
      },
    });

  it.each([["of this colony", () => recordsOf(directoryPorts(env))], ["of another", () => abroad()]])("%s are found and proven", async (_, make) => {
    const agent = await hosted();
    const records = make();
    const [uri] = await records.keysOf(agent.did);
    expect(await records.prove(uri ?? "")).toMatchObject({ uri, cid: expect.any(String), value: { $type: KEY } });
    expect(await records.prove(`at://${agent.did}/${KEY}/3kaaaaaaaaaa2`)).toBeUndefined();
    expect(await records.keysOf((await plainAccount()).did)).toEqual([]);
    await expect(records.prove(`at://did:plc:${"a".repeat(24)}/${KEY}/3kaaaaaaaaaa2`)).rejects.toThrow("no key");
  });

  it("are not believed when their host lies", async () => {
    const [agent, other] = [await hosted(), await hosted()];
    const [uri = ""] = await abroad().keysOf(agent.did);
    const flipped = abroad(async (_, answer) => {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      return new Response(bytes);
    });
    await expect(flipped.prove(uri)).rejects.toBeInstanceOf(ProofError);
    const [theirs = ""] = await abroad().keysOf(other.did);
    const swapped = abroad(() => exports.default.fetch(new Request(`${ORIGIN}/xrpc/com.atproto.sync.getRecord?did=${other.did}&collection=${KEY}&rkey=${theirs.split("/").at(-1) ?? ""}`)));
    await expect(swapped.prove(uri)).rejects.toBeInstanceOf(ProofError);
    await expect(abroad(() => new Response("no", { status: 503 })).prove(uri)).rejects.toThrow("503");
    await expect(abroad(() => new Response(new Uint8Array(2_000_000))).prove(uri)).rejects.toThrow("more than");
  });

  it("are asked of no host that is none of the public internet, except on loopback", async () => {
    const asked: string[] = [];
    const at = (pds: string, origin: string) =>
      recordsOf({
        ...directoryPorts(env),
        origin,
        find: async () => undefined,
        dids: { resolve: async () => ({ id: "did:plc:x", service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: pds }] }) },
        fetch: async (input) => {
          asked.push(new Request(input).url);
          return new Response("no", { status: 404 });
        },
      });
    for (const pds of ["http://127.0.0.1:1", "https://localhost", "http://example.com", "https://10.0.0.1", "https://db.internal"]) await expect(at(pds, "https://colony.example.com").keysOf("did:plc:x"), pds).rejects.toThrow();
    expect(asked).toEqual([]);
    expect(await at("https://pds.example.com", "https://colony.example.com").keysOf("did:plc:x")).toEqual([]);
    expect(await at("http://127.0.0.1:1", ORIGIN).keysOf("did:plc:x")).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});
