import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { freshName, login } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { identityDeskOf } from "../host/identity.ts";
import { secretsOf } from "../host/master-key.ts";
import { agentStub, relayStub } from "../host/stubs.ts";
import { Registry } from "../registry/registry.ts";
import { Provisioning } from "./provisioning.ts";

/** Nothing listens on port 1. */
const CLOSED = "http://127.0.0.1:1";

const provisioningAt = (plcUrl: string): Provisioning =>
  new Provisioning({ config: { ...configOf(env), plcUrl }, secrets: secretsOf(env), registry: new Registry(env.DB), blobs: env.BLOBS, agent: (did) => agentStub(env, did), resolveHandle: () => Promise.resolve(undefined), reserved: identityDeskOf(env).reserved, relay: relayStub(env) });

const down = provisioningAt(CLOSED);
const up = provisioningAt(env.PLC_URL);

describe("provisioning while the PLC directory is down", () => {
  it("says so, and the name is free again when it is back", async () => {
    const handle = `${freshName()}.test`;
    const failed = await down.create({ handle });
    expect(failed).toMatchObject({ ok: false, error: { status: 503, name: "PlcUnavailable" } });
    expect(failed.ok ? "" : failed.error.message).toContain(CLOSED);
    expect(await new Registry(env.DB).find(handle)).toBeUndefined();
    // Still down: the earlier try cannot be settled, and nothing more is made.
    expect(await down.create({ handle })).toMatchObject({ ok: false, error: { name: "PlcUnavailable" } });
    const made = await up.create({ handle });
    expect(made).toMatchObject({ ok: true, value: { handle } });
  });

  it("goes on with the same DID for the same Idempotency-Key", async () => {
    const handle = `${freshName()}.test`;
    const account = { handle, idempotencyKey: `down-${handle}` };
    expect(await down.create(account)).toMatchObject({ ok: false, error: { name: "PlcUnavailable" } });
    const reserved = await new Registry(env.DB).byHandle(handle);
    // Somebody else does not get the name meanwhile: its maker may come back.
    expect(await up.create({ handle })).toMatchObject({ ok: false, error: { name: "HandleNotAvailable" } });
    const made = await up.create(account);
    if (!made.ok || reserved === null) throw new Error(JSON.stringify({ made, reserved }));
    expect(made.value.did).toBe(reserved.did);
    await login(handle, made.value.password);
  });

  it("keeps a destruction written down until the DID can be ended too", async () => {
    const made = await up.create({ handle: `${freshName()}.test` });
    if (!made.ok) throw new Error(made.error.message);
    const { did, handle } = made.value;
    expect(await down.destroy({ actor: did, plc: "tombstone" })).toMatchObject({ ok: false, error: { name: "PlcUnavailable" } });
    expect(await new Registry(env.DB).find(did)).toBeUndefined();
    // The admin still sees what is not at its end yet.
    expect(await new Registry(env.DB).list("", 1000)).toContainEqual(expect.objectContaining({ did, state: "deleting" }));
    expect(await up.destroy({ actor: did, plc: "tombstone" })).toEqual({ ok: true, value: { did, handle, plc: "tombstone" } });
    expect(await (await fetch(`${env.PLC_URL}/${did}/log/last`)).json()).toMatchObject({ type: "plc_tombstone" });
  });
});

describe("the sweeper", () => {
  it("frees the name of a reservation that nobody came back for, and ends its DID if it was posted", async () => {
    const registry = new Registry(env.DB);
    const handle = `${freshName()}.test`;
    expect(await down.create({ handle })).toMatchObject({ ok: false });
    const row = await registry.byHandle(handle);
    if (row === null) throw new Error("no reservation");
    // As if the process had died right after posting.
    await fetch(`${env.PLC_URL}/${row.did}`, { method: "POST", headers: { "content-type": "application/json" }, body: row.genesis });
    await up.sweep();
    expect(await registry.byHandle(handle)).toBeNull();
    expect(await (await fetch(`${env.PLC_URL}/${row.did}/log/last`)).json()).toMatchObject({ type: "plc_tombstone" });
  });

  it("goes on with a destruction that was cut short", async () => {
    const registry = new Registry(env.DB);
    const made = await up.create({ handle: `${freshName()}.test` });
    if (!made.ok) throw new Error(made.error.message);
    await registry.markDeleting(made.value, "tombstone", null, 0);
    await up.sweep();
    expect(await registry.byDid(made.value.did)).toBeNull();
    expect(await (await fetch(`${env.PLC_URL}/${made.value.did}/log/last`)).json()).toMatchObject({ type: "plc_tombstone" });
  });

  it("leaves alone what somebody is at work on, or may come back for", async () => {
    const registry = new Registry(env.DB);
    const handle = `${freshName()}.test`;
    await down.create({ handle, idempotencyKey: `kept-${handle}` });
    await up.sweep();
    expect(await registry.byHandle(handle)).toMatchObject({ state: "reserved" });
  });
});
