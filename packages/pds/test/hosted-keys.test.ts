import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { type CheckedKey, type EnvelopeSealer, AWAKE_MS, GRACE_MS, KEY_LIFE_MS, ROTATE_AFTER_MS, SealError, checkChain, checkKeyRecord, isSealedRecord, makeKeyPair, makeKeyRecord, makeOwnerKey } from "@rookery/envelope";
import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson } from "@rookery/repo";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProvisionInput } from "../src/agent-api.ts";
import { leaveToOwner } from "../src/keys/custody.ts";
import type { HostedKeys } from "../src/keys/hosted-keys.ts";
import { takeKeys } from "../src/keys/take-keys.ts";
import { type AgentState, openState } from "../src/state.ts";
import { listSecrets } from "../src/store/secret.ts";
import { type Made, makeAgent, note, objectOf, op, value } from "./agents.ts";
import { holdNextWrite } from "./sealing-world.ts";
import { world } from "./worker.ts";

const KEY = "agent.comms.key";
const DAY = 24 * 60 * 60 * 1000;
const suite = "hpke-xwing-hkdfsha256-aes256gcm";

/** What was said in another suite of words: found nowhere but where it belongs. */
const content = [{ $type: "agent.comms.defs#text", text: "a word in confidence" }];

/** The state of an awake agent, which its own methods are given. */
const inside = <T>(made: Made, work: (state: AgentState) => Promise<T>): Promise<T> =>
  runInDurableObject(made.stub, (object) => object.inside(work));

const keyRecords = async ({ api, did }: Made) => {
  const { records } = value(await api.listRecords({ collection: KEY, limit: 100 }));
  // Key records are maps.
  return records.map(({ rkey, cid, bytes }) => ({ uri: `at://${did}/${KEY}/${rkey}`, cid, value: lexToJson(decode(bytes)) as unknown as AgentCommsKey }));
};

const checked = async (made: Made): Promise<CheckedKey[]> =>
  Promise.all((await keyRecords(made)).map(async (record) => {
    const verdict = await checkKeyRecord(made.did, record);
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.key;
  }));

const hosted = async (input: Partial<ProvisionInput> = {}): Promise<Made> => {
  const made = await makeAgent({ keys: "hosted", ...input });
  await expect.poll(() => keyRecords(made)).toHaveLength(1);
  return made;
};

const sealerOf = async (keys: HostedKeys): Promise<EnvelopeSealer> => value(await keys.sealer());

/** Everybody's repositories are those of the objects here. */
beforeEach(() => {
  world.records = {
    keysOf: async (did) => value(await objectOf(did).api.keyRecords()),
    prove: async (uri) => {
      const [, , did = "", collection = "", rkey = ""] = uri.split("/");
      const found = await objectOf(did).api.getRecord({ collection, rkey });
      return found.ok ? { uri, cid: found.value.cid, value: lexToJson(decode(found.value.bytes)) as Record<string, unknown> } : undefined;
    },
  };
});

afterEach(() => void vi.useRealTimers());

/** The clock of this isolate, and so of the objects in it, from now on. */
const travel = (ms: number): void => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
};

