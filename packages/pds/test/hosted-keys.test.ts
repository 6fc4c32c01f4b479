import { P256PublicKey } from "@atcute/crypto";
import { AWAKE_MS, GRACE_MS, KEY_LIFE_MS, ROTATE_AFTER_MS, SealError, checkChain, isSealedRecord, makeKeyPair } from "@rookery/envelope";
import { ChainChecker, decodeFrame } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { openState } from "../src/state.ts";
import { listSecrets } from "../src/store/secret.ts";
import { isWaiting, makeAgent, note, op, ringAlarm, value } from "./agents.ts";
import { DAY, KEY, checked, hosted, inside, keyRecords, owner, ownRecord, sealerOf, travel, useObjects } from "./keys-world.ts";
import { world } from "./worker.ts";

const suite = "hpke-xwing-hkdfsha256-aes256gcm";

/** What was said in another suite of words: found nowhere but where it belongs. */
const content = [{ $type: "agent.comms.defs#text", text: "a word in confidence" }];

useObjects();

const messageOf = (sequenced: Uint8Array) => {
  const frame = decodeFrame(sequenced);
  if (frame.kind !== "message") throw new Error(frame.kind);
  return frame;
};

describe("an agent whose keys its colony holds", () => {
  it("has its first key in its first commit, which readers accept as one, signed for its owner", async () => {
    const made = await makeAgent({ keys: "hosted" });
    value(await made.api.write({ ops: [op({ action: "create", collection: "com.example.note", rkey: "a", record: { text: "the second commit" } })] }));
    await expect.poll(() => world.relay.rowsOf(made.did).map(({ kind }) => kind)).toEqual(["identity", "account", "commit", "sync", "commit"]);
    const raw = await crypto.subtle.importKey("raw", made.publicKey, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const didKey = await (await P256PublicKey.importCryptoKey(raw)).exportPublicKey("did");
    const chain = new ChainChecker({ sha256, keyOf: async () => didKey, fromGenesis: true });
    for (const { sequenced } of world.relay.log.filter(({ did }) => did === made.did)) expect(await chain.accept(messageOf(sequenced))).toMatchObject({ ok: true });
    const [key] = await checked(made);
    expect(key).toMatchObject({ suite, owners: [{ algorithm: "ES256" }], prev: undefined });
    expect(value(await made.api.getKeys())).toMatchObject({ custody: "hosted", keys: [{ uri: key?.uri, suite }], alarms: [] });
  });

  it("has its key again when its record was deleted: by somebody with its password, or by mistake", async () => {
    const made = await hosted();
    const before = await keyRecords(made);
    value(await made.api.write({ ops: [op({ action: "delete", collection: KEY, rkey: before[0]?.uri.split("/").at(-1) ?? "" })] }));
    await ringAlarm(made);
    expect(await keyRecords(made)).toEqual(before);
    expect(value(await made.api.getKeys())).toMatchObject({ custody: "hosted", alarms: [] });
  });

  it("is no other than before when nobody asks for keys: its repository stays empty", async () => {
    const made = await makeAgent();
    expect(value(await made.api.getKeys())).toEqual({ custody: "none", keys: [], alarms: [] });
    expect(value(await made.api.keyRecords())).toEqual([]);
    expect(value(await made.api.collections())).toEqual([]);
  });

  it("becomes one by the first use", async () => {
    const made = await makeAgent();
    const [one, two] = await inside(made, ({ sealing }) => Promise.all([sealerOf(sealing), sealerOf(sealing)]));
    expect(one?.ring).toEqual(two?.ring);
    expect(await keyRecords(made)).toHaveLength(1);
    expect(value(await made.api.getKeys()).custody).toBe("hosted");
  });

  it("keeps its key when it is provisioned again", async () => {
    const input = { keys: "hosted" } as const;
    const made = await makeAgent(input);
    const before = await keyRecords(made);
    expect(before).toHaveLength(1);
    const again = { did: made.did, handle: "again.test", wrappedSigningKey: new Uint8Array(3), passwordHash: "sha256$$x", ...input };
    expect(await Promise.all([made.api.provision(again), made.api.provision(again)])).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await keyRecords(made)).toEqual(before);
    expect(value(await made.api.keyRecords())).toHaveLength(1);
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
    expect(await isWaiting(made, "keys")).toBe(true);
    await ringAlarm(made);
    expect(checkChain((await checked(made)).toReversed())).toEqual({ ok: true });
    expect(await inside(made, async ({ sealing }) => [(await sealing.ring()).keys?.length, await sealing.standing(first?.keyId ?? new Uint8Array())])).toEqual([2, "held"]);
    travel(KEY_LIFE_MS + GRACE_MS - ROTATE_AFTER_MS);
    expect(await isWaiting(made, "keys")).toBe(true);
    await ringAlarm(made);
    travel(AWAKE_MS);
    expect(await isWaiting(made, "keys")).toBe(true);
    await ringAlarm(made);
    expect(await inside(made, async ({ sealing }) => [(await sealing.ring()).keys?.length, await sealing.standing(first?.keyId ?? new Uint8Array()), await sealing.standing(new Uint8Array(32))])).toEqual([2, "former", undefined]);
  });

  it("is made up for by an agent that was asleep for weeks: who writes to it finds a key of now, and it has a day to read what lay there", async () => {
    const made = await hosted();
    const [first] = await checked(made);
    travel(5 * 7 * DAY);
    await ringAlarm(made);
    const keys = await checked(made);
    expect(keys[0]?.expiresAt).toBeGreaterThan(Date.now());
    expect(keys[0]?.prev?.uri).toBe(first?.uri);
    const standing = () => inside(made, ({ sealing }) => sealing.standing(first?.keyId ?? new Uint8Array()));
    expect(await standing()).toBe("held");
    travel(AWAKE_MS);
    await ringAlarm(made);
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

describe("alarms", () => {
  it("tell of a key that somebody put into the agent's repository, once, and not of its own", async () => {
    const made = await hosted();
    const { rkey } = await owner(made);
    value(await made.api.write({ ops: [op({ action: "create", collection: KEY, rkey, record: await ownRecord(made.did) })] }));
    await ringAlarm(made);
    expect(value(await made.api.getKeys()).alarms).toMatchObject([{ did: made.did, why: "substituted", reason: expect.stringContaining(rkey) }]);
    value(await made.api.write({ ops: [op({ action: "create", collection: "com.example.note", rkey: "a", record: note("a") })] }));
    await ringAlarm(made);
    expect(value(await made.api.getKeys()).alarms).toHaveLength(1);
  });

  it("tell of one of its own keys that somebody changed, whoever got around the rule against that", async () => {
    const made = await hosted();
    const [own] = await keyRecords(made);
    const rkey = own?.uri.split("/").at(-1) ?? "";
    value(await made.api.write({ ops: [{ ...op({ action: "put", collection: KEY, rkey, record: await ownRecord(made.did) }), immutable: false }] }));
    await ringAlarm(made);
    expect(value(await made.api.getKeys()).alarms).toMatchObject([{ why: "substituted", reason: expect.stringContaining(rkey) }]);
  });

  it("tell of a peer whose key was exchanged, for which nothing is sealed, also after a restart", async () => {
    const [alice, bob] = [await hosted(), await hosted()];
    await inside(alice, async ({ sealing }) => (await sealerOf(sealing)).keyOf(bob.did));
    const honest = world.records;
    const [theirs] = await keyRecords(bob);
    const forged = { uri: `at://${bob.did}/${KEY}/4kznmn7xqxl22`, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", value: { ...(await ownRecord(bob.did, { pair: await makeKeyPair(suite), ...(theirs && { prev: { uri: theirs.uri, cid: theirs.cid } }) })) } };
    world.records = { ...honest, keysOf: async (did) => [forged.uri, ...(await honest.keysOf(did))], prove: async (uri) => (uri === forged.uri ? forged : honest.prove(uri)) };
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

  it("are an error of every method that needs them, and of no other", async () => {
    const made = await hosted();
    const { rkey, record } = await owner(made);
    await inside(made, async ({ vault }) => vault.put("keys", "owner", new TextEncoder().encode("{")));
    for (const answer of [await made.api.getKeys(), await made.api.rotateKeys({ what: "epoch" }), await made.api.takeKeys({ rkey, record })])
      expect(answer).toMatchObject({ ok: false, error: { status: 500, name: "KeyUnavailable" } });
    // What was written is not told to have failed.
    value(await made.api.write({ ops: [op({ action: "create", collection: KEY, rkey, record })] }));
  });
});
