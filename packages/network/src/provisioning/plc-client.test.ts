import { afterEach, describe, expect, it, vi } from "vitest";
import { PlcClient } from "./plc-client.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const OPERATION = { type: "plc_operation", rotationKeys: ["did:key:z1"], verificationMethods: { atproto: "did:key:z2" }, alsoKnownAs: [], services: {}, prev: null, sig: "x" };

const answering = (body: unknown, status = 200) =>
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a PLC directory", () => {
  it("that answers with something else than an operation is one that cannot be asked now", async () => {
    const client = new PlcClient("http://plc.test");
    const { rotationKeys: _, ...keyless } = OPERATION;
    for (const body of ["<html>Log in</html>", "", null, [], "x", {}, { type: "plc_operation" }, keyless, { ...OPERATION, rotationKeys: "did:key:z1" }, { ...OPERATION, services: { a: null } }, { type: "create" }, { type: "plc_tombstone" }]) {
      answering(body);
      expect(await client.last(DID)).toMatchObject({ ok: false, error: { status: 503, name: "PlcUnavailable" } });
      expect(await client.data(DID)).toMatchObject({ ok: false, error: { status: 503, name: "PlcUnavailable" } });
    }
  });

  it("is not listened to without end", async () => {
    answering(`"${"x".repeat(100_000)}"`);
    expect(await new PlcClient("http://plc.test").last(DID)).toMatchObject({ ok: false, error: { name: "PlcUnavailable", message: expect.stringContaining("more than 64000 bytes") } });
  });

  it("has operations of today, of the first days, and last ones", async () => {
    const client = new PlcClient("http://plc.test");
    answering(OPERATION);
    expect(await client.data(DID)).toMatchObject({ ok: true, value: { rotationKeys: ["did:key:z1"] } });
    answering({ type: "create", signingKey: "did:key:z1", recoveryKey: "did:key:z2", handle: "old.example.com", service: "https://old.example.com", prev: null, sig: "x" });
    expect(await client.data(DID)).toMatchObject({ ok: true, value: { rotationKeys: ["did:key:z2", "did:key:z1"], alsoKnownAs: ["at://old.example.com"] } });
    answering({ type: "plc_tombstone", prev: "x", sig: "x" });
    expect(await client.data(DID)).toEqual({ ok: true, value: undefined });
    answering({ message: "not found" }, 404);
    expect(await client.last(DID)).toEqual({ ok: true, value: undefined });
  });
});
