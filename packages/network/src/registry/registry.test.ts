import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { freshName, provision } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { identityDeskOf } from "../host/identity.ts";
import { secretsOf } from "../host/master-key.ts";
import { agentStub, relayStub } from "../host/stubs.ts";
import { Provisioning } from "../provisioning/provisioning.ts";
import { Registry } from "./registry.ts";

const registry = new Registry(env.DB);
const down = new Provisioning({ config: { ...configOf(env), plcUrl: "http://127.0.0.1:1" }, secrets: secretsOf(env), registry, blobs: env.BLOBS, agent: (did) => agentStub(env, did), resolveHandle: () => Promise.resolve(undefined), reserved: identityDeskOf(env).reserved, relay: relayStub(env) });

/** A reservation that its request has left, as a PLC directory that is down leaves it. */
const reservation = async () => {
  const handle = `${freshName()}.test`;
  await down.create({ handle });
  const row = await registry.byHandle(handle);
  if (row === null) throw new Error("no reservation");
  return row;
};

describe("handles", () => {
  it("are those of active agents among the DIDs asked about, up to a hundred", async () => {
    const [one, two] = [await provision(), await provision()];
    const reserved = await reservation();
    const strangers = Array.from({ length: 97 }, (_, i) => `did:plc:${String(i).padStart(24, "a")}`);
    expect(await registry.handles([one.did, two.did, reserved.did, ...strangers])).toEqual(new Map([[one.did, one.handle], [two.did, two.handle]]));
    expect(await registry.handles([])).toEqual(new Map());
  });
});

describe("a reservation", () => {
  it("is given up by one alone, and not finished after that", async () => {
    const row = await reservation();
    const claims = await Promise.all([1, 2, 3].map(() => registry.claim(row, Date.now() + 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await registry.renewLease(row.did, Date.now() + 60_000)).toBe(false);
    expect(await registry.activate(row)).toBe(false);
    expect(await registry.find(row.did)).toBeUndefined();
  });

  it("is not given up once its maker has come back", async () => {
    const row = await reservation();
    expect(await registry.renewLease(row.did, 0)).toBe(true);
    expect(await registry.claim(row, Date.now() + 60_000)).toBe(false);
    expect(await registry.activate(row)).toBe(true);
    const active = await registry.byDid(row.did);
    expect(active === null ? undefined : await registry.claim(active, Date.now())).toBe(false);
  });

  it("that has a key does not stand in the sweeper's way", async () => {
    const handle = `${freshName()}.test`;
    await down.create({ handle, idempotencyKey: "sweeper" });
    const now = Date.now() + 1;
    expect((await registry.unfinished(now, now - 60_000, 50)).map((row) => row.handle)).not.toContain(handle);
    expect((await registry.unfinished(now, now, 50)).map((row) => row.handle)).toContain(handle);
  });
});

describe("finding an agent", () => {
  it("does not remember an answer that a change has overtaken", async () => {
    const { did, handle } = await provision();
    const other = new Registry(env.DB);
    // Forgotten while the question is on its way to D1 and back.
    const asked = other.find(handle);
    await registry.markDeleting({ did, handle }, "tombstone", null, Date.now() + 60_000);
    await asked;
    expect(await other.find(handle)).toBeUndefined();
  });

  it("does not remember names that are longer than any", async () => {
    expect(await registry.find(`did:plc:${"a".repeat(100_000)}`)).toBeUndefined();
    expect(await registry.findLogin(`${"a".repeat(100_000)}@example.com`)).toBeUndefined();
  });
});