describe("an agent whose keys its colony holds", () => {
  it("has its first key published by alarm, signed for its owner", async () => {
    const made = await hosted();
    const [key] = await checked(made);
    expect(key).toMatchObject({ suite, owners: [{ algorithm: "ES256" }], prev: undefined });
    expect(value(await made.api.getKeys())).toMatchObject({ custody: "hosted", keys: [{ uri: key?.uri, suite }], alarms: [] });
  });

  it("has its key again when its record was deleted: by somebody with its password, or by mistake", async () => {
    const made = await hosted();
    const before = await keyRecords(made);
    value(await made.api.write({ ops: [op({ action: "delete", collection: KEY, rkey: before[0]?.uri.split("/").at(-1) ?? "" })] }));
    await expect.poll(() => keyRecords(made)).toEqual(before);
    expect(value(await made.api.getKeys())).toMatchObject({ custody: "hosted", alarms: [] });
  });

  it("is no other than before when nobody asks for keys: its repository stays empty", async () => {
    const made = await makeAgent();
    expect(value(await made.api.getKeys())).toEqual({ custody: "none", keys: [], alarms: [] });
    expect(value(await made.api.keyRecords())).toEqual([]);
    expect(value(await made.api.listCollections())).toEqual([]);
  });

  it("becomes one by the first use", async () => {
    const made = await makeAgent();
    const [one, two] = await inside(made, ({ sealing }) => Promise.all([sealerOf(sealing), sealerOf(sealing)]));
    expect(one?.ring).toEqual(two?.ring);
    expect(await keyRecords(made)).toHaveLength(1);
    expect(value(await made.api.getKeys()).custody).toBe("hosted");
  });

  it("has a key at once for whoever asks before the alarm came", async () => {
    const made = await makeAgent({ keys: "hosted" });
    expect(value(await made.api.keyRecords())).toHaveLength(1);
    expect(await keyRecords(made)).toHaveLength(1);
  });

  it("seals for another, who opens it; and for itself", async () => {
    const [alice, bob] = [await hosted(), await hosted()];
    const draft = { collection: "agent.comms.message", rkey: "3kznmn7xqxl22", to: [bob.did], record: { $type: "agent.comms.message", to: [bob.did], content, createdAt: "2026-11-21T09:00:00.000Z" } };
    const sealed = await inside(alice, async ({ sealing }) => (await sealerOf(sealing)).seal(draft));
    expect(isSealedRecord(sealed.collection, sealed.record)).toBe(true);
    const arrived = { uri: `at://${alice.did}/${draft.collection}/${draft.rkey}`, record: sealed.record };
    for (const reader of [bob, alice]) expect(await inside(reader, async ({ sealing }) => (await sealerOf(sealing)).open(arrived))).toEqual({ record: draft.record, sealed: true });
    const carol = await hosted();
    await expect(inside(carol, async ({ sealing }) => (await sealerOf(sealing)).open(arrived))).rejects.toThrow("cannot be opened");
  });

  it("keeps nothing of its keys that could be read", async () => {
    const made = await hosted();
    const { ring, dump } = await inside(made, async ({ sealing, sql }) => {
      const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf%'").toArray();
      const rows = tables.flatMap(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray());
      const values = rows.flatMap((row) => Object.values(row)).map((cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell).toString("latin1") : String(cell)));
      return { ring: await sealing.ring(), dump: values.join("\n") };
    });
    const secrets = [...(ring.keys ?? []).map(({ privateKey }) => privateKey), ...(ring.epochKeys ?? [])];
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) for (const form of ["latin1", "base64", "base64url", "hex"] as const) expect(dump.includes(Buffer.from(secret).toString(form).replaceAll("=", ""))).toBe(false);
    // The search itself finds what is there.
    expect(dump).toContain(Buffer.from(ring.keys?.[0]?.keyId ?? []).toString("latin1"));
  });
});

