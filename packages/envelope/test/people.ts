import { type KeyPair, type SealContext, type SuiteName, makeKeyPair } from "../src/index.ts";

/** Addresses of the tests. */
export const alice = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
export const bob = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
export const carol = "did:plc:cccccccccccccccccccccccc";
export const createdAt = "2026-11-21T09:00:00.000Z";

/** Where Alice's message to Bob and Carol is. */
export const context: SealContext = {
  repo: alice,
  collection: "agent.comms.message",
  rkey: "3kznmn7xqxl22",
  routing: { $type: "agent.comms.message", to: [bob, carol], createdAt },
};

/** A key each. */
export const keysOf = async (suite: SuiteName): Promise<{ bobs: KeyPair; carols: KeyPair; stranger: KeyPair }> => {
  const [bobs, carols, stranger] = await Promise.all([makeKeyPair(suite), makeKeyPair(suite), makeKeyPair(suite)]);
  return { bobs, carols, stranger };
};

/** 32 bytes of one value. */
export const filled = (value: number, length = 32): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);
