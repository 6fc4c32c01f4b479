import { beforeEach, describe, expect, it } from "vitest";
import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import { BOB, CIDS, Host } from "../../test/key-host.ts";
import { makeOwnerKey, signContinuity } from "../continuity.ts";
import { SealError } from "../errors.ts";
import { makeKeyRecord } from "../key-record.ts";
import { makeKeyPair, type SuiteName } from "../suites.ts";
import { type KeyState, loadKeyState, saveKeyState } from "./key-state.ts";
import { type KeyStore, memoryKeyStore } from "./key-store.ts";
import { OwnKeys } from "./own-keys.ts";
import { type KeyAlarm, PeerKeys } from "./peer-keys.ts";
import { mapPins } from "./pins.ts";
import { KEY_LIFE_MS, LOOK_UP_PATIENCE_MS, MAX_PINS, PEER_FRESH_MS, ROTATE_AFTER_MS } from "./settings.ts";

const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const START = Date.parse("2026-11-21T09:00:00.000Z");
const SUITES = ["hpke-xwing-hkdfsha256-aes256gcm", "hpke-x25519-hkdfsha256-aes256gcm"] as const;
const suite = "hpke-x25519-hkdfsha256-aes256gcm";

let now: number;
let store: KeyStore;
/** Of who asks. */
let state: KeyState;

beforeEach(async () => {
  now = START;
  store = memoryKeyStore();
  state = { keys: [], epochKeys: [new Uint8Array(32).fill(3)], former: [], owner: await makeOwnerKey("ES256"), pins: new Map() };
});

const save = () => saveKeyState(store, BOB, state);

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

  it("raise an alarm when a signature under one does not verify, whoever put it there", async () => {
    const host = new Host();
    await bobs(host);
    const [genuine] = host.records;
    // What was published just now (named boundary).
    const { $type: _, continuity, ...claims } = Object(genuine?.value) as AgentCommsKey;
    const own = await signContinuity(BOB, claims, await makeOwnerKey());
    await host.publish("agent.comms.key", "3kznmn7xqxl27", { ...Object(genuine?.value), continuity: [...(continuity ?? []), own] });
    await expect(peerKeys(host).keyOf(BOB)).rejects.toThrow("is no key");
    expect(alarms).toMatchObject([{ did: BOB, why: "substituted" }]);
    // One that is only of a kind that is not known here is nobody's fault.
    await host.publish("agent.comms.key", "3kznmn7xqxl27", { ...Object(genuine?.value), suite: "of-the-future" });
    await expect(peerKeys(host).keyOf(BOB)).rejects.toThrow("is no key");
    expect(alarms).toHaveLength(1);
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
