import { addressOf, grantRecord } from "@rookery/envelope";
import type { Outcome } from "@rookery/sync";
import { describe, expect, it, vi } from "vitest";
import { send } from "../src/sealing/send.ts";
import { objectOf, op, value } from "./agents.ts";
import { known, useDirectory } from "./mail.ts";
import { arrive, createdAt, fault, headOf, holdNextWrite, hosts, listed, message, sealedNote, stored, text, three, useNeighbours, within } from "./sealing-world.ts";
import { world } from "./worker.ts";

const fileCid = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity";

useDirectory();
useNeighbours();

describe("share", () => {
  it("delivers a grant beside the record, which stays as it is", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const before = await stored(alice, uri);
    const granted = value(await alice.api.share({ uri, to: bob.did }));
    expect(await stored(alice, uri)).toEqual(before);
    await arrive(bob, alice).toBe(1);
    const [item] = value(await bob.api.listInbox({ limit: 10 })).messages;
    expect(item).toMatchObject({ uri: granted.uri, cid: granted.cid, action: "create" });
    for (const named of [{}, { grant: granted.uri }]) expect(value(await bob.api.open({ uri, ...named }))).toMatchObject({ author: alice.did, sealed: true, value: { text: "the plan" } });
    for (const named of [{}, { grant: granted.uri }]) expect(fault(await carol.api.open({ uri, ...named }))).toBe("CannotOpen");
    expect(value(await alice.api.share({ uri, to: bob.did }))).toEqual(granted);
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(1);
  });

  it("opens for whom it names, not for whose key it has", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const [record, { cid }] = [await stored(alice, uri), value(await alice.api.open({ uri }))];
    const rkey = "3kznmn7xqxl24";
    const grant = await within(alice, async ({ sealing }) => {
      const sealer = value(await sealing.sealer());
      const recipient = await sealer.keyOf(bob.did);
      return grantRecord({ ...addressOf(uri), record }, sealer.ring, { subject: { uri, cid }, place: { repo: alice.did, rkey }, to: carol.did, recipient, suite: recipient.suite, createdAt });
    });
    value(await alice.api.write({ ops: [op({ action: "create", collection: "agent.comms.grant", rkey, record: { ...grant }, validate: true })] }));
    for (const one of [bob, carol]) expect(fault(await one.api.open({ uri, grant: `at://${alice.did}/agent.comms.grant/${rkey}` }))).toBe("CannotOpen");
  });

  it("is opened by its grant before that has arrived, when it is named", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const { uri: grant } = value(await alice.api.share({ uri, to: bob.did }));
    expect(value(await bob.api.open({ uri, grant })).value["text"]).toBe("the plan");
  });

  it("gives a new grant when the reader's key is another", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const first = value(await alice.api.share({ uri, to: bob.did }));
    value(await bob.api.rotateKeys({ what: "encryption" }));
    // Somebody's key is looked up again after some minutes.
    expect(value(await alice.api.share({ uri, to: bob.did }))).toEqual(first);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
    const second = value(await alice.api.share({ uri, to: bob.did }));
    expect(second.uri).not.toBe(first.uri);
    expect(await listed(alice, "agent.comms.grant")).toEqual([second.uri]);
    expect(value(await bob.api.open({ uri, grant: second.uri })).value["text"]).toBe("the plan");
  });

  it("is for the record as it is: after a change it is shared again", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const first = value(await alice.api.share({ uri, to: bob.did }));
    await sealedNote(alice, "3kznmn7xqxl22", "a better plan");
    for (const named of [{}, { grant: first.uri }]) expect(fault(await bob.api.open({ uri, ...named }))).toBe("CannotOpen");
    const second = value(await alice.api.share({ uri, to: bob.did }));
    expect(await listed(alice, "agent.comms.grant")).toEqual([second.uri]);
    expect(value(await bob.api.open({ uri, grant: second.uri })).value["text"]).toBe("a better plan");
  });

  it("is not for what it was when it is another by then, alone or with what is sent", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const other = (plan: string) => op({ action: "put", collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record: { text: plan, createdAt } });
    hosts.meanwhile = () => objectOf(alice.did).api.write({ ops: [other("another")] });
    expect(fault(await alice.api.share({ uri, to: bob.did }))).toBe("InvalidSwap");
    await sealedNote(alice, "3kznmn7xqxl22", "a better plan");
    const sent = await within(alice, (state) => {
      holdNextWrite(state, () => state.writer.write({ ops: [other("a third")] }));
      return send(state, { ...message([bob], "look"), grants: [uri] });
    });
    expect(fault(sent)).toBe("InvalidSwap");
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
    expect(await listed(alice, "agent.comms.message")).toEqual([]);
  });

  it("is opened by one of the newest of its grants: who is sent hundreds is not kept busy with them", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const { uri: first } = value(await alice.api.share({ uri, to: bob.did }));
    const spoilt = { ...(await stored(alice, first)), createdAt: "2026-11-22T00:00:00.000Z" };
    const rkeys = Array.from({ length: 8 }, (_, i) => `4zzzzzzzzzz2${"234567ab"[i] ?? ""}`);
    const spoil = (rkey: string) => alice.api.write({ ops: [op({ action: "create", collection: "agent.comms.grant", rkey, record: spoilt })] });
    for (const rkey of rkeys.slice(1)) value(await spoil(rkey));
    await arrive(bob, alice).toBe(8);
    expect(value(await bob.api.open({ uri })).value["text"]).toBe("the plan");
    value(await spoil(rkeys[0] ?? ""));
    await arrive(bob, alice).toBe(9);
    expect(fault(await bob.api.open({ uri }))).toBe("CannotOpen");
    expect(value(await bob.api.open({ uri, grant: first })).value["text"]).toBe("the plan");
  });

  it("refuses what is not its own, not sealed, not there, or for nobody", async () => {
    const [alice, bob] = await three();
    const plain = value(await alice.api.send({ ...message([bob], "for all"), privacy: "public" }));
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "x");
    const stranger = await known();
    const before = await headOf(alice);
    expect(fault(await alice.api.share({ uri: plain.uri, to: bob.did }))).toBe("NotSealed");
    expect(fault(await bob.api.share({ uri, to: alice.did }))).toBe("RecordNotFound");
    expect(fault(await alice.api.share({ uri: `${uri}x`, to: bob.did }))).toBe("RecordNotFound");
    expect(fault(await alice.api.share({ uri, to: alice.did }))).toBe("InvalidRequest");
    expect(fault(await alice.api.share({ uri, to: stranger.did }))).toBe("CannotSeal");
    expect(await headOf(alice)).toBe(before);
  });
});

