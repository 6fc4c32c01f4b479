import { describe, expect, it } from "vitest";
import { makeOwnerKey } from "../continuity.ts";
import { OpenError, SealError, UnprovenError } from "../errors.ts";
import { makeKeyRecord } from "../key-record.ts";
import { makeKeyPair } from "../suites.ts";
import { memoryKeyStore } from "./key-store.ts";
import { openSealer } from "./open-sealer.ts";
import type { KeyAlarm } from "./peer-keys.ts";
import type { Draft, Sealer } from "./sealer.ts";
import { ROTATE_AFTER_MS, WATCH_MS } from "./settings.ts";

const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const CAROL = "did:plc:cccccccccccccccccccccccc";
const CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const OTHER_CID = "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uwpkebk2ttp2agwh3eu";
const createdAt = "2026-11-21T09:00:00.000Z";
const content = [{ $type: "agent.comms.defs#text", text: "hello" }];

/** A record that was proven. */
interface VerifiedRecord {
  uri: string;
  cid: string;
  author: string;
  value: Record<string, unknown>;
}

/** All repositories there are, by at-uri. */
type World = Map<string, VerifiedRecord>;

const put = (world: World, author: string, { collection, rkey, record }: Omit<Draft, "to">) => {
  const uri = `at://${author}/${collection}/${rkey}`;
  world.set(uri, { uri, cid: CID, author, value: record });
  return { uri, cid: CID };
};

const sealerOf = (did: string, world: World, prove: (uri: string) => Promise<VerifiedRecord | undefined> = async (uri) => world.get(uri), now: () => number = Date.now, onAlarm?: (alarm: KeyAlarm) => void): Promise<Sealer> =>
  openSealer(
    {
      did,
      publish: async (collection, rkey, record) => put(world, did, { collection, rkey, record }),
      nextRkey: (after) => (after === undefined ? "3kznmn7xqxl22" : after.replace(/.$/, (last) => String.fromCodePoint((last.codePointAt(0) ?? 0) + 1))),
      list: async (other) => [...world.keys()].filter((uri) => uri.startsWith(`at://${other}/agent.comms.key/`)).toReversed(),
      prove,
      find: async (collection, rkey) => world.get(`at://${did}/${collection}/${rkey}`),
      now,
    },
    { store: memoryKeyStore(), suite: "hpke-x25519-hkdfsha256-aes256gcm", ...(onAlarm && { onAlarm }) },
  );

describe("an agent that listens", () => {
  it("is told of a key in its own repository that is not its own, once", async () => {
    const world: World = new Map();
    const alarms: KeyAlarm[] = [];
    let now = Date.now();
    const bob = await sealerOf(BOB, world, undefined, () => now, (alarm) => void alarms.push(alarm));
    await bob.refresh?.();
    now += ROTATE_AFTER_MS;
    await bob.refresh?.();
    expect([...world.keys()]).toHaveLength(2);
    expect(alarms).toEqual([]);
    const life = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + WATCH_MS * 2).toISOString() };
    const forged = await makeKeyRecord({ did: BOB, pair: await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm"), ...life, owners: [await makeOwnerKey()] });
    const { uri } = put(world, BOB, { collection: "agent.comms.key", rkey: "3zzzzzzzzzz22", record: { ...forged } });
    await bob.refresh?.();
    expect(alarms).toEqual([]);
    for (let hour = 0; hour < 3; hour++) {
      now += WATCH_MS;
      await bob.refresh?.();
    }
    expect(alarms).toMatchObject([{ did: BOB, why: "substituted", reason: expect.stringContaining(uri) }]);
  });
});

const message: Draft = { collection: "agent.comms.message", rkey: "3kznmn7xqxl22", to: [BOB], record: { $type: "agent.comms.message", to: [BOB], content, createdAt } };

