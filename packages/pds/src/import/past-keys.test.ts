import { describe, expect, it } from "vitest";
import { MAX_PAST_KEYS } from "./limits.ts";
import { keysOfAuditLog } from "./past-keys.ts";

const operation = (atproto: unknown, nullified = false) => ({ nullified, operation: { type: "plc_operation", verificationMethods: { atproto } } });

describe("keysOfAuditLog", () => {
  it("gives every key that the DID had, newest first, each once", () => {
    const log = [{ nullified: false, operation: { type: "create", signingKey: "did:key:old" } }, operation("did:key:a"), operation("did:key:b"), operation("did:key:a")];
    expect(keysOfAuditLog(log)).toEqual(["did:key:a", "did:key:b", "did:key:old"]);
  });

  it("leaves out what was nullified, tombstones, and what is no key", () => {
    const log = [operation("did:key:a"), operation("did:key:thief", true), operation(7), { operation: { type: "plc_tombstone" } }, null, "text", { operation: null }, { operation: { type: "plc_operation" } }];
    expect(keysOfAuditLog(log)).toEqual(["did:key:a"]);
    for (const none of [null, {}, "log", undefined]) expect(keysOfAuditLog(none)).toEqual([]);
  });

  it("has a bound", () => {
    const log = Array.from({ length: MAX_PAST_KEYS + 50 }, (_, i) => operation(`did:key:${i}`));
    expect(keysOfAuditLog(log)).toHaveLength(MAX_PAST_KEYS);
    expect(keysOfAuditLog(log)[0]).toBe(`did:key:${MAX_PAST_KEYS + 49}`);
  });
});
