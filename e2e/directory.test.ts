import { P256PublicKey, parseDidKey } from "@atcute/crypto";
import { verifyRecord } from "@atcute/repo";
import { parseCid } from "@atproto/lex-data";
import { verifyProofs } from "@atproto/repo";
import type { AgentNetworkGetAgentOutput, AgentNetworkListAgentsOutput } from "@rookery/lexicon-agent-comms";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { addPeer, CROSSES_WITHIN, type Neighbour, type Neighbourhood, type Resident, settleIn, startNeighbours, untilLive } from "./test/neighbours.ts";
import { type Person, signingKeyOf, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

const PROFILE = "agent.comms.profile";
const KEY = "agent.comms.key";
const card = (more: Record<string, unknown>) => ({ $type: PROFILE, displayName: "Ada", description: "Adds numbers.", createdAt: new Date().toISOString(), ...more });
const publicKey = { publicKey: { $bytes: "AAECAwQF" } };

const list = async (origin: string): Promise<AgentNetworkListAgentsOutput["agents"]> => (await ask<AgentNetworkListAgentsOutput>("agent.network.listAgents", { origin })).json.agents;
const get = (origin: string, actor: string) => ask<AgentNetworkGetAgentOutput>("agent.network.getAgent", { origin, params: { actor } });

/** Of a record that is nowhere here. */
const OTHER_CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";

/**
 * Everything in an answer, by two implementations that know nothing of this colony: each proof holds the record at its place, is
 * of this DID, and is signed by the key in the DID document; with another key, or for another content, it does not hold.
 */
const verifyAll = async ({ did, profile, keys, signingKey = "" }: AgentNetworkGetAgentOutput, didKey: string): Promise<void> => {
  expect(signingKey).toBe(didKey);
  const key = await P256PublicKey.importRaw(parseDidKey(didKey).publicKeyBytes);
  for (const { uri, cid, value, proof } of [...(profile === undefined ? [] : [profile]), ...keys]) {
    const carBytes = new Uint8Array(Buffer.from(proof.$bytes, "base64"));
    const [, , , collection = "", rkey = ""] = uri.split("/");
    expect(await verifyRecord({ did: did as `did:plc:${string}`, collection, rkey, carBytes, publicKey: key })).toMatchObject({ cid, record: value });
    const { verified } = await verifyProofs(carBytes, [{ collection, rkey, cid: parseCid(cid) }], did, didKey);
    expect(verified).toHaveLength(1);
    const { unverified } = await verifyProofs(carBytes, [{ collection, rkey, cid: parseCid(OTHER_CID) }], did, didKey);
    expect(unverified).toHaveLength(1);
  }
};

describe("the directory of one colony", () => {
  let ada: Person;

  beforeAll(async () => {
    ada = await signUp("dir-ada");
    for (const rkey of ["3kaaaaaaaaaa2", "3kaaaaaaaaab2"]) await ada.agent.com.atproto.repo.createRecord({ repo: ada.did, collection: KEY, rkey, record: publicKey, validate: false });
  });

  test("says nothing of agents that did not choose to be in it", async () => {
    expect((await list(inject("origin"))).some(({ did }) => did === ada.did)).toBe(false);
    expect(await get(inject("origin"), ada.did)).toMatchObject({ status: 404, json: { error: "AgentNotFound" } });
  });

  test("binds keys to a DID by proofs that others can check", async () => {
    await ada.agent.com.atproto.repo.putRecord({ repo: ada.did, collection: PROFILE, rkey: "self", record: card({ listed: true }) });
    await until(async () => (await list(inject("origin"))).some(({ did }) => did === ada.did), "she is listed");
    const { status, json } = await get(inject("origin"), ada.handle);
    expect(status).toBe(200);
    expect(json.keys).toHaveLength(2);
    expect(json.profile).toBeDefined();
    await verifyAll(json, await signingKeyOf(ada.did));
    const stranger = await signUp("dir-eve");
    await expect(verifyAll(json, await signingKeyOf(stranger.did))).rejects.toThrow();
  });
});

describe("the directory of a colony and its peer", () => {
  let town: Neighbourhood;
  let a: Neighbour;
  let b: Neighbour;
  let ann: Resident;
  let ben: Resident;

  beforeAll(async () => {
    town = await startNeighbours(["verified", "verified"]);
    [a, b] = town.colonies as [Neighbour, Neighbour];
    ann = await settleIn(town, a, "ann");
    ben = await settleIn(town, b, "ben");
    expect((await addPeer(a, { url: b.origin })).status).toBe(200);
    await untilLive(a, b);
  }, 180_000);

  afterAll(async () => {
    for (const resident of [ann, ben]) await resident?.agent.close();
    await town?.stop();
  }, 60_000);

  const write = async (who: Resident, at: Neighbour, method: string, body: Record<string, unknown>): Promise<void> => {
    const { json: session } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin: at.origin, body: { identifier: who.login.handle, password: who.login.password } });
    const { status, json } = await ask(`com.atproto.repo.${method}`, { origin: at.origin, token: session.accessJwt, body: { repo: who.login.did, ...body } });
    if (status !== 200) throw new Error(`${method} answers ${status}: ${JSON.stringify(json)}`);
  };

  const didKeyOf = async (did: string): Promise<string> => {
    const data = (await (await fetch(`${town.plcUrl}/${did}/data`)).json()) as { verificationMethods: { atproto: string } };
    return data.verificationMethods.atproto;
  };

  const isListedAt = async (at: Neighbour, who: Resident) => (await list(at.origin)).some(({ did }) => did === who.login.did);

  test("shows the peer's agents that chose it, with their host, and their keys with proofs from there", async () => {
    await write(ben, b, "createRecord", { collection: KEY, rkey: "3kaaaaaaaaaa2", record: publicKey, validate: false });
    await write(ben, b, "putRecord", { collection: PROFILE, rkey: "self", record: card({ listed: true, displayName: "Ben" }) });
    for (const at of [a, b]) await until(() => isListedAt(at, ben), `ben is listed at ${at.name}`, CROSSES_WITHIN);
    expect((await list(a.origin)).find(({ did }) => did === ben.login.did)).toMatchObject({ host: b.host, local: false, displayName: "Ben", lastSeenAt: expect.any(String) });
    expect((await list(b.origin)).find(({ did }) => did === ben.login.did)).toMatchObject({ host: b.host, local: true, handle: ben.login.handle });

    // The one that his colony holds for him, and this one.
    await until(async () => (await get(a.origin, ben.login.did)).json.keys?.length >= 2, "both of his keys", CROSSES_WITHIN);
    const { status, json } = await get(a.origin, ben.login.did);
    expect([status, json]).toEqual([200, expect.objectContaining({ host: b.host, local: false, handle: ben.login.handle })]);
    expect(json.keys).toHaveLength(2);
    await verifyAll(json, await didKeyOf(ben.login.did));
    expect((await get(a.origin, ann.login.did)).status).toBe(404);
    const own = await ask<AgentNetworkListAgentsOutput>("/agents", { origin: a.origin, token: ADMIN_KEY });
    expect(own.json.agents.map(({ did }) => did)).toEqual([ann.login.did]);
  });

  test("takes them out when they do not want it any more", async () => {
    await write(ben, b, "putRecord", { collection: PROFILE, rkey: "self", record: card({ listed: false }) });
    await until(async () => !(await isListedAt(a, ben)), "ben is not listed at a", CROSSES_WITHIN);
    expect((await get(a.origin, ben.login.did)).status).toBe(404);
  });

  test("forgets them when they are destroyed", async () => {
    await write(ben, b, "putRecord", { collection: PROFILE, rkey: "self", record: card({ listed: true }) });
    await until(() => isListedAt(a, ben), "ben is listed at a again", CROSSES_WITHIN);
    expect((await ask("/agents/ben", { origin: b.origin, token: ADMIN_KEY, method: "DELETE" })).status).toBe(200);
    await until(async () => !(await isListedAt(a, ben)), "ben is gone at a", CROSSES_WITHIN);
    expect((await get(a.origin, ben.login.did)).status).toBe(404);
  });
});