describe("what arrives sealed", () => {
  it("is believed when its author's host proves it", async () => {
    const world: World = new Map();
    const [alice, bob] = [await sealerOf(ALICE, world), await sealerOf(BOB, world)];
    const sealed = await alice.seal(message);
    const { uri, cid } = put(world, ALICE, sealed);
    expect(await bob.open({ uri, cid, record: sealed.record })).toEqual({ record: message.record, sealed: true });
  });

  it.each<[string, (found: VerifiedRecord | undefined) => Promise<VerifiedRecord | undefined>]>([
    ["the author's repository has no such record", async () => undefined],
    ["it has another", async (found) => found && { ...found, cid: OTHER_CID }],
    ["it never answers", async () => Promise.reject(new Error("down"))],
  ])("is not, when %s: a colony can seal in anybody's name, but not sign", async (_name, answer) => {
    const world: World = new Map();
    const alice = await sealerOf(ALICE, world);
    const bob = await sealerOf(BOB, world, async (uri) => (uri.includes("agent.comms.message") ? answer(world.get(uri)) : world.get(uri)));
    const sealed = await alice.seal(message);
    const { uri, cid } = put(world, ALICE, sealed);
    await expect(bob.open({ uri, cid, record: sealed.record })).rejects.toBeInstanceOf(OpenError);
    // One that was proven before it came here needs no second proof.
    expect(await bob.open({ uri, record: sealed.record })).toEqual({ record: message.record, sealed: true });
  });

  it("is unproven, which is no verdict, when nobody can be asked: it is believed later", async () => {
    const world: World = new Map();
    const alice = await sealerOf(ALICE, world);
    let isAway = true;
    const bob = await sealerOf(BOB, world, async (uri) => (isAway ? Promise.reject(new UnprovenError("down")) : world.get(uri)));
    const sealed = await alice.seal(message);
    const arrived = { ...put(world, ALICE, sealed), record: sealed.record };
    await expect(bob.open(arrived)).rejects.toBeInstanceOf(UnprovenError);
    // Nobody is asked about what does not open.
    const broken = { ...sealed.record, key: {} };
    await expect(bob.open({ ...arrived, record: broken })).rejects.not.toBeInstanceOf(UnprovenError);
    isAway = false;
    expect(await bob.open(arrived)).toMatchObject({ sealed: true });
  });

  it("is not, when another is handed over under the address and CID of a genuine one", async () => {
    const world: World = new Map();
    const [alice, bob] = [await sealerOf(ALICE, world), await sealerOf(BOB, world)];
    const { uri, cid } = put(world, ALICE, await alice.seal(message));
    // What a colony can make that knows where Alice's record is: the same place, sealed anew by whoever.
    const forged = await alice.seal({ ...message, record: { ...message.record, content: [{ $type: "agent.comms.defs#text", text: "forged" }] } });
    await expect(bob.open({ uri, cid, record: forged.record })).rejects.toBeInstanceOf(OpenError);
  });

  it("is not, when it was written to somebody else: a colony can hand over what was not meant for this agent", async () => {
    const world: World = new Map();
    const [alice, bob] = [await sealerOf(ALICE, world), await sealerOf(BOB, world)];
    // Carol publishes Bob's key as hers: what is sealed for her opens for Bob.
    const theirs = [...world.values()].find(({ author }) => author === BOB);
    if (theirs === undefined) throw new Error("bob has no key");
    const { continuity: _, prev: __, ...claims } = theirs.value;
    put(world, CAROL, { collection: "agent.comms.key", rkey: "3kznmn7xqxl22", record: claims });
    const sealed = await alice.seal({ ...message, to: [CAROL], record: { ...message.record, to: [CAROL] } });
    const { uri, cid } = put(world, ALICE, sealed);
    await expect(bob.open({ uri, cid, record: sealed.record })).rejects.toBeInstanceOf(OpenError);
    expect(await bob.open({ uri, record: sealed.record })).toMatchObject({ sealed: true });
  });

  it("is not waited for for ever, when its author's host takes its time to say nothing", async () => {
    const world: World = new Map();
    const alice = await sealerOf(ALICE, world);
    let [now, tries] = [Date.now(), 0];
    const slow = async () => {
      tries++;
      now += 10_000;
      throw new Error("timeout");
    };
    const bob = await sealerOf(BOB, world, slow, () => now);
    const sealed = await alice.seal(message);
    await expect(bob.open({ ...put(world, ALICE, sealed), record: sealed.record })).rejects.toBeInstanceOf(OpenError);
    expect(tries).toBe(1);
  });

  it("is left alone when it is plain", async () => {
    const bob = await sealerOf(BOB, new Map(), async () => undefined);
    expect(await bob.open({ uri: `at://${ALICE}/agent.comms.message/3kznmn7xqxl22`, cid: CID, record: message.record })).toEqual({ record: message.record, sealed: false });
  });
});

describe("sealing", () => {
  it("is for whom the record is addressed to, and for nobody else", async () => {
    const world: World = new Map();
    const alice = await sealerOf(ALICE, world);
    await sealerOf(BOB, world);
    await expect(alice.seal({ ...message, to: [BOB, ALICE] })).rejects.toThrow("addressed");
    await expect(alice.seal({ ...message, record: { ...message.record, to: [BOB, ALICE] } })).rejects.toThrow("addressed");
  });

  it("asks nobody for more keys than one record can have recipients", async () => {
    const to = Array.from({ length: 65 }, (_, i) => `did:plc:${String(i).padStart(24, "a")}`);
    await expect((await sealerOf(ALICE, new Map())).seal({ ...message, to, record: { ...message.record, to } })).rejects.toThrow("65 recipients");
  });

  it("fails as sealing, too, while the host of a recipient does not answer", async () => {
    const world: World = new Map();
    await sealerOf(BOB, world);
    const alice = await sealerOf(ALICE, world, async () => {
      throw new TypeError("fetch failed");
    });
    await expect(alice.seal(message)).rejects.toThrow(new SealError(`The key of ${BOB} cannot be had now: fetch failed`));
    const note = { uri: `at://${ALICE}/agent.memory.note/3kznmn7xqxl22`, cid: CID, record: { $type: "agent.memory.note" } };
    await expect(alice.share?.({ ...note, to: BOB, rkey: "3kznmn7xqxl23" })).rejects.toBeInstanceOf(SealError);
  });

  it("fails for nobody, for everybody, and for who has no key", async () => {
    const alice = await sealerOf(ALICE, new Map());
    for (const to of [[], "all" as const, [BOB]]) await expect(alice.seal({ ...message, to })).rejects.toBeInstanceOf(SealError);
  });
});
