import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CROSSES_WITHIN, type Neighbour, type Neighbourhood, type Resident, addPeer, peerOf, removePeer, setPolicy, settleIn, startNeighbours, under, untilGot, untilLive,
} from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let bea: Resident;
let ben: Resident;

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann");
  bea = await settleIn(town, b, "bea");
  ben = await settleIn(town, b, "ben");
}, 180_000);

afterAll(async () => {
  for (const { agent } of [ann, bea, ben]) await agent?.close();
  await town?.stop();
}, 60_000);

/** Once this has come, whatever was sent before it on the same stream has come or never will. */
const fence = async (from: Resident, to: Resident): Promise<void> => untilGot(to, (await from.agent.send(to.login.did, "fence")).uri);

describe("two colonies", () => {
  test("say who they are", async () => {
    const card = await ask<Record<string, unknown>>("/.well-known/agent-network.json", { origin: a.origin });
    expect(card.json).toMatchObject({ protocolVersion: 1, did: a.did, origin: a.origin, relay: a.relay, handleDomains: [".a.test"], policy: { peering: "verified" }, software: { name: "rookery" } });
    const document = await ask<{ verificationMethod: { id: string; publicKeyMultibase: string }[]; service: object[] }>("/.well-known/did.json", { origin: a.origin });
    expect(document.json.verificationMethod).toEqual([expect.objectContaining({ id: `${a.did}#agent_network`, type: "Multikey", controller: a.did })]);
    expect(`did:key:${document.json.verificationMethod[0]?.publicKeyMultibase}`).toBe(card.json["publicKey"]);
    expect(document.json.service).toContainEqual({ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: a.origin });
    expect(document.json.service).toContainEqual({ id: "#agent_network_relay", type: "AgentNetworkRelay", serviceEndpoint: a.relay });
  });

  test("do not hear each other before they are peers", async () => {
    const sent = await ann.agent.send(bea.login.did, "Can you hear me?");
    expect(await peerOf(a, b)).toBeUndefined();
    await fence(ben, bea);
    expect(under(bea, sent.uri)).toEqual([]);
  });

  test("are peers after one call of one admin", async () => {
    const added = await addPeer(a, { url: b.origin });
    expect(added).toMatchObject({ status: 200, json: { peer: { name: b.host, did: b.did, state: "active", direction: "out", approved: true } } });
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ status: 409, json: { error: "AlreadyPeered" } });
    await untilLive(a, b);
    expect(await peerOf(b, a)).toMatchObject({ state: "active", direction: "in", approved: false });
  });

  test("carry a message over and its answer back, within seconds, by nothing but repositories and firehoses", async () => {
    const began = performance.now();
    const hello = await ann.agent.send(bea.login.did, "Hello over there");
    await untilGot(bea, hello.uri);
    const [greeting] = under(bea, hello.uri);
    if (greeting?.kind !== "message") throw new Error(`bea got ${greeting?.kind}`);
    expect(greeting).toMatchObject({ author: ann.login.did, cid: hello.cid });
    expect(textOf(greeting.record.content)).toBe("Hello over there");
    const answer = await bea.agent.reply(greeting, "Hello over here");
    if (answer === undefined) throw new Error("bea does not answer");
    await untilGot(ann, answer.uri);
    expect(performance.now() - began).toBeLessThan(20_000);
    // The record is where its author lives, and nowhere else; bea's colony read it there, proven.
    expect((await ask("com.atproto.repo.getRecord", { origin: b.origin, params: { repo: ann.login.did, collection: "agent.comms.message", rkey: hello.uri.split("/").at(-1) ?? "" } })).status).toBe(400);
    expect((await bea.agent.read(hello.uri))?.cid).toBe(hello.cid);
  });

  test("deliver what was sent before they were peers and is still in the window, each once", async () => {
    const early = bea.got.filter((incoming) => incoming.author === ann.login.did && incoming.kind === "message" && textOf(incoming.record.content) === "Can you hear me?");
    expect(early).toHaveLength(1);
    expect(new Set(bea.got.map(({ uri }) => uri)).size).toBe(bea.got.length);
  });

  test("know each other's handles", async () => {
    const byHandle = await ann.agent.send("bea.b.test", "By your name");
    await untilGot(bea, byHandle.uri);
    await expect(ann.agent.send("nobody.b.test", "Anybody?")).rejects.toThrow("HandleNotFound: Nobody is found by the handle nobody.b.test");
  });

  test("carry what only its recipient can read", async () => {
    const [cora, cleo] = [await settleIn(town, a, "cora", true), await settleIn(town, b, "cleo", true)];
    const sent = await cora.agent.send(cleo.login.did, "Between us");
    await untilGot(cleo, sent.uri);
    const [message] = under(cleo, sent.uri);
    expect(message?.kind === "message" && textOf(message.record.content)).toBe("Between us");
    const seen = await ask("com.atproto.repo.getRecord", { origin: a.origin, params: { repo: cora.login.did, collection: "agent.comms.message", rkey: sent.uri.split("/").at(-1) ?? "" } });
    expect(new TextDecoder().decode(seen.bytes)).not.toContain("Between us");
    for (const { agent } of [cora, cleo]) await agent.close();
  });

  test("let broadcasts of a colony that came by itself reach nobody, and those of one that the admin named everybody, once", async () => {
    // b's admin has not named a; a's admin named b.
    const unheard = await ann.agent.broadcast("Good morning, b");
    const heard = await bea.agent.broadcast("Good morning, a");
    await untilGot(ann, heard.uri);
    await untilGot(ben, heard.uri);
    await fence(ann, bea);
    expect(under(bea, unheard.uri)).toEqual([]);
    expect((await addPeer(b, { url: a.origin })).status).toBe(200);
    await untilLive(a, b);
    const welcome = await ann.agent.broadcast("And again");
    for (const who of [bea, ben]) await untilGot(who, welcome.uri);
    for (const who of [bea, ben]) expect([under(who, unheard.uri).length, under(who, welcome.uri).length]).toEqual([0, 1]);
    expect(under(ann, heard.uri)).toHaveLength(1);
    // As it was.
    expect(await removePeer(b, a.did)).toMatchObject({ status: 200, json: { removed: true, told: true } });
    expect((await addPeer(a, { url: b.origin })).status).toBe(200);
    await untilLive(a, b);
    expect(await peerOf(b, a)).toMatchObject({ state: "active", approved: false });
  });

  test("carry a request, and the answer to it", async () => {
    const off = bea.agent.onMessage(async (incoming) => {
      if (incoming.kind === "request") await bea.agent.respond(incoming, "completed", "Forty-two");
    });
    const task = await ann.agent.request(bea.login.did, "What is the answer?");
    const outcome = await task.result({ deadline: CROSSES_WITHIN });
    expect(outcome).toMatchObject({ state: "completed", by: bea.login.did });
    off();
  });
});

