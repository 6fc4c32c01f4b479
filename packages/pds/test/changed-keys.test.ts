import { runInDurableObject } from "cloudflare:test";
import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { didKeyOf } from "../src/keys/public-key.ts";
import { wrapKey } from "../src/keys/wrap.ts";
import { type Made, objectOf, op, value } from "./agents.ts";
import { COLLECTION, proven, write } from "./from-network.ts";
import { documents, known, readWaiting, rows, send, textsOf, useDirectory } from "./mail.ts";
import { world } from "./worker.ts";

useDirectory();

const usual = world.records;
/** What authors' hosts do when they are asked for a proof. */
const hosts: { asked: string[]; proof: (uri: string) => Promise<Uint8Array | undefined> } = { asked: [], proof: async () => undefined };

beforeEach(() => {
  hosts.asked = [];
  hosts.proof = async () => undefined;
  world.records = { ...usual, proof: (uri) => (hosts.asked.push(uri), hosts.proof(uri)) };
});
afterEach(() => {
  world.records = usual;
});

const DAY = 24 * 3_600_000;

/** Let time pass, and the alarm ring. */
async function alarm(agent: Made, ms = DAY): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

/** A new signing key, in the repository; and what puts it into the document. */
async function renew(agent: Made): Promise<() => void> {
  const pkcs8 = new Uint8Array(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "der", type: "pkcs8" }));
  const add = await didKeyOf(pkcs8);
  expect(value(await agent.api.changeDid({ change: { kind: "signing-key", add }, wrapped: wrapKey(world.masterKey, agent.did, pkcs8) }))).toMatchObject({ state: "done" });
  const document = documents.get(agent.did);
  expect(value(await agent.api.getIdentity()).signingKey).toBe(add);
  return () => void documents.set(agent.did, JSON.parse(JSON.stringify(document).replace(/"publicKeyMultibase":"[^"]+"/, `"publicKeyMultibase":"${add.slice("did:key:".length)}"`)));
}

/** A new signing key, in the repository and in the document. */
const rotate = async (agent: Made): Promise<void> => (await renew(agent))();

/** As a colony asks them. */
const honest = async (uri: string): Promise<Uint8Array | undefined> => {
  const [, , did = "", collection = "", rkey = ""] = uri.split("/");
  const proof = await objectOf(did).api.getProof({ collection, rkey });
  return proof.ok ? proof.value : undefined;
};

describe("a message whose author has another key by the time that it is read", () => {
  it("is taken on the proof of the author's host, in its place, as is what took one back", async () => {
    const [alice, bob] = [await known(), await known()];
    const taken = await write(alice, bob, "one");
    await bob.api.wake();
    await write(alice, bob, "two");
    await send(alice, op({ action: "delete", collection: COLLECTION, rkey: taken }));
    await rotate(alice);
    hosts.proof = honest;
    await write(alice, bob, "three");
    // The key that was remembered is forgotten by then.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["one", "two", "delete", "three"]);
    expect(await rows(bob, readWaiting)).toEqual([]);
    expect(hosts.asked).toHaveLength(2);
  });

  it("is taken so as well where it came with a proof", async () => {
    const [alice, bob] = [await known(), await known()];
    const rkey = await write(alice, bob, "one");
    await proven(alice, bob, rkey);
    await rotate(alice);
    hosts.proof = honest;
    await bob.api.wake({ source: "network" });
    expect(await textsOf(bob, alice)).toEqual(["one"]);
  });

  it("waits while that host is away, and is given up when it shows nothing", async () => {
    const [alice, bob] = [await known(), await known()];
    const gone = await write(alice, bob, "gone");
    await rotate(alice);
    hosts.proof = async () => Promise.reject(new Error("the host is away"));
    await bob.api.wake();
    for (let i = 0; i < 6; i++) await alarm(bob);
    expect(await rows(bob, readWaiting)).toMatchObject([{ author: alice.did, tries: 7, reason: expect.stringContaining("the host is away") }]);
    await send(alice, op({ action: "delete", collection: COLLECTION, rkey: gone }));
    hosts.proof = honest;
    for (let i = 0; i < 6; i++) await alarm(bob);
    expect(world.relay.parkedOf(bob.did)).toMatchObject([{ path: `${COLLECTION}/${gone}`, reason: expect.stringContaining("is not there") }]);
  });

  it("is taken when the directory has that key, a minute after it was used", async () => {
    const [alice, bob] = [await known(), await known()];
    hosts.proof = honest;
    const documented = await renew(alice);
    await write(alice, bob, "early");
    await bob.api.wake();
    for (const ms of [2_000, 12_000, 20_000]) await alarm(bob, ms);
    expect(await textsOf(bob, alice)).toEqual([]);
    documented();
    await alarm(bob, 61_000);
    expect(await textsOf(bob, alice)).toEqual(["early"]);
    expect(world.relay.parkedOf(bob.did)).toEqual([]);
  });

  it("is taken when the admin has it tried once more", async () => {
    const [alice, bob] = [await known(), await known()];
    await write(alice, bob, "late");
    await rotate(alice);
    await bob.api.wake();
    for (let i = 0; i < 6; i++) await alarm(bob);
    expect(world.relay.parkedOf(bob.did)).toMatchObject([{ reason: expect.stringContaining("BadSignature") }]);
    hosts.proof = honest;
    for (const entry of world.relay.parked.values()) if (entry.recipient === bob.did) entry.again = true;
    await bob.api.wake({ source: "colony" });
    expect(await textsOf(bob, alice)).toEqual(["late"]);
    expect(world.relay.parkedOf(bob.did)).toEqual([]);
  });
});