describe("revoke", () => {
  it("takes the offer back, and says who could read", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const { uri: grant } = value(await alice.api.share({ uri, to: bob.did }));
    value(await alice.api.share({ uri, to: carol.did }));
    await arrive(bob, alice).toBe(1);
    expect(value(await alice.api.revoke({ grant }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
    await arrive(bob, alice).toBe(2);
    for (const named of [{}, { grant }]) expect(fault(await bob.api.open({ uri, ...named }))).toBe("CannotOpen");
    await arrive(carol, alice).toBe(1);
    expect(value(await carol.api.open({ uri })).sealed).toBe(true);
    // Again, the other one, and one that is none.
    expect(value(await alice.api.revoke({ grant }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
    expect(value(await alice.api.revoke({ uri, to: carol.did }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
    for (const wrong of [{ grant: `${grant}x` }, { grant: uri }, { uri: `${uri}x` }]) expect(fault(await alice.api.revoke(wrong))).toBe("RecordNotFound");
    for (const wrong of [{}, { grant, uri }, { grant, to: bob.did }]) expect(fault(await alice.api.revoke(wrong))).toBe("InvalidRequest");
  });

  it("does not count the author among the readers", async () => {
    const [alice, bob] = await three();
    const { uri } = value(await alice.api.send(message([bob, alice], "to both of us")));
    expect(value(await alice.api.revoke({ uri }))).toEqual({ couldRead: [bob.did] });
  });

  it("seals again, with new grants for who keeps reading, in one commit", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const { uri: grant } = value(await alice.api.share({ uri, to: bob.did }));
    const kept = value(await alice.api.share({ uri, to: carol.did }));
    const [before, old] = [world.relay.of(alice.did).length, await stored(alice, uri)];
    const done = value(await alice.api.revoke({ uri, to: bob.did, reseal: true }));
    expect(done).toMatchObject({ couldRead: [bob.did, carol.did].toSorted(), uri });
    await expect.poll(() => world.relay.of(alice.did).length).toBe(before + 1);
    const now = await stored(alice, uri);
    for (const field of ["salt", "commitment", "ciphertext"]) expect(Object(now["sealed"])[field]).not.toEqual(Object(old["sealed"])[field]);
    expect(value(await alice.api.open({ uri }))).toMatchObject({ cid: done.cid, value: { text: "the plan" } });
    for (const named of [{}, { grant }]) expect(fault(await bob.api.open({ uri, ...named }))).toBe("CannotOpen");
    await arrive(carol, alice).toBe(3);
    expect(value(await carol.api.open({ uri })).cid).toBe(done.cid);
    expect(fault(await carol.api.open({ uri, grant: kept.uri }))).toBe("CannotOpen");
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(1);
  });

  it("changes nothing when one who keeps reading cannot be sealed for", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    value(await alice.api.share({ uri, to: bob.did }));
    const rkey = "3kznmn7xqxl27";
    const grant = await stored(alice, value(await alice.api.share({ uri, to: carol.did })).uri);
    const stranger = await known();
    value(await alice.api.write({ ops: [op({ action: "create", collection: "agent.comms.grant", rkey, record: { ...grant, to: stranger.did } })] }));
    const before = await headOf(alice);
    expect(fault(await alice.api.revoke({ uri, to: bob.did, reseal: true }))).toBe("CannotSeal");
    expect(await headOf(alice)).toBe(before);
  });

  it("changes nothing when the record was changed meanwhile", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    for (const to of [bob.did, carol.did]) value(await alice.api.share({ uri, to }));
    // Keys are looked up again after some minutes, which gives time for it.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
    const other = op({ action: "put", collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record: { text: "another plan", createdAt }, validate: true });
    // A stub of its own: one is used only where it was made.
    hosts.meanwhile = () => objectOf(alice.did).api.write({ ops: [other] });
    expect(fault(await alice.api.revoke({ uri, to: bob.did, reseal: true }))).toBe("InvalidSwap");
    expect(hosts.meanwhile).toBeUndefined();
    expect(value(await alice.api.open({ uri })).value["text"]).toBe("another plan");
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(2);
  });

  it("never changes what was sent", async () => {
    const [alice, bob, carol] = await three();
    const { uri } = value(await alice.api.send(message([bob], "the plan")));
    value(await alice.api.share({ uri, to: carol.did }));
    const before = await headOf(alice);
    expect(fault(await alice.api.revoke({ uri, to: carol.did, reseal: true }))).toBe("CannotReseal");
    expect(await headOf(alice)).toBe(before);
    expect(value(await alice.api.revoke({ uri, to: carol.did }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
  });
});

describe("who was ever granted what", () => {
  it("is known however it was granted and taken back, also from before it was written down", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    for (const to of [bob.did, carol.did]) value(await alice.api.share({ uri, to }));
    await within(alice, async ({ sql }) => void sql.exec("DELETE FROM granted"));
    const [newest = "", oldest = ""] = await listed(alice, "agent.comms.grant");
    value(await alice.api.write({ ops: [op({ action: "delete", collection: "agent.comms.grant", rkey: newest.split("/").at(-1) ?? "" })] }));
    expect(value(await alice.api.revoke({ grant: oldest }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
    const other = await sealedNote(alice, "3kznmn7xqxl23", "another plan");
    value(await alice.api.share({ uri: other, to: bob.did }));
    await within(alice, async ({ sql }) => void sql.exec("DELETE FROM granted"));
    expect(value(await alice.api.revoke({ uri: other }))).toEqual({ couldRead: [bob.did] });
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
  });

  it("outlives the record while a grant is left, since there are copies of both", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    for (const to of [bob.did, carol.did]) value(await alice.api.share({ uri, to }));
    value(await alice.api.write({ ops: [op({ action: "delete", collection: "agent.memory.note", rkey: "3kznmn7xqxl22" })] }));
    for (const elsewhere of [uri.replace(alice.did, bob.did), `x${uri}`]) expect(fault(await alice.api.revoke({ uri: elsewhere }))).not.toBe("done");
    expect(value(await alice.api.revoke({ uri, to: bob.did }))).toEqual({ couldRead: [bob.did, carol.did].toSorted() });
    expect(await listed(alice, "agent.comms.grant")).toHaveLength(1);
    value(await alice.api.revoke({ uri }));
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
    expect(fault(await alice.api.revoke({ uri }))).toBe("RecordNotFound");
  });

  it("is changed by one after the other", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const same = await Promise.all([1, 2, 3].map(() => alice.api.share({ uri, to: bob.did })));
    expect(new Set(same.map((one) => value(one).uri)).size).toBe(1);
    const [, again] = await Promise.all([alice.api.share({ uri, to: carol.did }), alice.api.revoke({ uri, to: bob.did, reseal: true })]);
    const [grant] = await listed(alice, "agent.comms.grant");
    expect(value(await carol.api.open({ uri, ...(grant === undefined ? {} : { grant }) })).cid).toBe(value(again).cid);
    expect(fault(await bob.api.open({ uri }))).toBe("CannotOpen");
  });
});

describe("makePublic", () => {
  it("writes a memory plainly under its key, and drops its grants", async () => {
    const [alice, bob, carol] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "no secret any more");
    value(await alice.api.share({ uri, to: bob.did }));
    const done = value(await alice.api.makePublic({ uri }));
    expect(done.uri).toBe(uri);
    expect(await stored(alice, uri)).toEqual({ $type: "agent.memory.note", text: "no secret any more", createdAt });
    expect(await listed(alice, "agent.comms.grant")).toEqual([]);
    expect(value(await carol.api.open({ uri }))).toMatchObject({ sealed: false, cid: done.cid });
    expect(value(await alice.api.makePublic({ uri }))).toEqual(done);
    expect(fault(await alice.api.share({ uri, to: bob.did }))).toBe("NotSealed");
  });

  it("publishes the data key of what was sent, which stays as it is", async () => {
    const [alice, bob, carol] = await three();
    const { uri, cid } = value(await alice.api.send(message([bob], "no secret any more")));
    const other = value(await alice.api.send(message([bob], "a secret still")));
    expect(fault(await carol.api.open({ uri }))).toBe("CannotOpen");
    const done = value(await alice.api.makePublic({ uri }));
    expect(done.uri).toBe(`at://${alice.did}/agent.comms.disclosure/${cid}`);
    expect(value(await carol.api.open({ uri }))).toMatchObject({ uri, cid, sealed: true, value: { content: [text("no secret any more")] } });
    expect(fault(await carol.api.open({ uri: other.uri }))).toBe("CannotOpen");
    expect(value(await alice.api.makePublic({ uri }))).toEqual(done);
    expect(fault(await alice.api.share({ uri, to: carol.did }))).toBe("NotSealed");
    expect(fault(await alice.api.revoke({ uri }))).toBe("NotSealed");
  });

  it("never brings back what was there before", async () => {
    const [alice] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "the plan");
    const other = op({ action: "put", collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record: { text: "another plan", createdAt }, validate: true });
    const [done] = await Promise.all([alice.api.makePublic({ uri }), alice.api.write({ ops: [other] })]);
    expect(["done", "InvalidSwap"]).toContain(fault(done));
    expect((await stored(alice, uri))["text"]).toBe("another plan");
  });

  it("keeps encrypted files: then the data key of a memory is published too", async () => {
    const [alice, bob] = await three();
    const blob = { $type: "blob", ref: { $link: fileCid }, mimeType: "application/octet-stream", size: 300 } as const;
    value(await alice.api.putBlob({ cid: fileCid, mimeType: blob.mimeType, size: blob.size, key: "file" }));
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "see the file", [blob]);
    const { cid = "" } = value(await alice.api.revoke({ uri, reseal: true }));
    expect(Object((await stored(alice, uri))["sealed"]).blobs).toEqual([{ blob }]);
    expect(value(await alice.api.makePublic({ uri })).uri).toBe(`at://${alice.did}/agent.comms.disclosure/${cid}`);
    expect(value(await bob.api.open({ uri }))).toMatchObject({ sealed: true, value: { text: "see the file" } });
    expect(value(await alice.api.syncBlob({ reader: "owner", cid: fileCid })).key).toBe("file");
  });

  it("refuses what is not there or another's, and answers for what is plain", async () => {
    const [alice, bob] = await three();
    const sent = value(await alice.api.send({ ...message([bob], "x"), privacy: "public" }));
    const before = await headOf(alice);
    expect(value(await alice.api.makePublic({ uri: sent.uri }))).toEqual(sent);
    for (const uri of [`${sent.uri}x`, sent.uri.replace(alice.did, bob.did)]) expect(fault(await alice.api.makePublic({ uri }))).toBe("RecordNotFound");
    expect(await headOf(alice)).toBe(before);
  });
});

describe("an agent whose owner holds the keys", () => {
  it("is not sealed for by its colony", async () => {
    const [alice, bob] = await three();
    const uri = await sealedNote(alice, "3kznmn7xqxl22", "x");
    value(await alice.api.takeKeys({}));
    const before = await headOf(alice);
    const tries: Promise<Outcome<unknown>>[] = [alice.api.send(message([bob], "x")), alice.api.share({ uri, to: bob.did }), alice.api.revoke({ uri, reseal: true }), alice.api.makePublic({ uri })];
    for (const one of await Promise.all(tries)) expect(fault(one)).toBe("SelfKeyed");
    expect(await headOf(alice)).toBe(before);
  });
});
