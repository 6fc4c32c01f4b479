import { evictDurableObject } from "cloudflare:test";
import { addressOf, DEFAULT_SUITE, fromBase64, keyIdOf, makeKeyPair, openRecord } from "@rookery/envelope";
import type { Outcome } from "@rookery/sync";
import { describe, expect, it, vi } from "vitest";
import { type Made, op, value } from "./agents.ts";
import { known, rows, useDirectory } from "./mail.ts";
import { arrive, createdAt, fault, headOf, hosted, hosts, listed, message, publishKey, sealedNote, stored, text, three, useNeighbours, within } from "./sealing-world.ts";
import { world } from "./worker.ts";

useDirectory();
useNeighbours();

describe("send", () => {
  it("seals without being asked, for whom it is addressed to and nobody else", async () => {
    const [alice, bob, carol] = await three();
    const { uri, cid } = value(await alice.api.send(message([bob], "the plan", { priority: 5 })));
    expect(JSON.stringify(await stored(alice, uri))).not.toMatch(/the plan|priority/);
    await arrive(bob, alice).toBe(1);
    const whole = { $type: "agent.comms.message", ...message([bob], "the plan", { priority: 5 }).record };
    expect(value(await bob.api.open({ uri }))).toEqual({ uri, cid, author: alice.did, value: whole, sealed: true });
    expect(value(await alice.api.open({ uri }))).toMatchObject({ value: whole, sealed: true });
    expect(await carol.api.open({ uri })).toMatchObject({ error: { status: 400, name: "CannotOpen", message: "The record cannot be opened" } });
  });

  it("writes plainly only what is said to be public", async () => {
    const [alice, bob] = await three();
    const { uri } = value(await alice.api.send({ ...message([bob], "for all to see"), privacy: "public" }));
    expect(JSON.stringify(await stored(alice, uri))).toContain("for all to see");
    expect(value(await bob.api.open({ uri }))).toMatchObject({ author: alice.did, sealed: false });
  });

  it("makes an agent without keys a hosted one, by the first use", async () => {
    const [alice, bob] = [await known(), await hosted()];
    expect(await listed(alice, "agent.comms.key")).toEqual([]);
    value(await alice.api.send(message([bob], "hello")));
    expect(await listed(alice, "agent.comms.key")).toHaveLength(1);
  });

  it("lists the encrypted files that are in it, so that they stay", async () => {
    const [alice, bob] = await three();
    const blob = { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "application/octet-stream", size: 300 };
    value(await alice.api.putBlob({ cid: blob.ref.$link, mimeType: blob.mimeType, size: blob.size, key: "file" }));
    const part = { $type: "agent.comms.defs#sealedFile", blob: { $link: blob.ref.$link }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) }, size: 3, name: "secret.txt" };
    const { uri } = value(await alice.api.send(message([bob], "x", { content: [text("see"), part] })));
    const [sealed] = (await stored(alice, uri))["content"] as { blobs: unknown }[];
    expect(sealed?.blobs).toEqual([{ blob }]);
    expect(JSON.stringify(sealed)).not.toContain("secret.txt");
    expect(value(await bob.api.open({ uri })).value["content"]).toEqual([text("see"), part]);
    expect(value(await alice.api.syncBlobs({ reader: "owner", limit: 10 })).cids).toEqual([blob.ref.$link]);
  });

  it("never seals for a weaker key, or for one that was exchanged", async () => {
    const [alice, bob, weak] = [await hosted(), await known(), await known()];
    await publishKey(weak, await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm"));
    await publishKey(bob, await makeKeyPair());
    value(await alice.api.send(message([bob], "one")));
    await publishKey(bob, await makeKeyPair());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
    const before = await headOf(alice);
    for (const to of [[weak], [bob], [weak, bob]]) expect(fault(await alice.api.send(message(to, "two")))).toBe("CannotSeal");
    expect(await headOf(alice)).toBe(before);
    expect(value(await alice.api.getKeys()).alarms).toMatchObject([{ did: bob.did, why: "substituted" }]);
  });

  it("answers a repeat as the first one, and refuses another record under its key", async () => {
    const [alice, bob] = await three();
    const first = { ...message([bob], "once"), rkey: "3kznmn7xqxl22" };
    const sent = value(await alice.api.send(first));
    const head = await headOf(alice);
    expect(value(await alice.api.send(first))).toEqual(sent);
    const together = await Promise.all(["3kznmn7xqxl23", "3kznmn7xqxl23", "3kznmn7xqxl23"].map((rkey) => alice.api.send({ ...first, rkey })));
    expect(new Set(together.map((one) => value(one).cid)).size).toBe(1);
    for (const other of [{ ...message([bob], "twice"), rkey: first.rkey }, { ...first, privacy: "public" as const }]) expect(fault(await alice.api.send(other))).toBe("RecordConflict");
    expect(await stored(alice, sent.uri)).toBeDefined();
    expect(head).not.toBe(await headOf(alice));
  });

  it("hands over what goes with it, in the same commit; of a handoff only to who takes over", async () => {
    const [alice, bob, carol] = await three();
    const [one, two] = [await sealedNote(alice, "3kznmn7xqxl22", "what I know"), await sealedNote(alice, "3kznmn7xqxl23", "more of it")];
    const before = world.relay.of(alice.did).length;
    const request = { uri: `at://${carol.did}/agent.comms.request/3kznmn7xqxl22`, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" };
    const handoff = { collection: "agent.comms.handoff", record: { to: bob.did, request, input: [text("the task")], createdAt } };
    value(await alice.api.send({ ...handoff, grants: [one, two, one] }));
    await expect.poll(() => world.relay.of(alice.did).length).toBe(before + 1);
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(2);
    await arrive(bob, alice).toBe(3);
    expect(value(await bob.api.open({ uri: one })).value["text"]).toBe("what I know");
    expect(value(await bob.api.open({ uri: two })).value["text"]).toBe("more of it");
    expect(fault(await carol.api.open({ uri: one }))).toBe("CannotOpen");
    // Granted already: a second message grants nothing more.
    value(await alice.api.send({ ...message([bob], "as before"), grants: [one] }));
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(2);
  });

  it.each<[string, (people: { alice: Made; bob: Made; stranger: Made }) => object, string]>([
    ["nobody's key is published", ({ stranger }) => message([stranger], "x"), "CannotSeal"],
    ["one of several has no key", ({ bob, stranger }) => message([bob, stranger], "x"), "CannotSeal"],
    ["it is for everybody", () => ({ collection: "agent.comms.broadcast", record: { content: [text("x")], createdAt } }), "CannotSeal"],
    ["a host is down", ({ bob }) => (hosts.down.add(bob.did), message([bob], "x")), "CannotSeal"],
    ["it is not what its lexicon allows", ({ bob }) => message([bob], "x", { priority: 9 }), "InvalidRequest"],
    ["it is too large", ({ bob }) => message([bob], "x", { content: Array.from({ length: 4 }, () => text("y".repeat(250_000))) }), "InvalidRequest"],
    ["it is too large to be sealed", ({ bob }) => message([bob], "x", { content: [...Array.from({ length: 3 }, () => text("y".repeat(262_000))), text("y".repeat(140_000))] }), "CannotSeal"],
    ["half a character is in it", ({ bob }) => message([bob], "x\ud800"), "InvalidRequest"],
    ["it names a plain file", ({ bob }) => message([bob], "x", { content: [{ $type: "agent.comms.defs#file", blob: { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "image/png", size: 10 } }] }), "CannotSeal"],
    ["an encrypted file was not uploaded", ({ bob }) => message([bob], "x", { content: [{ $type: "agent.comms.defs#sealedFile", blob: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) }, size: 3 }] }), "CannotSeal"],
    ["nobody is named", () => ({ collection: "com.example.note", record: { text: "x" } }), "InvalidRequest"],
    ["it is a memory", () => ({ collection: "agent.memory.note", record: { text: "x", createdAt } }), "InvalidRequest"],
    ["what it grants is not there", ({ alice, bob }) => ({ ...message([bob], "x"), grants: [`at://${alice.did}/agent.memory.note/3kznmn7xqxl29`] }), "RecordNotFound"],
    ["what it grants is another's", ({ bob }) => ({ ...message([bob], "x"), grants: [`at://${bob.did}/agent.memory.note/3kznmn7xqxl29`] }), "RecordNotFound"],
    ["what it grants is no address", ({ bob }) => ({ ...message([bob], "x"), grants: ["nonsense"] }), "InvalidRequest"],
  ])("writes nothing when %s", async (_name, make, name) => {
    const [alice, bob, stranger] = [await hosted(), await hosted(), await known()];
    const before = await headOf(alice);
    const outcome = await alice.api.send(make({ alice, bob, stranger }) as Parameters<Made["api"]["send"]>[0]);
    expect(fault(outcome)).toBe(name);
    expect(await headOf(alice)).toBe(before);
  });
});

