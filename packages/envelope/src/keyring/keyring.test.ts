import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { BOB, CIDS, Host } from "../../test/key-host.ts";
import { toBase64 } from "../bytes.ts";
import { makeOwnerKey } from "../continuity.ts";
import { MAX_EPOCHS } from "../limits.ts";
import { type KeyState, KeyStateError, loadKeyState, saveKeyState } from "./key-state.ts";
import { type KeyStore, memoryKeyStore } from "./key-store.ts";
import { dropOver, nextEnd, OwnKeys } from "./own-keys.ts";
import { AWAKE_MS, GRACE_MS, KEY_LIFE_MS, MAX_OWN_KEYS, ROTATE_AFTER_MS } from "./settings.ts";

const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const START = Date.parse("2026-11-21T09:00:00.000Z");
const suite = "hpke-x25519-hkdfsha256-aes256gcm";

let now: number;
let store: KeyStore;
let state: KeyState;

beforeEach(async () => {
  now = START;
  store = memoryKeyStore();
  state = { keys: [], epochKeys: [new Uint8Array(32).fill(3)], former: [], owner: await makeOwnerKey("ES256"), pins: new Map() };
});

const save = () => saveKeyState(store, BOB, state);

const ownKeys = (host: Host, kept = state, keep = () => saveKeyState(store, BOB, kept)) => {
  let made = 0;
  return new OwnKeys(kept, { did: BOB, suite, now: () => now, nextRkey: () => `3kznmn7xqxl2${"234567"[kept.keys.length + made++] ?? ""}`, publish: host.publish, find: host.find, save: keep });
};

describe("own keys", () => {
  it("are published once, and again when they are old, each after the one before", async () => {
    const host = new Host();
    const keys = ownKeys(host);
    await Promise.all([keys.refresh(), keys.refresh()]);
    await keys.refresh();
    expect(host.records).toHaveLength(1);
    now += ROTATE_AFTER_MS;
    await keys.refresh();
    expect(host.records.map(({ value }) => value)).toMatchObject([{ prev: { uri: host.records[1]?.uri, cid: host.records[1]?.cid } }, { suite }]);
    expect(keys.ring.keys).toHaveLength(2);
  });

  it("are deleted when their time is over, after a long sleep a day later, and are known by their ids from then on", async () => {
    const host = new Host();
    const keys = ownKeys(host);
    await keys.refresh();
    const [first] = state.keys;
    if (first === undefined) throw new Error("no key");
    now += KEY_LIFE_MS + GRACE_MS;
    await keys.refresh();
    expect([keys.ring.keys?.length, keys.standing(first.pair.keyId)]).toEqual([2, "held"]);
    expect(keys.dueAt).toBe(now + AWAKE_MS);
    now += AWAKE_MS;
    await keys.refresh();
    expect([keys.ring.keys?.length, keys.standing(first.pair.keyId)]).toEqual([1, "former"]);
    const back = await loadKeyState(store, BOB);
    if (back === undefined) throw new Error("nothing kept");
    expect(back.keys).toHaveLength(1);
    expect([ownKeys(host, back).standing(first.pair.keyId), ownKeys(host, back).standing(new Uint8Array(32))]).toEqual(["former", undefined]);
  });

  it("are rotated when it is asked for, however young, each after the one before", async () => {
    const host = new Host();
    const keys = ownKeys(host);
    await Promise.all([keys.rotate(), keys.refresh()]);
    expect(host.records).toHaveLength(2);
    expect(Object(host.records[0]?.value).prev).toMatchObject({ uri: host.records[1]?.uri });
  });

  it("are rotated by hand until there are as many as opening tries, and each still fits", async () => {
    const host = new Host();
    const keys = ownKeys(host);
    await keys.refresh();
    const [first] = state.keys;
    if (first === undefined) throw new Error("no key");
    state.keys = Array.from({ length: MAX_OWN_KEYS }, () => first);
    await expect(keys.rotate()).rejects.toThrow(RangeError);
    expect([host.records.length, state.keys.length]).toEqual([1, MAX_OWN_KEYS]);
    now += ROTATE_AFTER_MS;
    await keys.refresh();
    expect(host.records).toHaveLength(2);
  });

  it("seal under no epoch key that is not kept yet, nor when it cannot be kept", async () => {
    let kept = state.epochKeys;
    const keys = ownKeys(new Host(), state, async () => {
      expect(kept).toContain(keys.ring.epochKeys?.[0]);
      kept = [...state.epochKeys];
    });
    await Promise.all([keys.rotateEpoch(), keys.rotateEpoch()]);
    expect(new Set(kept).size).toBe(3);
    const inUse = keys.ring.epochKeys?.[0];
    await expect(ownKeys(new Host(), state, () => Promise.reject(new Error("disk full"))).rotateEpoch()).rejects.toThrow("disk full");
    expect(keys.ring.epochKeys?.[0]).toBe(inUse);
  });

  it("seal under a new epoch when it is asked for, and there is an end to that", async () => {
    const keys = ownKeys(new Host());
    await keys.rotateEpoch();
    expect(keys.ring.epochKeys?.[1]).toEqual(new Uint8Array(32).fill(3));
    expect((await loadKeyState(store, BOB))?.epochKeys).toHaveLength(2);
    state.epochKeys = Array.from({ length: MAX_EPOCHS }, () => new Uint8Array(32));
    await expect(keys.rotateEpoch()).rejects.toThrow(RangeError);
  });

  it("that somebody else took over are published no more, and all end", async () => {
    const host = new Host();
    await ownKeys(host).refresh();
    state.owner = undefined;
    await save();
    const back = await loadKeyState(store, BOB);
    if (back === undefined) throw new Error("nothing kept");
    now += KEY_LIFE_MS + GRACE_MS - 1;
    expect([dropOver(back, now), nextEnd(back)]).toEqual([false, now + 1]);
    await expect(ownKeys(host, back).refresh()).rejects.toThrow(KeyStateError);
    expect([dropOver(back, now + 1), back.keys.length, back.former.length, nextEnd(back)]).toEqual([true, 0, 1, Number.POSITIVE_INFINITY]);
  });

  it("are kept before anybody can see them, and published by the next run", async () => {
    const host = new Host();
    host.failing = true;
    await expect(ownKeys(host).refresh()).rejects.toThrow("down");
    const kept = await loadKeyState(store, BOB);
    if (kept === undefined) throw new Error("nothing kept");
    host.failing = false;
    const next = ownKeys(host, kept);
    await next.refresh();
    expect(host.records).toMatchObject([{ value: { keyId: state.keys[0]?.record.keyId } }]);
  });

  it("are recognised when their record landed unseen", async () => {
    const host = new Host();
    const lost = ownKeys(host);
    await lost.refresh();
    const [key] = state.keys;
    if (key === undefined) throw new Error("no key");
    delete key.published;
    await ownKeys(host).refresh();
    expect(host.records).toHaveLength(1);
    expect(state.keys[0]?.published).toMatchObject({ cid: CIDS[0] });
  });
});

