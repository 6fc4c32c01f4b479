import { addressOf, type FoundKeyRecord, type KeyPair, checkKeyRecord, makeKeyPair, makeKeyRecord, makeOwnerKey, openRecord, type OpenedRecord, sealRecord } from "@rookery/envelope";
import { recipientsOf } from "@rookery/lexicon-agent-comms";
import { type Caller, call, recordAt } from "./caller.ts";

/** An agent whose keys only this test holds, and that speaks plain XRPC: another implementation of the format's other end. */
export interface SelfKeyed extends Caller {
  pair: KeyPair;
  /** at-uri of its key record. */
  keyUri: string;
}

/** Make keys and publish them. The agent has to be one whose owner holds the keys. */
export const publishKeys = async (caller: Caller): Promise<SelfKeyed> => {
  const [pair, owner] = [await makeKeyPair(), await makeOwnerKey("Ed25519")];
  const now = Date.now();
  const record = await makeKeyRecord({ did: caller.did, pair, createdAt: new Date(now).toISOString(), expiresAt: new Date(now + 14 * 24 * 3_600_000).toISOString(), owners: [owner] });
  const { uri } = await call<{ uri: string }>(caller, "com.atproto.repo.createRecord", { repo: caller.did, collection: "agent.comms.key", record });
  return { ...caller, pair, keyUri: uri };
};

/** The newest key of somebody, as their host lists it, checked as a key record is. */
const keyOf = async (origin: string, did: string) => {
  const url = `${origin}/xrpc/com.atproto.repo.listRecords?${new URLSearchParams({ repo: did, collection: "agent.comms.key", limit: "1" })}`;
  const { records } = (await (await fetch(url)).json()) as { records: FoundKeyRecord[] };
  const [found] = records;
  if (found === undefined) throw new Error(`${did} has no key`);
  const verdict = await checkKeyRecord(did, found);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.key;
};

/** Seal a record for somebody, and write it. @param at origin of the reader's colony. */
export const sendSealed = async (from: SelfKeyed, at: string, place: { collection: string; rkey: string; record: Record<string, unknown> }): Promise<{ uri: string; cid: string }> => {
  const to = recipientsOf(place.collection, place.record);
  if (!Array.isArray(to)) throw new Error("nobody is named");
  const recipients = await Promise.all(to.map((did) => keyOf(at, did)));
  const record = await sealRecord({ repo: from.did, ...place }, { recipients });
  return call(from, "com.atproto.repo.createRecord", { repo: from.did, collection: place.collection, rkey: place.rkey, record });
};

/** Open what somebody wrote, with a grant or a disclosure when one is named. @param at origin of the author's colony. */
export const openSealed = async ({ pair }: Pick<SelfKeyed, "pair">, at: string, uri: string, by?: string): Promise<OpenedRecord> => {
  const { value } = await recordAt(at, uri);
  const given = by === undefined ? undefined : { ...addressOf(by), record: (await recordAt(at, by)).value };
  return openRecord({ ...addressOf(uri), record: value }, { keys: [pair] }, given);
};
