import { type AgentCommsKey, ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { type Bytes, equalBytes } from "./bytes.ts";
import { type OwnerKey, type OwnerKeyPair, signContinuity, verifyContinuity } from "./continuity.ts";
import { MAX_CHAIN, MAX_KEY_LIFE_MS } from "./limits.ts";
import { publicKeyFault } from "./public-key.ts";
import { bytesOf, bytesToJson } from "./sealed.ts";
import { type KeyPair, type SuiteName, isSuite, keyIdOf } from "./suites.ts";

/** A key record as it was found, by repository proof. */
export interface FoundKeyRecord {
  uri: string;
  cid: string;
  /** In JSON form. */
  value: unknown;
}

/** A key record that is right in itself. */
export interface CheckedKey {
  uri: string;
  cid: string;
  suite: SuiteName;
  publicKey: Bytes;
  keyId: Bytes;
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
  prev: { uri: string; cid: string } | undefined;
  /** Owners' keys whose signature is under it: of who has it from here on, then of who handed it over. */
  owners: OwnerKey[];
}

/** The key, or why it is none; `isForged` when somebody signed it who does not have the key that it names, which no version of anything does. */
export type KeyVerdict = { ok: true; key: CheckedKey } | { ok: false; reason: string; isForged?: true };

/** What a new key record is made of. */
export interface KeyRecordInput {
  /** DID of the agent. */
  did: string;
  pair: Pick<KeyPair, "suite" | "publicKey" | "keyId">;
  /** Datetimes. */
  createdAt: string;
  expiresAt: string;
  /** The record before, for a rotation. */
  prev?: { uri: string; cid: string };
  /** The owner's key; when that itself changes, the new one and then the one before. */
  owners?: OwnerKeyPair[];
}

/** A record to publish a key with. */
export const makeKeyRecord = async ({ did, pair, createdAt, expiresAt, prev, owners = [] }: KeyRecordInput): Promise<AgentCommsKey> => {
  const claims = {
    suite: pair.suite,
    publicKey: bytesToJson(pair.publicKey),
    keyId: bytesToJson(pair.keyId),
    createdAt,
    expiresAt,
    ...(prev === undefined ? {} : { prev: { uri: prev.uri, cid: prev.cid } }),
  };
  const [heir] = owners;
  const continuity = await Promise.all(owners.map((owner, at) => signContinuity(did, claims, owner, at === 0 ? undefined : heir)));
  return { $type: ids.AgentCommsKey, ...claims, ...(continuity.length === 0 ? {} : { continuity }) };
};

const refuse = (reason: string): KeyVerdict => ({ ok: false, reason });

/**
 * Judge a key record of `did` by itself: its shape, suite, length, id, life and signatures, not whether it is expired
 * and not what was known before. A signature that does not verify spoils the record.
 */
export const checkKeyRecord = async (did: string, { uri, cid, value }: FoundKeyRecord): Promise<KeyVerdict> => {
  const valid = validateRecord(ids.AgentCommsKey, value);
  if (!valid.known || !valid.ok) return refuse(valid.known && !valid.ok ? valid.message : "no key record");
  // Validated just now (named boundary).
  const record = value as AgentCommsKey;
  if (!uri.startsWith(`at://${did}/${ids.AgentCommsKey}/`)) return refuse(`Not a key record of ${did}: ${uri}`);
  if (!isSuite(record.suite)) return refuse(`Not a suite of ours: ${record.suite}`);
  const publicKey = bytesOf(record.publicKey);
  const fault = publicKeyFault(record.suite, publicKey);
  if (fault !== undefined) return refuse(fault);
  const keyId = await keyIdOf(record.suite, publicKey);
  if (!equalBytes(keyId, bytesOf(record.keyId))) return refuse("The key has not the id it goes by");
  const createdAt = Date.parse(record.createdAt);
  const expiresAt = Date.parse(record.expiresAt);
  const life = expiresAt - createdAt;
  if (!(life > 0 && life <= MAX_KEY_LIFE_MS)) return refuse(`The key lives from ${record.createdAt} to ${record.expiresAt}: not at all, or too long`);
  const { prev } = record;
  if (prev !== undefined && !prev.uri.startsWith(`at://${did}/${ids.AgentCommsKey}/`)) return refuse("The key before is of another repository");
  const { $type: _, continuity = [], ...claims } = record;
  const owners = await verifyContinuity(did, claims, continuity);
  if (owners === undefined) return { ok: false, reason: "A continuity signature does not verify", isForged: true };
  return { ok: true, key: { uri, cid, suite: record.suite, publicKey, keyId, createdAt, expiresAt, prev, owners } };
};

/** Whether two owners' keys are the same. */
export const sameOwner = (a: OwnerKey, b: OwnerKey): boolean => a.algorithm === b.algorithm && equalBytes(a.publicKey, b.publicKey);

/** Whether the owner of one key has signed another: who only handed it over does not own it any more. */
export const isSignedByOwnerOf = ({ owners: [owner] }: CheckedKey, next: CheckedKey): boolean => owner !== undefined && next.owners.some((one) => sameOwner(one, owner));

/** Whether a key's record is followed, by `prev` and in time, by the next. */
const follows = (next: CheckedKey, before: CheckedKey): boolean =>
  next.prev?.uri === before.uri && next.prev.cid === before.cid && next.createdAt >= before.createdAt;

/** Where a chain of keys breaks, if it does. */
export type ChainVerdict = { ok: true } | { ok: false; at: number; reason: string };

/**
 * Judge a whole chain, oldest first: each record names the one before, and once an owner has signed, the owner of the
 * record before signs each. The first may name one that is no longer kept.
 */
export const checkChain = (chain: CheckedKey[]): ChainVerdict => {
  if (chain.length > MAX_CHAIN) return { ok: false, at: MAX_CHAIN, reason: `Longer than ${MAX_CHAIN}` };
  for (const [at, key] of chain.entries()) {
    const before = chain[at - 1];
    if (before === undefined) continue;
    if (!follows(key, before)) return { ok: false, at, reason: "It does not name the key before it" };
    if (before.owners.length > 0 && !isSignedByOwnerOf(before, key)) return { ok: false, at, reason: "The owner of the key before it has not signed it" };
  }
  return { ok: true };
};