describe("levels of trust, from b's side", () => {
  const states: [string, string][] = [["open", "active"], ["verified", "active"], ["allowlist", "pending"], ["private", "refused"]];

  test.each(states)("at %s a colony that came by itself is %s", async (peering, state) => {
    await setPolicy(b, { peering });
    expect((await peerOf(b, a))?.state).toBe(state);
    const sent = await ann.agent.send(bea.login.did, `At ${peering}`);
    if (state === "active") return untilGot(bea, sent.uri);
    // a still listens to b; b does not listen to a.
    await fence(bea, ann);
    await fence(ben, bea);
    expect(under(bea, sent.uri)).toEqual([]);
    expect((await peerOf(b, a))?.live).toBeUndefined();
  });

  test("at allowlist it is active once it is on the list, and what waited in the window comes", async () => {
    const before = bea.got.length;
    await setPolicy(b, { peering: "allowlist", allowlist: [a.did] });
    expect((await peerOf(b, a))?.state).toBe("active");
    await until(() => bea.got.filter((one) => one.kind === "message" && /^At (allowlist|private)$/.test(textOf(one.record.content))).length === 2, "both messages", CROSSES_WITHIN);
    // Read from the beginning again, and by an admin's word now: neither what came before comes again nor what was held back then.
    expect(bea.got.slice(before).map((one) => (one.kind === "message" ? textOf(one.record.content) : `${one.kind} ${one.uri}`))).toEqual(["At allowlist", "At private"]);
  });

  test("allowAgents lets one agent through and no other", async () => {
    const abe = await settleIn(town, a, "abe");
    expect((await addPeer(b, { url: a.origin, allowAgents: [ann.login.did] })).status).toBe(200);
    const refused = await abe.agent.send(bea.login.did, "Nobody lets me in");
    const carried = await ann.agent.send(bea.login.did, "I am on the list");
    await untilGot(bea, carried.uri);
    expect(under(bea, refused.uri)).toEqual([]);
    const carriedNow = async () => (await ask<{ repos: { did: string }[] }>("com.atproto.sync.listRepos", { origin: b.relay })).json.repos.map(({ did }) => did);
    // It goes to the relay view beside the inbox.
    await until(async () => (await carriedNow()).includes(ann.login.did), "its account is carried");
    expect((await addPeer(b, { url: a.origin, allowAgents: [abe.login.did] })).status).toBe(200);
    expect(await carriedNow()).not.toContain(ann.login.did);
    await abe.agent.close();
    expect((await addPeer(b, { url: a.origin, allowAgents: null })).status).toBe(200);
  });
});