describe("rotation", () => {
  it("follows by the clock, and old private keys go when their grace is over", async () => {
    const made = await hosted();
    const [first] = await checked(made);
    travel(ROTATE_AFTER_MS);
    expect(await runDurableObjectAlarm(made.stub)).toBe(true);
    expect(checkChain((await checked(made)).toReversed())).toEqual({ ok: true });
    expect(await inside(made, async ({ sealing }) => [(await sealing.ring()).keys?.length, await sealing.standing(first?.keyId ?? new Uint8Array())])).toEqual([2, "held"]);
    travel(KEY_LIFE_MS + GRACE_MS - ROTATE_AFTER_MS);
    expect(await runDurableObjectAlarm(made.stub)).toBe(true);
    travel(AWAKE_MS);
    expect(await runDurableObjectAlarm(made.stub)).toBe(true);
    expect(await inside(made, async ({ sealing }) => [(await sealing.ring()).keys?.length, await sealing.standing(first?.keyId ?? new Uint8Array()), await sealing.standing(new Uint8Array(32))])).toEqual([2, "former", undefined]);
  });

  it("is made up for by an agent that was asleep for weeks: who writes to it finds a key of now, and it has a day to read what lay there", async () => {
    const made = await hosted();
    const [first] = await checked(made);
    travel(5 * 7 * DAY);
    await runDurableObjectAlarm(made.stub);
    const keys = await checked(made);
    expect(keys[0]?.expiresAt).toBeGreaterThan(Date.now());
    expect(keys[0]?.prev?.uri).toBe(first?.uri);
    const standing = () => inside(made, ({ sealing }) => sealing.standing(first?.keyId ?? new Uint8Array()));
    expect(await standing()).toBe("held");
    travel(AWAKE_MS);
    await runDurableObjectAlarm(made.stub);
    expect(await standing()).toBe("former");
  });

  it("is done when it is asked for, of either kind, and rewrites no record", async () => {
    const made = await hosted();
    const [before] = await keyRecords(made);
    const rotated = value(await made.api.rotateKeys({ what: "encryption" }));
    const records = await keyRecords(made);
    expect(records.map(({ uri }) => uri)).toEqual([rotated.key?.uri, before?.uri]);
    expect(records[1]?.cid).toBe(before?.cid);
    const rev = value(await made.api.getHead()).rev;
    const seal = async () => inside(made, async ({ sealing }) => (await sealerOf(sealing)).sealPrivately({ collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record: { $type: "agent.memory.note", text: "kept", createdAt: "2026-11-21T09:00:00.000Z" } }));
    const old = await seal();
    expect(value(await made.api.rotateKeys({ what: "epoch" }))).toEqual({});
    const fresh = await seal();
    expect(value(await made.api.getHead()).rev).toBe(rev);
    const epochs = [old, fresh].map((record) => JSON.stringify((record["sealed"] as { epoch?: unknown }).epoch));
    expect(new Set(epochs).size).toBe(2);
    for (const record of [old, fresh]) {
      const opened = await inside(made, async ({ sealing }) => (await sealerOf(sealing)).open({ uri: `at://${made.did}/agent.memory.note/3kznmn7xqxl22`, record }));
      expect(opened).toMatchObject({ sealed: true, record: { text: "kept" } });
    }
  });

  it("survives the object: what opens is read back", async () => {
    const made = await hosted();
    const ring = await inside(made, ({ sealing }) => sealing.ring());
    await inside(made, async (state) => {
      const again = openState(state.storage, state.ports);
      expect(await again.sealing.ring()).toEqual(ring);
      expect(again.sealing.custody).toBe("hosted");
    });
  });
});

/** An owner with a key of their own, and a record to take over with. */
const owner = async (made: Made, over: Partial<Parameters<typeof makeKeyRecord>[0]> = {}) => {
  const [newest] = await keyRecords(made);
  const own = await makeOwnerKey("ES256");
  const pair = await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm");
  const now = Date.now();
  const life = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + DAY).toISOString() };
  const record = await makeKeyRecord({ did: made.did, pair, ...life, owners: [own], ...(newest && { prev: { uri: newest.uri, cid: newest.cid } }), ...over });
  return { own, pair, record, rkey: value(await made.api.getHead()).rev.replace(/.$/, "2").replace(/^./, "4") };
};

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
    expect(await runDurableObjectAlarm(made.stub)).toBe(true);
    expect(await rest()).toEqual([0, "former"]);
    expect(await runDurableObjectAlarm(made.stub)).toBe(false);
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