describe("own keys, when things go wrong", () => {
  it("are not published before they are kept, however often that fails", async () => {
    const host = new Host();
    const full: KeyStore = { load: async () => undefined, save: async () => Promise.reject(new Error("disk full")) };
    const keys = new OwnKeys(state, { did: BOB, suite, now: () => now, nextRkey: () => "3kznmn7xqxl22", publish: host.publish, find: host.find, save: () => saveKeyState(full, BOB, state) });
    for (let attempt = 0; attempt < 3; attempt++) await expect(keys.refresh()).rejects.toThrow("disk full");
    expect(host.records).toEqual([]);
  });

  it("do not go back in time with the clock", async () => {
    const host = new Host();
    const keys = ownKeys(host);
    await keys.refresh();
    const [first] = state.keys;
    if (first === undefined) throw new Error("no key");
    // Made by a clock that was right, and renewed by one that is not.
    now -= 60_000;
    await ownKeys(host, { ...state, keys: [{ ...first, pair: { ...first.pair, suite: "hpke-xwing-hkdfsha256-aes256gcm" } }] }).refresh();
    const times = host.records.map(({ value }) => Date.parse(String(Object(value).createdAt)));
    expect(times).toEqual([START, START]);
  });

  it("are renewed at once when another suite is asked for", async () => {
    const host = new Host();
    await ownKeys(host).refresh();
    const other = "hpke-xwing-hkdfsha256-aes256gcm";
    await new OwnKeys(state, { did: BOB, suite: other, now: () => now, nextRkey: () => "3kznmn7xqxl27", publish: host.publish, find: host.find, save }).refresh();
    expect(host.records.map(({ value }) => Object(value).suite)).toEqual([other, suite]);
  });
});

describe("what is kept", () => {
  it("is of one agent: no other's keys are taken for one's own", async () => {
    await ownKeys(new Host()).refresh();
    await expect(loadKeyState(store, ALICE)).rejects.toThrow(KeyStateError);
    await expect(loadKeyState(store, ALICE)).rejects.toThrow(BOB);
  });

  it("is not half right: keys that would open nothing are no keys", async () => {
    await ownKeys(new Host()).refresh();
    const text = (await store.load()) ?? "";
    const kept = JSON.parse(text) as { keys: Record<string, unknown>[]; epochKeys: string[] };
    const [key] = kept.keys;
    const wrong = [{ epochKeys: [] }, { epochKeys: ["AAAA"] }, { keys: [{ ...key, privateKey: "AAAA" }] }, { keys: [{ ...key, publicKey: "A".repeat(43) }] }, { keys: [{ ...key, rkey: 3 }] }, { pins: [[3, 4]] }];
    for (const over of wrong) await expect(loadKeyState(memoryKeyStore(JSON.stringify({ ...kept, ...over })), BOB), JSON.stringify(over)).rejects.toThrow(KeyStateError);
  });

  it("is not told by the error when it cannot be read", async () => {
    await ownKeys(new Host()).refresh();
    const text = (await store.load()) ?? "";
    const secret = toBase64(state.keys[0]?.pair.privateKey ?? new Uint8Array(0));
    const at = text.indexOf(secret);
    expect(at).toBeGreaterThan(0);
    const error: unknown = await loadKeyState(memoryKeyStore(`${text.slice(0, at + 20)}\u0001${text.slice(at + 20)}`), BOB).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeyStateError);
    expect(inspect(error, { depth: 5 })).not.toContain(secret.slice(14, 20));
  });

  it("comes back", async () => {
    await ownKeys(new Host()).refresh();
    state.pins.set(BOB, { uri: "at://x", cid: "c", value: { a: 1 } });
    await save();
    const back = await loadKeyState(store, BOB);
    expect(back?.keys).toEqual(state.keys);
    expect(back?.epochKeys).toEqual(state.epochKeys);
    expect(back?.pins).toEqual(state.pins);
    expect(back?.owner?.publicKey).toEqual(state.owner?.publicKey);
    expect(back?.owner?.privateKey).toBeInstanceOf(CryptoKey);
  });

  it.each(["", "{", "null", '{"version":2}', '{"version":1}'])("is left as it is when it cannot be read: %j", async (text) => {
    await expect(loadKeyState(memoryKeyStore(text), BOB)).rejects.toBeInstanceOf(KeyStateError);
  });
});
