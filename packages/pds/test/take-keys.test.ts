import { GRACE_MS, KEY_LIFE_MS, SealError, checkChain, makeOwnerKey } from "@rookery/envelope";
import { describe, expect, it } from "vitest";
import { leaveToOwner } from "../src/keys/custody.ts";
import { takeKeys } from "../src/keys/take-keys.ts";
import { type Made, isWaiting, makeAgent, op, ringAlarm, value } from "./agents.ts";
import { DAY, KEY, checked, hosted, inside, keyRecords, owner, ownRecord, sealerOf, travel, useObjects } from "./keys-world.ts";
import { holdNextWrite } from "./sealing-world.ts";

useObjects();

describe("an owner who takes the keys over", () => {
  it("is followed by who knew the hosted key, and the colony signs nothing more", async () => {
    const [made, writer] = [await hosted(), await hosted()];
    await inside(writer, async ({ sealing }) => (await sealerOf(sealing)).keyOf(made.did));
    const { record, rkey, pair } = await owner(made);
    const taken = value(await made.api.takeKeys({ rkey, record }));
    expect(taken.uri).toBe(`at://${made.did}/${KEY}/${rkey}`);
    expect(await made.api.takeKeys({ rkey, record })).toEqual({ ok: true, value: taken });
    const keys = await checked(made);
    expect(keys[0]?.owners).toHaveLength(2);
    expect(checkChain(keys.toReversed())).toEqual({ ok: true });
    expect(value(await made.api.getKeys()).custody).toBe("self");
    expect(await made.api.rotateKeys({ what: "encryption" })).toMatchObject({ ok: false, error: { name: "SelfKeyed" } });
    expect(await inside(made, ({ sealing }) => sealing.sealer())).toMatchObject({ ok: false, error: { name: "SelfKeyed" } });
    expect(await inside(made, async ({ sealing }) => (await sealing.keyring())?.state.owner)).toBeUndefined();
    travel(DAY / 2);
    const found = await inside(writer, async ({ sealing }) => (await sealerOf(sealing)).keyOf(made.did).catch((error: unknown) => error));
    // Of a suite that hosted agents do not seal for, but not taken for somebody else's.
    expect(found).toBeInstanceOf(SealError);
    expect(String(found)).toContain(pair.suite);
    expect(value(await writer.api.getKeys()).alarms).toEqual([]);
  });

  it("leaves what opens old mail until its grace is over", async () => {
    const made = await hosted();
    const { record, rkey } = await owner(made);
    const [held] = (await inside(made, ({ sealing }) => sealing.ring())).keys ?? [];
    value(await made.api.takeKeys({ rkey, record }));
    const rest = () => inside(made, async ({ sealing }) => [(await sealing.ring()).keys?.length, await sealing.standing(held?.keyId ?? new Uint8Array())]);
    expect(await rest()).toEqual([1, "held"]);
    travel(KEY_LIFE_MS + GRACE_MS);
    expect(await isWaiting(made, "keys")).toBe(true);
    await ringAlarm(made);
    expect(await rest()).toEqual([0, "former"]);
    expect(await isWaiting(made, "keys")).toBe(false);
  });

  it("may do it without a key, and before there ever was one", async () => {
    const [had, fresh, asked] = [await hosted(), await makeAgent(), await makeAgent({ keys: "self" })];
    for (const made of [had, fresh]) expect(value(await made.api.takeKeys({}))).toEqual({});
    for (const made of [had, fresh, asked]) expect(value(await made.api.getKeys()).custody).toBe("self");
    const { record, rkey } = await owner(await makeAgent());
    expect(await asked.api.takeKeys({ rkey, record })).toMatchObject({ ok: false });
    expect(await keyRecords(fresh)).toEqual([]);
  });

  it("is not followed by a key that the colony was making meanwhile, nor follows one that is no longer the newest", async () => {
    const [first, second] = [await hosted(), await hosted()];
    const taking = await owner(first);
    const late = await inside(first, async (state) => {
      holdNextWrite(state, () => takeKeys(state, taking));
      return state.sealing.attempt(({ own }) => own.rotate());
    });
    expect(late).toMatchObject({ ok: false, error: { name: "SelfKeyed" } });
    expect(value(await first.api.getKeys()).custody).toBe("self");
    const behind = await owner(second);
    const refused = await inside(second, async (state) => {
      holdNextWrite(state, () => state.sealing.attempt(({ own }) => own.rotate()));
      return takeKeys(state, behind);
    });
    expect(refused).toMatchObject({ ok: false, error: { name: "InvalidKey" } });
    expect(value(await second.api.getKeys()).custody).toBe("hosted");
    const fresh = await makeAgent();
    const early = await owner(fresh);
    const beaten = await inside(fresh, async (state) => {
      holdNextWrite(state, () => state.sealing.sealer());
      return takeKeys(state, early);
    });
    expect(beaten).toMatchObject({ ok: false, error: { name: "InvalidKey" } });
    expect(await keyRecords(fresh)).toHaveLength(1);
    for (const made of [first, second]) {
      const keys = await checked(made);
      expect(keys).toHaveLength(2);
      expect(checkChain(keys.toReversed())).toEqual({ ok: true });
    }
  });

  it("is told by a key record alone: who published one holds the keys", async () => {
    const made = await makeAgent();
    const { record, rkey } = await owner(made);
    value(await made.api.write({ ops: [op({ action: "create", collection: KEY, rkey, record })] }));
    expect(value(await made.api.getKeys())).toMatchObject({ custody: "self", keys: [{ keyId: record.keyId }] });
    expect(await inside(made, ({ sealing }) => sealing.sealer())).toMatchObject({ ok: false, error: { name: "SelfKeyed" } });
  });

  it("changes nothing with a record that does not follow", async () => {
    const made = await hosted();
    const [newest] = await keyRecords(made);
    const right = await owner(made);
    const prev = { uri: newest?.uri ?? "", cid: newest?.cid ?? "" };
    const stranger = await makeAgent();
    const bad: [string, Parameters<Made["api"]["takeKeys"]>[0]][] = [
      ["no record key", { record: right.record }],
      ["no TID", { rkey: "self", record: right.record }],
      ["an old record key", { rkey: "2222222222222", record: right.record }],
      ["no signature", { rkey: right.rkey, record: (await owner(made, { owners: [] })).record }],
      ["two signatures", { rkey: right.rkey, record: (await owner(made, { owners: [await makeOwnerKey(), await makeOwnerKey()] })).record }],
      ["another agent's", { rkey: right.rkey, record: (await owner(made, { did: stranger.did })).record }],
      ["follows nothing", { rkey: right.rkey, record: await ownRecord(made.did) }],
      ["follows another", { rkey: right.rkey, record: await ownRecord(made.did, { prev: { ...prev, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" } }) }],
      ["expired", { rkey: right.rkey, record: await ownRecord(made.did, { prev, createdAt: "2020-01-01T00:00:00.000Z", expiresAt: "2020-01-02T00:00:00.000Z" }) }],
      ["taken", { rkey: newest?.uri.split("/").at(-1) ?? "", record: right.record }],
    ];
    for (const [why, input] of bad) expect(await made.api.takeKeys(input), why).toMatchObject({ ok: false, error: { name: "InvalidKey" } });
    expect(await keyRecords(made)).toEqual([newest]);
    expect(value(await made.api.getKeys()).custody).toBe("hosted");
    value(await made.api.takeKeys({ rkey: right.rkey, record: right.record }));
  });

  it("is finished where it was interrupted, and not begun where it was", async () => {
    const [before, after] = [await hosted(), await hosted()];
    const { rkey } = await owner(before);
    await inside(before, async ({ vault }) => leaveToOwner(vault, rkey));
    expect(value(await before.api.getKeys()).custody).toBe("hosted");
    const taking = await owner(after);
    await inside(after, async ({ vault }) => leaveToOwner(vault, taking.rkey));
    value(await after.api.write({ ops: [op({ action: "create", collection: KEY, rkey: taking.rkey, record: taking.record })] }));
    expect(value(await after.api.getKeys()).custody).toBe("self");
    // Once taken over, deleting the record gives nothing back.
    value(await after.api.write({ ops: [op({ action: "delete", collection: KEY, rkey: taking.rkey })] }));
    expect(value(await after.api.getKeys()).custody).toBe("self");
  });
});