describe("whose keys cannot be had", () => {
  it("does nothing, and makes none anew", async () => {
    const [alice, bob] = await three();
    const sent = value(await alice.api.send(message([bob], "x")));
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "x");
    const before = await headOf(alice);
    await rows(alice, (sql) => void sql.exec("UPDATE vault SET data = zeroblob(length(data))"));
    await evictDurableObject(alice.stub);
    const tries: Promise<Outcome<unknown>>[] = [
      alice.api.send(message([bob], "y")), alice.api.share({ uri, to: bob.did }), alice.api.revoke({ uri, reseal: true }), alice.api.makePublic({ uri }), alice.api.open({ uri: sent.uri }),
    ];
    for (const one of await Promise.all(tries)) expect(fault(one)).toBe("KeyUnavailable");
    expect(await headOf(alice)).toBe(before);
  });
});

describe("open", () => {
  it("does not take for its own what was sealed for its key by who was told that it is another's", async () => {
    const [alice, bob] = await three();
    const mallory = await known();
    // Mallory publishes Bob's public key as hers; what Alice writes to her opens with Bob's key.
    const [key = ""] = await listed(bob, "agent.comms.key");
    const { publicKey } = (await stored(bob, key)) as { publicKey: { $bytes: string } };
    const pair = { suite: DEFAULT_SUITE, publicKey: fromBase64(publicKey.$bytes), keyId: await keyIdOf(DEFAULT_SUITE, fromBase64(publicKey.$bytes)), privateKey: new Uint8Array(32) };
    await publishKey(mallory, pair);
    const { uri } = value(await alice.api.send(message([mallory], "for Mallory")));
    const sealed = await stored(alice, uri);
    const ring = await within(bob, ({ sealing }) => sealing.ring());
    expect((await openRecord({ ...addressOf(uri), record: sealed }, ring)).sealed).toBe(true);
    expect(fault(await bob.api.open({ uri }))).toBe("CannotOpen");
  });

  it("does not open what was moved, or is said to be for another", async () => {
    const [alice, bob, carol] = await three();
    const { uri } = value(await alice.api.send(message([bob], "for Bob")));
    const sealed = await stored(alice, uri);
    const collection = "agent.comms.message";
    const moved: [Made, string, Record<string, unknown>][] = [[alice, "3kznmn7xqxl25", sealed], [alice, "3kznmn7xqxl26", { ...sealed, to: [carol.did] }], [carol, uri.split("/").at(-1) ?? "", sealed]];
    for (const [author, rkey, record] of moved) {
      value(await author.api.write({ ops: [op({ action: "create", collection, rkey, record })] }));
      for (const one of [alice, bob, carol]) expect(fault(await one.api.open({ uri: `at://${author.did}/${collection}/${rkey}` }))).toBe("CannotOpen");
    }
  });

  it("refuses what is not there, was taken back, or cannot be asked for", async () => {
    const [alice, bob, carol] = await three();
    const { uri } = value(await alice.api.send(message([bob], "soon gone")));
    await arrive(bob, alice).toBe(1);
    hosts.down.add(alice.did);
    expect(value(await bob.api.open({ uri })).sealed).toBe(true);
    expect(fault(await carol.api.open({ uri }))).toBe("AuthorUnavailable");
    hosts.down.clear();
    const rkey = uri.split("/").at(-1) ?? "";
    value(await alice.api.write({ ops: [op({ action: "delete", collection: "agent.comms.message", rkey })] }));
    await arrive(bob, alice).toBe(2);
    for (const one of [alice, bob, carol]) expect(fault(await one.api.open({ uri }))).toBe("CannotOpen");
    for (const bad of ["nonsense", "at://x", `at://${alice.did}/agent.comms.message`, uri.replace(alice.did, "alice.test")]) expect(fault(await bob.api.open({ uri: bad }))).toBe("InvalidRequest");
  });
});
