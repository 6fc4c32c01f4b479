import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { toBase64 } from "../bytes.ts";
import { makeOwnerKey } from "../continuity.ts";
import { SealError } from "../errors.ts";
import { type FoundKeyRecord, makeKeyRecord } from "../key-record.ts";
import { MAX_EPOCHS } from "../limits.ts";
import { makeKeyPair, type SuiteName } from "../suites.ts";
import { type KeyState, KeyStateError, loadKeyState, saveKeyState } from "./key-state.ts";
import { type KeyStore, memoryKeyStore } from "./key-store.ts";
import { dropOver, nextEnd, OwnKeys } from "./own-keys.ts";
import { type KeyAlarm, PeerKeys } from "./peer-keys.ts";
import { mapPins } from "./pins.ts";
import { AWAKE_MS, GRACE_MS, KEY_LIFE_MS, LOOK_UP_PATIENCE_MS, MAX_OWN_KEYS, MAX_PINS, PEER_FRESH_MS, ROTATE_AFTER_MS } from "./settings.ts";

const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const START = Date.parse("2026-11-21T09:00:00.000Z");
const CIDS = ["bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uwpkebk2ttp2agwh3eu", "bafyreigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"];
const SUITES = ["hpke-xwing-hkdfsha256-aes256gcm", "hpke-x25519-hkdfsha256-aes256gcm"] as const;
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

/** Bob's host: what it holds of key records, newest first. */
class Host {
  readonly records: FoundKeyRecord[] = [];
  failing = false;

  publish = async (collection: string, rkey: string, value: Record<string, unknown>) => {
    if (this.failing) throw new Error("down");
    const sent = { uri: `at://${BOB}/${collection}/${rkey}`, cid: CIDS[this.records.length] ?? "" };
    this.records.unshift({ ...sent, value });
    return sent;
  };

  find = async (_collection: string, rkey: string) => this.records.find(({ uri }) => uri.endsWith(rkey));
  list = async () => this.records.map(({ uri }) => uri);
  prove = async (uri: string) => this.records.find((record) => record.uri === uri);
}

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

