import { beforeEach, describe, expect, it } from "vitest";
import { makeOwnerKey } from "../continuity.ts";
import { type FoundKeyRecord, makeKeyRecord } from "../key-record.ts";
import { makeKeyPair } from "../suites.ts";
import { type KeyState, makeKeyState } from "./key-state.ts";
import { OwnKeys, type OwnKeysPorts } from "./own-keys.ts";
import { OwnWatch } from "./own-watch.ts";
import type { KeyAlarm } from "./peer-keys.ts";

const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const START = Date.parse("2026-11-21T09:00:00.000Z");
const CIDS = ["bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uwpkebk2ttp2agwh3eu", "bafyreigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"];
const suite = "hpke-x25519-hkdfsha256-aes256gcm";

/** Bob's repository, newest first, where his colony has published a key before. */
let records: FoundKeyRecord[];
let state: KeyState;

const put = (rkey: string, value: Record<string, unknown>): FoundKeyRecord => {
  const found = { uri: `at://${BOB}/agent.comms.key/${rkey}`, cid: CIDS[records.length] ?? "", value };
  records.unshift(found);
  return found;
};

const keyOf = async (owner: Awaited<ReturnType<typeof makeOwnerKey>>) =>
  ({ ...(await makeKeyRecord({ did: BOB, pair: await makeKeyPair(suite), createdAt: new Date(START).toISOString(), expiresAt: new Date(START + 86_400_000).toISOString(), owners: [owner] })) });

const ownKeys = (ports: Partial<OwnKeysPorts> = {}) =>
  new OwnKeys(state, {
    did: BOB,
    suite,
    now: () => START + 1000,
    nextRkey: () => `3kznmn7xqxl2${"34567"[records.length] ?? ""}`,
    publish: async (_, rkey, value) => put(rkey, value),
    find: async (_, rkey) => records.find(({ uri }) => uri.endsWith(rkey)),
    predecessor: async () => records.at(-1),
    save: async () => {},
    ...ports,
  });

const watch = (alarms: KeyAlarm[]) => {
  if (state.owner === undefined) throw new Error("no owner");
  return new OwnWatch({ did: BOB, owner: state.owner, list: async () => records.map(({ uri }) => uri), prove: async (uri) => records.find((one) => one.uri === uri), alarm: (alarm) => void alarms.push(alarm), now: () => START });
};

beforeEach(async () => {
  records = [];
  state = await makeKeyState();
  put("3kznmn7xqxl22", await keyOf(await makeOwnerKey("ES256")));
});

describe("the first key of an owner who takes over", () => {
  it("follows the one that is there, and is followed at once by one that the owner alone has signed", async () => {
    const keys = ownKeys();
    await keys.refresh();
    await keys.refresh();
    expect(records).toHaveLength(3);
    const [third, second, first] = records;
    expect(second?.value).toMatchObject({ prev: { uri: first?.uri, cid: first?.cid } });
    expect(third?.value).toMatchObject({ prev: { uri: second?.uri, cid: second?.cid } });
  });

  it("is made anew when another key came before it was published", async () => {
    const keys = ownKeys({ publish: async () => Promise.reject(new Error("InvalidKey")) });
    await expect(keys.refresh()).rejects.toThrow("InvalidKey");
    const between = put("3kznmn7xqxl2z", await keyOf(await makeOwnerKey("ES256")));
    await ownKeys({ predecessor: async () => between }).refresh();
    expect(records).toHaveLength(4);
    expect(records[1]?.value).toMatchObject({ prev: { uri: between.uri, cid: between.cid } });
    expect(state.keys).toHaveLength(2);
  });

  it("leaves the one before without an alarm, and no other", async () => {
    await ownKeys().refresh();
    const alarms: KeyAlarm[] = [];
    const own = watch(alarms);
    await own.check();
    expect(alarms).toEqual([]);
    const planted = put("3kznmn7xqxl2y", await keyOf(await makeOwnerKey("ES256")));
    await own.check();
    await own.check();
    expect(alarms).toMatchObject([{ did: BOB, why: "substituted", reason: expect.stringContaining(planted.uri) }]);
  });
});