describe("what goes wrong", () => {
  test("colony b killed at once and started again goes on from its cursor", async () => {
    await setPolicy(b, { peering: "verified" });
    await untilLive(a, b);
    await fence(ann, bea);
    const cursor = (await peerOf(b, a))?.live?.cursor ?? 0;
    expect(cursor).toBeGreaterThan(0);
    await b.colony.kill();
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await ann.agent.send(bea.login.did, `While you slept ${i}`));
    await b.colony.start();
    for (const { uri } of sent) {
      await untilGot(bea, uri).catch(async (error: unknown) => {
        throw new Error(`${String(error)}; b says of a: ${JSON.stringify(await peerOf(b, a))}; its log: ${b.colony.said.slice(-1500)}`);
      });
    }
    for (const { uri } of sent) expect(under(bea, uri)).toHaveLength(1);
    expect((await peerOf(b, a))?.live?.cursor).toBeGreaterThan(cursor);
    await untilLive(a, b);
    await fence(bea, ann);
  }, 120_000);

  test("DELETE ends it on both sides", async () => {
    const removed = await removePeer(a, b.did);
    expect(removed).toMatchObject({ status: 200, json: { removed: true, told: true } });
    expect(await peerOf(a, b)).toBeUndefined();
    expect(await peerOf(b, a)).toMatchObject({ state: "refused", reason: "The other colony ended the peering." });
    expect(await removePeer(a, b.did)).toMatchObject({ status: 200, json: { removed: false } });
    const there = await ann.agent.send(bea.login.did, "Gone?");
    const back = await bea.agent.send(ann.login.did, "Gone.");
    await fence(ben, bea);
    expect(under(bea, there.uri)).toEqual([]);
    expect(under(ann, back.uri)).toEqual([]);
    const carried = await ask<{ repos: { did: string }[] }>("com.atproto.sync.listRepos", { origin: a.relay });
    expect(carried.json.repos.map(({ did }) => did)).not.toContain(bea.login.did);
  });

  test("it can begin anew, at the default level by the word of both admins", async () => {
    for (const colony of [a, b]) await setPolicy(colony, { peering: "allowlist", allowlist: [] });
    expect(await addPeer(b, { url: a.origin })).toMatchObject({ status: 200, json: { peer: { state: "pending" } } });
    expect((await peerOf(a, b))?.reason).toContain("add it as a peer to approve");
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ status: 200, json: { peer: { state: "active" } } });
    await untilLive(a, b);
    await fence(ann, bea);
    await fence(bea, ann);
    for (const who of [ann, bea, ben]) expect(new Set(who.got.map(({ uri }) => uri)).size).toBe(who.got.length);
  });
});
