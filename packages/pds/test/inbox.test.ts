import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { type Made, op, value } from "./agents.ts";
import { documents, inbox, known, message, publish, readWaiting, rows, send, textsOf, useDirectory } from "./mail.ts";
import { world } from "./worker.ts";

useDirectory();

/** Let a day pass, and the alarm ring. Time goes on from there until the test ends. */
async function alarm(agent: Made): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * 3_600_000 });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

describe("the inbox", () => {
  it("holds each message once, in order, with what proves it checked", async () => {
    const [alice, bob] = [await known(), await known()];
    await send(alice, message([bob.did], "one"));
    await send(alice, message([bob.did], "two"), message([bob.did], "three"));
    await bob.api.wake();
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["one", "two", "three"]);
    expect(world.relay.acknowledged.get(bob.did)).toBe(world.relay.log.length);
    const [first] = await inbox(bob);
    expect(first).toMatchObject({ author: alice.did, action: "create" });
    expect(first?.uri).toMatch(`at://${alice.did}/agent.comms.message/`);
    // The relay forgets what was acknowledged, and sends everything again.
    await rows(bob, (sql) => sql.exec("UPDATE inbox_source SET pulled = 0"));
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["one", "two", "three"]);
  });

  it("takes broadcasts and retractions", async () => {
    const [alice, bob] = [await known(), await known()];
    const collection = "agent.comms.broadcast";
    const said = op({ action: "create", collection, validate: true, record: { content: [{ $type: "agent.comms.defs#text", text: "all" }], createdAt: "2026-11-21T00:00:00.000Z" } });
    await send(alice, said);
    await send(alice, op({ action: "delete", collection, rkey: said.rkey }));
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["all", "delete"]);
  });

  it("pages with a cursor and waits for the first message", async () => {
    const [alice, bob] = [await known(), await known()];
    const waiting = bob.api.listInbox({ limit: 10, waitSeconds: 20 });
    await send(alice, message([bob.did], "hello"));
    await bob.api.wake();
    const first = value(await waiting);
    expect(first.messages.length).toBeGreaterThan(0);
    const after = value(await bob.api.listInbox({ limit: 100, cursor: first.cursor ?? "" }));
    expect(after.messages.length + first.messages.length).toBe((await inbox(bob)).length);
    for (const cursor of ["x", "-1", "1.5", "1e3", "0x10", " 1", "9".repeat(17)])
      expect(await bob.api.listInbox({ limit: 10, cursor }), cursor).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });

  it("tries again when the directory is down, keeping each sender's order, and lets others pass", async () => {
    const [alice, carol, bob] = [await known(), await known(), await known()];
    documents.delete(alice.did);
    await send(alice, message([bob.did], "a1"));
    await send(carol, message([bob.did], "c1"));
    await send(alice, message([bob.did], "a2"));
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual([]);
    expect(await textsOf(bob, carol)).toEqual(["c1"]);
    const waiting = await rows(bob, readWaiting);
    expect(waiting.map(({ author, tries }) => [author, tries])).toEqual([[alice.did, 1], [alice.did, 0]]);
    expect(world.relay.acknowledged.get(bob.did)).toBe((waiting[0]?.seq ?? 0) - 1);
    await publish(alice);
    await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2"]);
    expect(await rows(bob, readWaiting)).toEqual([]);
    expect(world.relay.acknowledged.get(bob.did)).toBeGreaterThanOrEqual(waiting[1]?.seq ?? Number.NaN);
  });

  it("parks what does not verify after a few tries, and later ones go on", async () => {
    const [alice, mallory, bob] = [await known(), await known(), await known()];
    // Signed by a key that is not in Alice's document.
    await publish(alice, mallory.publicKey);
    await send(alice, message([bob.did], "forged"));
    await bob.api.wake();
    for (let i = 0; i < 4; i++) await alarm(bob);
    expect(world.relay.parkedOf(bob.did)).toMatchObject([{ reason: expect.stringContaining("BadSignature"), tries: 4 }]);
    expect(await rows(bob, readWaiting)).toEqual([]);
    await publish(alice);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    await send(alice, message([bob.did], "real"));
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["real"]);
  });

  it("does not park at the first bad signature what waited through an outage of the directory", async () => {
    const [alice, mallory, bob] = [await known(), await known(), await known()];
    documents.delete(alice.did);
    await send(alice, message([bob.did], "patience"), message([bob.did], "more"));
    await bob.api.wake();
    for (let i = 0; i < 5; i++) await alarm(bob);
    expect(await rows(bob, readWaiting)).toMatchObject([{ tries: 6 }, { tries: 5 }]);
    // The directory is back with the key of before.
    await publish(alice, mallory.publicKey);
    for (let i = 0; i < 2; i++) await alarm(bob);
    expect(await rows(bob, readWaiting)).toMatchObject([{ tries: 8, reason: expect.stringContaining("BadSignature") }, { tries: 5 }]);
    await publish(alice);
    await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual(["patience", "more"]);
    expect(world.relay.parkedOf(bob.did)).toEqual([]);
  });

  it("believes the record, not the relay, about who is meant and what was written", async () => {
    const [alice, carol, bob] = [await known(), await known(), await known()];
    await send(alice, message([carol.did], "for carol"));
    const row = world.relay.of(alice.did).at(-1);
    for (const delivery of row?.deliveries ?? []) delivery.to = [bob.did];
    await bob.api.wake();
    for (let i = 0; i < 4; i++) await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual([]);
    expect(world.relay.parkedOf(bob.did).map(({ reason }) => reason)).toContainEqual(expect.stringContaining("not addressed to"));
  });

  it("sees to it by alarm when the relay cannot be reached", async () => {
    const [alice, bob] = [await known(), await known()];
    await send(alice, message([bob.did], "late"));
    world.relay.down = true;
    await bob.api.wake();
    world.relay.down = false;
    await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual(["late"]);
  });
});
