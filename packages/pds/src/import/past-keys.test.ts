import { afterEach, describe, expect, it, vi } from "vitest";
import { MAX_PAST_KEYS } from "./limits.ts";
import { keysOfAuditLog, pastKeysOf } from "./past-keys.ts";

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

describe("pastKeysOf", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("asks the document of a did:web, on loopback only where the colony is there, too", async () => {
    const did = "did:web:localhost%3A4000";
    const didKey = "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169";
    const document = { id: did, verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: didKey.slice("did:key:".length) }] };
    const asked: unknown[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
      asked.push(url);
      return Response.json(document);
    });
    const ports = { plcUrl: "http://plc.test", origin: "http://localhost:3000" };
    expect(await pastKeysOf(ports, did)).toEqual({ ok: true, value: [didKey] });
    expect(await pastKeysOf({ ...ports, origin: "https://colony.example.com" }, did)).toEqual({ ok: true, value: [] });
    expect(asked).toEqual(["http://localhost:4000/.well-known/did.json"]);
  });
});
