import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { cidToString } from "@rookery/repo";
import { encodeCommitFrame, sequenceFrame, type CommitBody } from "@rookery/sync";
import { TestAgent } from "../../sync/test/agent.ts";
import { describe, expect, it, vi } from "vitest";
import { INBOX_RETRY_BUDGET } from "../src/limits.ts";
import type { DeliveryRow } from "../src/ports.ts";
import { countWaiting } from "../src/store/inbox-waiting.ts";
import { type Made, objectOf, op } from "./agents.ts";
import { proven, write } from "./from-network.ts";
import { directory, documents, inbox, known, message, publish, readWaiting, rows, send, textsOf, useDirectory } from "./mail.ts";
import { world } from "./worker.ts";

useDirectory();

const { relay: colony, network } = world;
const COLLECTION = "agent.comms.message";
let seq = 10_000;

const fromNetwork = (agent: Made) => agent.api.wake({ source: "network" });
const fromColony = (agent: Made) => agent.api.wake({ source: "colony" });

async function alarm(agent: Made, ms: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

/** Deliveries of somebody whom no directory knows. */
function unknown(author: string, recipient: Made, count: number): void {
  const path = `${COLLECTION}/x`;
  const agent = new TestAgent(author);
  const body = agent.commit([{ action: "create", path, record: { to: [recipient.did] } }]);
  for (let i = 0; i < count; i++) {
    const row: DeliveryRow = { seq: ++seq, author, path, action: "create", frame: new Uint8Array(), proof: agent.proof(path), cid: cidAt(body, path) };
    network.proven.push({ ...row, recipient: recipient.did });
  }
}

/** His document in the directory. */
function documentOf({ did, didKey }: TestAgent): unknown {
  return { id: did, verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: didKey.slice("did:key:".length) }], service: [] };
}

const cidAt = ({ ops }: CommitBody, path: string) => cidToString(ops.find((change) => change.path === path)?.cid ?? new Uint8Array());

/** A commit of an account elsewhere, as the network's relay has it for somebody. */
function framed(body: CommitBody, recipient: Made, path: string, change: Partial<DeliveryRow>): void {
  const { frame, seqAt } = encodeCommitFrame(body);
  network.proven.push({ seq: ++seq, author: body.repo, path, action: "create", frame: sequenceFrame(frame, seqAt, seq), ...change, recipient: recipient.did });
}

describe("a sender who cannot be resolved", () => {
  it("does not hold up others, however much of his waits; it is given up, and the admin has it", async () => {
    const [alice, bob] = [await known(), await known()];
    const mallory = `did:plc:${"s".repeat(24)}`;
    unknown(mallory, bob, 1_060);
    await fromNetwork(bob);
    await send(alice, message([bob.did], "through the colony"));
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["through the colony"]);
    expect(await rows(bob, countWaiting)).toBe(1_000);
    expect(network.parkedOf(bob.did)).toHaveLength(60);
    expect(network.parkedOf(bob.did)[0]?.reason).toContain("most of it of this sender");
    // The oldest are those that wait: what comes of him in time comes in order.
    expect((await rows(bob, readWaiting))[0]?.tries).toBe(1);
  });

  it("does not use up the tries of another", async () => {
    const [alice, bob] = [await known(), await known()];
    documents.delete(alice.did);
    await send(alice, message([bob.did], "patience"));
    await fromColony(bob);
    for (let i = 0; i < 40; i++) {
      unknown(`did:plc:${"t".repeat(22)}${String.fromCharCode(97 + (i % 20))}${String.fromCharCode(97 + Math.floor(i / 20))}`, bob, 1);
      await fromNetwork(bob);
      await alarm(bob, 1_100);
    }
    expect((await rows(bob, readWaiting)).find(({ author }) => author === alice.did)?.tries).toBeLessThan(10);
    await publish(alice);
    await alarm(bob, 3_600_000);
    expect(await textsOf(bob, alice)).toEqual(["patience"]);
  });

  it("costs the others one look-up's time, also when there are many like him", async () => {
    const [alice, bob] = [await known(), await known()];
    let most = 0;
    let asking = 0;
    globalThis.fetch = async (input, init) => {
      if (!decodeURIComponent(new Request(input).url).includes("uuuuuuuu")) return directory(input, init);
      most = Math.max(most, ++asking);
      await scheduler.wait(30);
      asking--;
      throw new Error("no answer");
    };
    for (const letter of "abcdefgh") unknown(`did:plc:${"u".repeat(23)}${letter}`, bob, 1);
    await fromNetwork(bob);
    expect(most).toBe(8);
    await alarm(bob, 10_000);
    await send(alice, message([bob.did], "after all"));
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["after all"]);
  });
});

