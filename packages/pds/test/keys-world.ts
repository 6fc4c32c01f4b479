import { runInDurableObject } from "cloudflare:test";
import { type CheckedKey, type EnvelopeSealer, checkKeyRecord, makeKeyPair, makeKeyRecord, makeOwnerKey } from "@rookery/envelope";
import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson } from "@rookery/repo";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { ProvisionInput } from "../src/agent-api.ts";
import type { HostedKeys } from "../src/keys/hosted-keys.ts";
import type { AgentState } from "../src/state.ts";
import { type Made, makeAgent, objectOf, value } from "./agents.ts";
import { world } from "./worker.ts";

/** Collection of keys. */
export const KEY = "agent.comms.key";
/** In ms. */
export const DAY = 24 * 60 * 60 * 1000;

/** The state of an awake agent, which its own methods are given. */
export const inside = <T>(made: Made, work: (state: AgentState) => Promise<T>): Promise<T> =>
  runInDurableObject(made.stub, (object) => object.inside(work));

/** The agent's key records, newest first. */
export const keyRecords = async ({ api, did }: Made) => {
  const { records } = value(await api.listRecords({ collection: KEY, limit: 100 }));
  // Key records are maps.
  return records.map(({ rkey, cid, bytes }) => ({ uri: `at://${did}/${KEY}/${rkey}`, cid, value: lexToJson(decode(bytes)) as unknown as AgentCommsKey }));
};

/** The same, each right in itself. */
export const checked = async (made: Made): Promise<CheckedKey[]> =>
  Promise.all((await keyRecords(made)).map(async (record) => {
    const verdict = await checkKeyRecord(made.did, record);
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.key;
  }));

/** An agent that the colony holds the keys of, the first of which is published. */
export const hosted = async (input: Partial<ProvisionInput> = {}): Promise<Made> => {
  const made = await makeAgent({ keys: "hosted", ...input });
  await expect.poll(() => keyRecords(made)).toHaveLength(1);
  return made;
};

/** What seals for it. */
export const sealerOf = async (keys: HostedKeys): Promise<EnvelopeSealer> => value(await keys.sealer());

/** Everybody's repositories are those of the objects here; the clock is right again after each test. */
export function useObjects(): void {
  beforeEach(() => {
    world.records = {
      keysOf: async (did) => value(await objectOf(did).api.keyRecords()),
      prove: async (uri) => {
        const [, , did = "", collection = "", rkey = ""] = uri.split("/");
        const found = await objectOf(did).api.getRecord({ collection, rkey });
        return found.ok ? { uri, cid: found.value.cid, value: lexToJson(decode(found.value.bytes)) as Record<string, unknown> } : undefined;
      },
      proof: async () => undefined,
    };
  });
  afterEach(() => void vi.useRealTimers());
}

/** The clock of this isolate, and so of the objects in it, from now on. */
export const travel = (ms: number): void => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
};

/** An owner with a key of their own, and a record to take over with. */
export const owner = async (made: Made, over: Partial<Parameters<typeof makeKeyRecord>[0]> = {}) => {
  const [newest] = await keyRecords(made);
  const own = await makeOwnerKey("ES256");
  const pair = await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm");
  const now = Date.now();
  const life = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + DAY).toISOString() };
  const record = await makeKeyRecord({ did: made.did, pair, ...life, owners: [own], ...(newest && { prev: { uri: newest.uri, cid: newest.cid } }), ...over });
  return { own, pair, record, rkey: value(await made.api.getHead()).rev.replace(/.$/, "2").replace(/^./, "4") };
};

/** A record of a key that follows nothing, signed by an owner of its own. */
export const ownRecord = async (did: string, over: Partial<Parameters<typeof makeKeyRecord>[0]> = {}): Promise<AgentCommsKey> =>
  makeKeyRecord({ did, pair: await makeKeyPair("hpke-x25519-hkdfsha256-aes256gcm"), createdAt: new Date().toISOString(), expiresAt: new Date(Date.now() + DAY).toISOString(), owners: [await makeOwnerKey()], ...over });
