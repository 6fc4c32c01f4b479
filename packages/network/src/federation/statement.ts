/**
 * What colonies sign for each other. The signed bytes are lines of UTF-8 joined by a newline: a name for the whole protocol,
 * what the statement is for, then its fields. No field can hold a newline, so no two statements have the same bytes, and one
 * made for one purpose, pair or moment is good for no other. See docs/federation.md.
 */
import { randomBytes } from "node:crypto";
import { verifySignature } from "@rookery/sync";
import type { ColonyKey } from "./colony-key.ts";
import { CLOCK_SKEW, MAX_STATEMENT_LIFE } from "./limits.ts";

/** First line of every signed statement. */
const PROTOCOL = "agent.network.peering/1";

/** The handshake between two colonies, as both sign it. */
export interface Handshake {
  /** DID of the colony that asked, and of the one that was asked. */
  requester: string;
  responder: string;
  /** Nonce of each. */
  requesterNonce: string;
  responderNonce: string;
  /** RFC 3339 time in UTC until which the responder's nonce can be answered; signed letter by letter as it was sent. */
  expiresAt: string;
}

/** The end of a peering, as the colony that ends it signs it. */
export interface Farewell {
  from: string;
  to: string;
  nonce: string;
  expiresAt: string;
}

type Bytes = Uint8Array;

const lines = (...fields: string[]): Bytes => new TextEncoder().encode([PROTOCOL, ...fields].join("\n"));

const handshakeLines = (purpose: string, h: Handshake): Bytes => lines(purpose, h.requester, h.responder, h.requesterNonce, h.responderNonce, h.expiresAt);

/** What the responder signs: it holds the key of its DID, and heard this request. */
export const challengeBytes = (handshake: Handshake): Bytes => handshakeLines("challenge", handshake);

/** What the requester signs: it holds the key of its DID, and heard this challenge. */
export const confirmationBytes = (handshake: Handshake): Bytes => handshakeLines("confirmation", handshake);

/** What the colony that ends a peering signs. */
export const farewellBytes = ({ from, to, nonce, expiresAt }: Farewell): Bytes => lines("end", from, to, nonce, expiresAt);

/** Signature as text: base64url of 64 bytes, without padding. */
export const signStatement = async (key: ColonyKey, bytes: Bytes): Promise<string> => Buffer.from(await key.sign(bytes)).toString("base64url");

/** Whether `signature` over `bytes` was made by the key. Anything that is no signature is none. */
export const verifyStatement = async (bytes: Bytes, signature: string, didKey: string): Promise<boolean> =>
  /^[A-Za-z0-9_-]{86}$/.test(signature) && verifySignature(bytes, new Uint8Array(Buffer.from(signature, "base64url")), didKey);

/** 32 random bytes, base64url. */
export const freshNonce = (): string => randomBytes(32).toString("base64url");

/** Whether a text can be a nonce: base64url of 16 to 64 bytes. */
export const isNonce = (text: string): boolean => /^[A-Za-z0-9_-]{22,86}$/.test(text);

/** Expiry as ms since 1970; undefined when it is no time in the form asked for, over, or too far ahead. */
export const expiryOf = (expiresAt: string, now: number): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(expiresAt)) return undefined;
  const time = Date.parse(expiresAt);
  return time > now - CLOCK_SKEW && time <= now + MAX_STATEMENT_LIFE + CLOCK_SKEW ? time : undefined;
};