describe("others' keys", () => {
  const alarms: KeyAlarm[] = [];
  const peerKeys = (host: Pick<Host, "list" | "prove">, suites: readonly SuiteName[] = SUITES) => new PeerKeys(mapPins(state.pins, save), { suites, now: () => now, list: host.list, prove: host.prove, alarm: (alarm) => void alarms.push(alarm) });
  beforeEach(() => void alarms.splice(0));

  /** Bob, with a store of his own. */
  const bobs = async (host: Host) => {
    const kept: KeyState = { keys: [], epochKeys: [], former: [], owner: await makeOwnerKey("ES256"), pins: new Map() };
    const keys = new OwnKeys(kept, { did: BOB, suite, now: () => now, nextRkey: () => `3kznmn7xqxl2${"234567"[kept.keys.length] ?? ""}`, publish: host.publish, find: host.find, save: async () => undefined });
    await keys.refresh();
    return keys;
  };

  it("are pinned, remembered for a while, and followed when they are rotated", async () => {
    const host = new Host();
    const keys = await bobs(host);
    const peers = peerKeys(host);
    expect((await peers.keyOf(BOB)).uri).toBe(host.records[0]?.uri);
    expect((await loadKeyState(store, BOB))?.pins.get(BOB)?.uri).toBe(host.records[0]?.uri);
    now += ROTATE_AFTER_MS;
    await keys.refresh();
    expect((await peers.keyOf(BOB)).uri).toBe(host.records[0]?.uri);
    expect(alarms).toEqual([]);
  });

  it("are refused when they are of a suite that is too weak", async () => {
    const host = new Host();
    await bobs(host);
    await expect(peerKeys(host, ["hpke-xwing-hkdfsha256-aes256gcm"]).keyOf(BOB)).rejects.toThrow(/hpke-x25519-hkdfsha256-aes256gcm.* has to publish one of hpke-xwing-hkdfsha256-aes256gcm$/);
    expect((await loadKeyState(store, BOB))?.pins.size ?? 0).toBe(0);
  });

  it("are followed when the owner's own key changed meanwhile", async () => {
    const host = new Host();
    const [first, second] = [await makeOwnerKey("ES256"), await makeOwnerKey("Ed25519")];
    for (const owners of [[first], [second, first], [second]]) {
      const [before] = host.records;
      const createdAt = new Date((now += 1000)).toISOString();
      const record = await makeKeyRecord({ did: BOB, pair: await makeKeyPair(suite), createdAt, expiresAt: new Date(now + KEY_LIFE_MS).toISOString(), owners, ...(before && { prev: { uri: before.uri, cid: before.cid } }) });
      await host.publish("agent.comms.key", `3kznmn7xqxl2${"234567"[host.records.length] ?? ""}`, { ...record });
      if (host.records.length === 1) await peerKeys(host).keyOf(BOB);
    }
    expect((await peerKeys(host).keyOf(BOB)).uri).toBe(host.records[0]?.uri);
    expect(alarms).toEqual([]);
  });

  it("are forgotten by who was not written to for longest", async () => {
    const host = new Host();
    await bobs(host);
    await peerKeys(host).keyOf(BOB);
    const pin = state.pins.get(BOB);
    if (pin === undefined) throw new Error("no pin");
    for (let i = 1; i < MAX_PINS; i++) state.pins.set(`did:plc:${i}`, pin);
    // Bob was first, and is written to again; then comes one more.
    await peerKeys(host).keyOf(BOB);
    const other = { list: async () => [pin.uri.replace(BOB, ALICE)], prove: async (uri: string) => ({ uri, cid: pin.cid, value: { ...Object(pin.value), continuity: undefined } }) };
    await peerKeys(other).keyOf(ALICE);
    expect([state.pins.has(BOB), state.pins.has(ALICE), state.pins.has("did:plc:1"), state.pins.size]).toEqual([true, true, false, MAX_PINS]);
  });

  it("are not looked up again at once", async () => {
    const host = new Host();
    await bobs(host);
    const peers = peerKeys(host);
    const first = await peers.keyOf(BOB);
    host.records.length = 0;
    expect(await peers.keyOf(BOB)).toBe(first);
    now += PEER_FRESH_MS;
    await expect(peers.keyOf(BOB)).rejects.toThrow(SealError);
  });

  it("are asked for once by all who ask at a time, and anew when what comes may be old", async () => {
    const host = new Host();
    await bobs(host);
    const gates: (() => void)[] = [];
    const peers = peerKeys({ prove: host.prove, list: () => new Promise((resolve) => gates.push(() => resolve(host.list()))) });
    const [first, second] = [peers.keyOf(BOB), peers.keyOf(BOB)];
    expect(gates).toHaveLength(1);
    peers.lookAgain(BOB);
    const third = peers.keyOf(BOB);
    expect(gates).toHaveLength(2);
    gates[0]?.();
    expect(await first).toBe(await second);
    // What was asked for before does not count as the answer to what was asked for again.
    gates[1]?.();
    expect(await peers.keyOf(BOB)).toBe(await third);
    expect(gates).toHaveLength(2);
  });

  it("are not taken for exchanged because a host is slow: what was proven serves on", async () => {
    const host = new Host();
    const keys = await bobs(host);
    const { uri } = await peerKeys(host).keyOf(BOB);
    const pin = state.pins.get(BOB);
    if (pin === undefined) throw new Error("no pin");
    // Unsigned, so that only the chain tells.
    state.pins.set(BOB, { ...pin, value: { ...Object(pin.value), continuity: undefined } });
    now += 1000;
    await keys.rotate();
    const slow = peerKeys({ list: host.list, prove: async (at) => ((now += LOOK_UP_PATIENCE_MS), host.prove(at)) });
    expect((await slow.keyOf(BOB)).uri).toBe(uri);
    expect(alarms).toEqual([]);
  });

  it("serve until their time is over while their host does not answer, unless they were found not to open", async () => {
    const host = new Host();
    await bobs(host);
    const silent = { list: () => Promise.reject(new Error("down")), prove: host.prove };
    await expect(peerKeys(silent).keyOf(BOB)).rejects.toThrow("down");
    const { uri } = await peerKeys(host).keyOf(BOB);
    expect((await peerKeys(silent).keyOf(BOB)).uri).toBe(uri);
    const peers = peerKeys(silent);
    peers.lookAgain(BOB);
    await expect(peers.keyOf(BOB)).rejects.toThrow("down");
    now += KEY_LIFE_MS;
    await expect(peerKeys(silent).keyOf(BOB)).rejects.toThrow("down");
  });

  it("raise an alarm when the host puts in one of its own, and nothing is sealed for it", async () => {
    const host = new Host();
    await bobs(host);
    await peerKeys(host).keyOf(BOB);
    const forged = async (owners: Awaited<ReturnType<typeof makeOwnerKey>>[]) => {
      const [before] = host.records;
      const value = await makeKeyRecord({ did: BOB, pair: await makeKeyPair(suite), createdAt: new Date(now + 1000).toISOString(), expiresAt: new Date(now + KEY_LIFE_MS).toISOString(), owners, ...(before && { prev: { uri: before.uri, cid: before.cid } }) });
      return { uri: `at://${BOB}/agent.comms.key/3kznmn7xqxl77`, cid: CIDS[2] ?? "", value };
    };
    for (const owners of [[], [await makeOwnerKey("ES256")]]) {
      const record = await forged(owners);
      const hostile = { list: async () => [record.uri, ...(await host.list())], prove: async (uri: string) => (uri === record.uri ? record : host.prove(uri)) };
      await expect(peerKeys(hostile).keyOf(BOB)).rejects.toThrow(SealError);
    }
    expect(alarms).toMatchObject([{ did: BOB, why: "substituted" }, { did: BOB, why: "substituted" }]);
    // The pin stands: with the host honest again, so is the way.
    expect((await peerKeys(host).keyOf(BOB)).uri).toBe(host.records[0]?.uri);
  });

  it("are refused when there are none, when they are expired, when they are not proven, and when they are nonsense", async () => {
    const none = new Host();
    await expect(peerKeys(none).keyOf(BOB)).rejects.toThrow(`${BOB} publishes no key`);
    const host = new Host();
    await bobs(host);
    await expect(peerKeys({ list: host.list, prove: async () => undefined }).keyOf(BOB)).rejects.toThrow(/no key/);
    await expect(peerKeys({ list: host.list, prove: async (uri) => ({ uri, cid: "", value: { $type: "agent.comms.key" } }) }).keyOf(BOB)).rejects.toThrow(/is no key/);
    await expect(peerKeys(host).keyOf(ALICE)).rejects.toThrow(/Not a key record of/);
    now += KEY_LIFE_MS;
    await expect(peerKeys(host).keyOf(BOB)).rejects.toThrow(/expired/);
    expect(alarms).toEqual([]);
  });
});
