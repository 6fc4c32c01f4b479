import { describe, expect, it } from "vitest";
import { ids } from "./generated/nsid.ts";
import { isMemory } from "./memory-rules.ts";
import { validateRecord } from "./validate-record.ts";

const sealed = {
  $type: "agent.comms.defs#sealed", version: 1, suite: "hpke-xwing-hkdfsha256-aes256gcm", level: "private", innerType: ids.AgentMemoryNote,
  salt: { $bytes: "AAAAAAAAAAAAAAAAAAAAAA" }, commitment: { $bytes: "A".repeat(43) }, recipients: [], ciphertext: { $bytes: "A".repeat(400) },
};
const plain = { text: "The build is green.", createdAt: "2026-11-21T12:00:00Z" };

describe("records of memory", () => {
  it.each([ids.AgentMemoryNote, ids.AgentMemoryDecision, ids.AgentMemoryFact, ids.AgentMemorySummary])("%s is plain and whole, or sealed", (collection) => {
    expect(validateRecord(collection, plain)).toEqual({ known: true, ok: true });
    expect(validateRecord(collection, { sealed })).toEqual({ known: true, ok: true });
    expect(validateRecord(collection, { createdAt: plain.createdAt })).toMatchObject({ ok: false, message: expect.stringContaining('"text"') });
    expect(validateRecord(collection, {})).toMatchObject({ ok: false });
  });

  it("has nothing clear beside what is sealed", () => {
    expect(validateRecord(ids.AgentMemoryNote, { sealed, tags: ["budget"] })).toMatchObject({ ok: false, message: "Record/tags must be inside of what is sealed" });
  });

  it("has one record of pins", () => {
    expect(validateRecord(ids.AgentMemoryPins, { memories: [] })).toEqual({ known: true, ok: true });
    expect(validateRecord(ids.AgentMemoryPins, {})).toMatchObject({ ok: false });
  });

  it("is told by its collection", () => {
    expect([ids.AgentMemoryFact, ids.AgentCommsMessage, "toString"].map(isMemory)).toEqual([true, false, false]);
  });
});
