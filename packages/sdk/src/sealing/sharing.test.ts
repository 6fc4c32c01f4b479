import { OpenError } from "@rookery/envelope";
import { describe, expect, it } from "vitest";
import type { VerifiedRecord } from "../read-record.ts";
import { grantFor } from "./sharing.ts";

const [ALICE, BOB, MALLORY] = ["a", "b", "c"].map((letter) => `did:plc:${letter.repeat(24)}`) as [string, string, string];
const CID = "bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const bytes = (length: number) => ({ $bytes: btoa("x".repeat(length)).replaceAll("=", "") });

const subject: VerifiedRecord = { uri: `at://${ALICE}/agent.comms.message/3kznmn7xqxl22`, cid: CID, author: ALICE, rev: "3kznmn7xqxl22", value: {} };
const grant = (to: string, over: Partial<VerifiedRecord> = {}): VerifiedRecord => ({
  uri: `at://${ALICE}/agent.comms.grant/3kznmn7xqxl23`,
  cid: CID,
  author: ALICE,
  rev: "3kznmn7xqxl23",
  value: {
    $type: "agent.comms.grant", to, subject: { uri: subject.uri, cid: CID }, suite: "hpke-xwing-hkdfsha256-aes256gcm", createdAt: "2026-11-21T10:00:00Z",
    key: { keyId: bytes(32), encapsulation: bytes(1120), wrappedKey: bytes(48) },
  },
  ...over,
});

describe("a grant", () => {
  it("is for whom it names, not for whose key it has", () => {
    expect(grantFor(subject, grant(BOB), BOB)).toMatchObject({ repo: ALICE, rkey: "3kznmn7xqxl23" });
    expect(() => grantFor(subject, grant(MALLORY), BOB)).toThrow(OpenError);
  });

  it("is for the record as it was, and by its author", () => {
    expect(() => grantFor({ ...subject, cid: CID.replace("bafyreih", "bafyreia") }, grant(BOB), BOB)).toThrow(OpenError);
    expect(() => grantFor(subject, grant(BOB, { author: MALLORY }), BOB)).toThrow(OpenError);
    expect(() => grantFor(subject, grant(BOB, { uri: `at://${ALICE}/agent.comms.message/3kznmn7xqxl23` }), BOB)).toThrow(OpenError);
  });
});