const ownRecord = async (did: string, over: Partial<Parameters<typeof makeKeyRecord>[0]> = {}): Promise<AgentCommsKey> =>
  makeKeyRecord({ did, pair: await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm"), createdAt: new Date().toISOString(), expiresAt: new Date(Date.now() + DAY).toISOString(), owners: [await makeOwnerKey()], ...over });

describe("alarms", () => {
  it("tell of a key that somebody put into the agent's repository, once, and not of its own", async () => {
    const made = await hosted();
    const { rkey } = await owner(made);
    value(await made.api.write({ ops: [op({ action: "create", collection: KEY, rkey, record: await ownRecord(made.did) })] }));
    await expect.poll(async () => value(await made.api.getKeys()).alarms).toMatchObject([{ did: made.did, why: "substituted", reason: expect.stringContaining(rkey) }]);
    value(await made.api.write({ ops: [op({ action: "create", collection: "com.example.note", rkey: "a", record: note("a") })] }));
    await runDurableObjectAlarm(made.stub);
    expect(value(await made.api.getKeys()).alarms).toHaveLength(1);
  });

  it("tell of one of its own keys that somebody changed, whoever got around the rule against that", async () => {
    const made = await hosted();
    const [own] = await keyRecords(made);
    const rkey = own?.uri.split("/").at(-1) ?? "";
    value(await made.api.write({ ops: [{ ...op({ action: "put", collection: KEY, rkey, record: await ownRecord(made.did) }), immutable: false }] }));
    await expect.poll(async () => value(await made.api.getKeys()).alarms).toMatchObject([{ why: "substituted", reason: expect.stringContaining(rkey) }]);
  });

  it("tell of a peer whose key was exchanged, for which nothing is sealed, also after a restart", async () => {
    const [alice, bob] = [await hosted(), await hosted()];
    await inside(alice, async ({ sealing }) => (await sealerOf(sealing)).keyOf(bob.did));
    const honest = world.records;
    const [theirs] = await keyRecords(bob);
    const forged = { uri: `at://${bob.did}/${KEY}/4kznmn7xqxl22`, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", value: { ...(await ownRecord(bob.did, { pair: await makeKeyPair(suite), ...(theirs && { prev: { uri: theirs.uri, cid: theirs.cid } }) })) } };
    world.records = { keysOf: async (did) => [forged.uri, ...(await honest.keysOf(did))], prove: async (uri) => (uri === forged.uri ? forged : honest.prove(uri)) };
    const failure = await inside(alice, async (state) => {
      const again = openState(state.storage, { ...state.ports, records: world.records });
      return (await sealerOf(again.sealing)).keyOf(bob.did).catch((error: unknown) => error);
    });
    expect(failure).toBeInstanceOf(SealError);
    expect(value(await alice.api.getKeys()).alarms).toMatchObject([{ did: bob.did, why: "substituted" }]);
  });
});

describe("keys that cannot be had", () => {
  it("are an error, and none are made in their place", async () => {
    const made = await hosted();
    const [record] = await keyRecords(made);
    const answers = await inside(made, async (state) => {
      const again = openState(state.storage, { ...state.ports, masterKey: new Uint8Array(32) });
      return Promise.all([again.sealing.sealer().catch(String), again.sealing.ring().catch(String)]);
    });
    expect(answers.map((answer) => JSON.stringify(answer))).toEqual([expect.stringContaining("master key"), expect.stringContaining("master key")]);
    expect(await keyRecords(made)).toEqual([record]);
  });

  it("are not begun with another master key, so that the right one still makes them", async () => {
    const made = await makeAgent();
    const refused = await inside(made, (state) => openState(state.storage, { ...state.ports, masterKey: new Uint8Array(32) }).sealing.sealer());
    expect(refused).toMatchObject({ ok: false, error: { status: 500, name: "KeyUnavailable" } });
    expect(await inside(made, async ({ sql }) => listSecrets(sql))).toEqual([]);
    value(await made.api.rotateKeys({ what: "encryption" }));
  });

  it("are told apart from a state that is damaged", async () => {
    const made = await hosted();
    const failure = await inside(made, async (state) => {
      state.vault.put("keys", "state", new TextEncoder().encode("{}"));
      return openState(state.storage, state.ports).sealing.sealer();
    });
    expect(failure).toMatchObject({ ok: false, error: { status: 500, name: "KeyUnavailable" } });
  });
});