describe("a sender whose evidence is slow to come", () => {
  it("holds up a batch for as long as it may take: the rest of his letters waits, and comes in its order", async () => {
    const [slow, alice, bob] = [await known(), await known(), await known()];
    for (const text of ["one", "two", "three"]) await proven(slow, bob, await write(slow, bob, text));
    await proven(alice, bob, await write(alice, bob, "hello"));
    globalThis.fetch = async (input, init) => {
      const isSlow = decodeURIComponent(new Request(input).url).includes(slow.did);
      // The others' evidence is asked for at the same moment.
      await scheduler.wait(0);
      if (isSlow) vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + INBOX_RETRY_BUDGET });
      return directory(input, init);
    };
    await fromNetwork(bob);
    expect(await textsOf(bob, slow)).toEqual(["one"]);
    expect(await textsOf(bob, alice)).toEqual(["hello"]);
    expect(await rows(bob, readWaiting)).toMatchObject([
      { author: slow.did, tries: 1, reason: expect.stringContaining("took too long") }, { author: slow.did, tries: 0, reason: expect.stringContaining("behind") },
    ]);
    globalThis.fetch = directory;
    await alarm(bob, 2_000);
    expect(await textsOf(bob, slow)).toEqual(["one", "two", "three"]);
    expect(await rows(bob, readWaiting)).toEqual([]);
  });
});

describe("a delivery", () => {
  it("that is an update is no message, whatever its relay says", async () => {
    const bob = await known();
    const path = `${COLLECTION}/changing`;
    const author = new TestAgent(`did:plc:${"v".repeat(24)}`);
    documents.set(author.did, documentOf(author));
    author.commit([{ action: "create", path, record: { to: ["did:plc:nobody"] } }]);
    const body = author.commit([{ action: "update", path, record: { to: [bob.did] } }]);
    framed(body, bob, path, { cid: cidAt(body, path) });
    await fromNetwork(bob);
    expect(await inbox(bob)).toEqual([]);
    expect((await rows(bob, readWaiting)).map(({ reason }) => reason)).toEqual([`${path} was updated, not created`]);
  });

  it("of a record beyond the limit is no message", async () => {
    const bob = await known();
    const path = `${COLLECTION}/large`;
    const author = new TestAgent(`did:plc:${"w".repeat(24)}`);
    documents.set(author.did, documentOf(author));
    const body = author.commit([{ action: "create", path, record: { to: [bob.did], padding: "x".repeat(1_100_000) } }]);
    network.proven.push({ seq: ++seq, author: author.did, path, action: "create", frame: new Uint8Array(), proof: author.proof(path), cid: cidAt(body, path), recipient: bob.did });
    await fromNetwork(bob);
    expect(await inbox(bob)).toEqual([]);
    expect((await rows(bob, readWaiting))[0]?.reason).toContain("TooLarge");
  });

  it("of the same record written anew after it was taken back is a message again, once", async () => {
    let [alice, bob] = [await known(), await known()];
    const first = message([bob.did], "here");
    const again = op({ action: "create", collection: COLLECTION, rkey: first.rkey, validate: true, record: { to: [bob.did], content: [{ $type: "agent.comms.defs#text", text: "here" }], createdAt: "2026-11-21T00:00:00.000Z" } });
    const remove = op({ action: "delete", collection: COLLECTION, rkey: first.rkey });
    for (const change of [first, remove, again]) await send(alice, change);
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["here", "delete", "here"]);
    await abortAllDurableObjects();
    [alice, bob] = [{ ...alice, ...objectOf(alice.did) }, { ...bob, ...objectOf(bob.did) }];
    await rows(bob, (sql) => sql.exec("UPDATE inbox_source SET pulled = 0"));
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["here", "delete", "here"]);
    for (const change of [remove, again, remove]) await send(alice, change);
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["here", "delete", "here", "delete", "here", "delete"]);
    expect(colony.parkedOf(bob.did)).toEqual([]);
  });
});
