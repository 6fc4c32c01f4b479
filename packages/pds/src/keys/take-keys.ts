import { type CheckedKey, type FoundKeyRecord, type OwnKey, checkKeyRecord, type OwnerKeyPair, signContinuity } from "@rookery/envelope";
import { type AgentCommsKey, ids } from "@rookery/lexicon-agent-comms";
import { isTid } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { prepareOp } from "../write/prepare.ts";
import { WriteRefused } from "../write/writer.ts";
import { KEYS, leaveToOwner } from "./custody.ts";
import type { Keyring } from "./hosted-keys.ts";
import type { TakenKeys, TakeKeysInput } from "./keys-api.ts";
import { foundRecord } from "./own-records.ts";

/** How far ahead of ours, in ms, an owner's clock may be. */
const MAX_SKEW = 60 * 60 * 1000;
/** What stands in for a CID where only the record's own fields are judged. */
const NO_CID = "";

/**
 * The owner takes the agent's keys over. The owner's key record, when there is one, gets the signature of the key that signed
 * the records here, so that whoever knows the last one follows; its being in the repository is what ends the colony's
 * custody, so both happen or neither. A repeat is answered as the first was. Error: `InvalidKey` (400).
 */
export async function takeKeys(state: AgentState, { rkey, record }: TakeKeysInput): Promise<Outcome<TakenKeys>> {
  const { vault, sealing } = state;
  if (record === undefined) {
    leaveToOwner(vault);
    await wind(state);
    return ok({});
  }
  if (rkey === undefined || !isTid(rkey)) return invalid("A record needs a record key, a TID");
  const judged = await judge(state, rkey, record);
  if (!judged.ok) return judged;
  const there = readRecord(state.sql, `${ids.AgentCommsKey}/${rkey}`);
  if (there !== undefined) return repeated(state, judged.value, foundRecord(state.account.did, there));
  if (sealing.custody === "self") return invalid("The owner holds the keys of this agent already: publish the record as any other");
  const keyring = await sealing.keyring();
  // One that is not published yet will not be any more.
  const newest = keyring?.own.keys.find(({ published }) => published !== undefined);
  const { owner } = keyring?.state ?? {};
  const reason = unfit(judged.value, rkey, newest);
  if (reason !== undefined) return invalid(reason);
  return publish(state, rkey, owner === undefined ? record : await handedOver(state.account.did, record, owner, judged.value), keyring, newest);
}

async function publish(state: AgentState, rkey: string, record: AgentCommsKey, keyring: Keyring | undefined, newest: OwnKey | undefined): Promise<Outcome<TakenKeys>> {
  const { vault, writer, account, ports } = state;
  const prepared = prepareOp({ action: "create", collection: ids.AgentCommsKey, rkey, record, validate: true });
  if (!prepared.ok) return prepared;
  leaveToOwner(vault, rkey);
  faultPoint(ports.fault, "keys.take.before-publish");
  // A key of ours may come while this waits: the owner's has to follow that one, then.
  const written = await writer.write({ ops: [prepared.value.op] }, () => {
    const isLate = keyring === undefined ? vault.has(KEYS, "state") : keyring.own.keys.some((key) => key.rkey > (newest?.rkey ?? "") && readRecord(state.sql, `${ids.AgentCommsKey}/${key.rkey}`) !== undefined);
    if (isLate) throw new WriteRefused(invalid("The record does not follow the newest key any more").error);
  });
  if (!written.ok) return written;
  faultPoint(ports.fault, "keys.take.after-publish");
  await wind(state);
  return ok({ uri: `at://${account.did}/${ids.AgentCommsKey}/${rkey}`, cid: written.value.results[0]?.cid ?? "" });
}

/** The keys that sign for this agent are forgotten at once, those that open when their time is over. */
async function wind({ keys, scheduler }: AgentState): Promise<void> {
  // What was made of opened memories goes too, and what the colony kept of tasks.
  scheduler.ensure("memory", Date.now());
  scheduler.ensure("tasks", Date.now());
  const result = await keys.job();
  if (result !== undefined) scheduler.ensure("keys", Date.now() + result.again);
}

/** The owner's record by itself. */
async function judge({ account: { did } }: AgentState, rkey: string, record: AgentCommsKey): Promise<Outcome<CheckedKey>> {
  const verdict = await checkKeyRecord(did, { uri: `at://${did}/${ids.AgentCommsKey}/${rkey}`, cid: NO_CID, value: record });
  if (!verdict.ok) return invalid(verdict.reason);
  if (verdict.key.owners.length !== 1) return invalid("The owner has to sign the record, and nobody else");
  return ok(verdict.key);
}

/** Why the record cannot follow our newest key, if it cannot. */
function unfit(key: CheckedKey, rkey: string, newest: OwnKey | undefined): string | undefined {
  const now = Date.now();
  if (key.expiresAt <= now || key.createdAt > now + MAX_SKEW) return "The key is not of now";
  if (newest === undefined) return undefined;
  if (key.prev?.uri !== newest.published?.uri || key.prev?.cid !== newest.published?.cid) return `The record has to follow ${newest.published?.uri ?? "the key that is being published"}`;
  if (rkey <= newest.rkey || key.createdAt < Date.parse(newest.record.createdAt)) return "The record has to be newer than the one before";
  return undefined;
}

async function handedOver(did: string, record: AgentCommsKey, owner: OwnerKeyPair, { owners: [heir] }: CheckedKey): Promise<AgentCommsKey> {
  const { $type: _, continuity = [], ...claims } = record;
  return { ...record, continuity: [...continuity, await signContinuity(did, claims, owner, heir)] };
}

/** What is there under that name is the same key, or the name is taken. */
async function repeated(state: AgentState, key: CheckedKey, found: FoundKeyRecord): Promise<Outcome<TakenKeys>> {
  const known = await checkKeyRecord(state.account.did, found);
  if (state.sealing.custody !== "self" || !known.ok || Buffer.compare(known.key.publicKey, key.publicKey) !== 0) return invalid(`There is another record at ${found.uri}`);
  await wind(state);
  return ok({ uri: found.uri, cid: found.cid });
}

const invalid = (message: string) => fail(400, "InvalidKey", message);
