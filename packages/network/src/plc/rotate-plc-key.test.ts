import { P256PrivateKey, P256PrivateKeyExportable } from "@atcute/crypto";
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, ask, provision } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { hostOf, provisioningOf } from "../host/host.ts";
import { PlcClient } from "../provisioning/plc-client.ts";
import type { PlcOperation } from "../provisioning/operation.ts";
import { RotationKeys } from "./rotation-keys.ts";
import { type PlcKeyRotation, plcKeyProgress, rotatePlcKey } from "./rotate-plc-key.ts";
import { updatePlc } from "./update-plc.ts";

const keyOf = (byte: number) => () => P256PrivateKey.importRaw(new Uint8Array(32).fill(byte));
const own = configOf(env).rotationKey;
const plc = new PlcClient(env.PLC_URL);
const rotationKeysOf = async (did: string): Promise<string[]> => (await (await fetch(`${env.PLC_URL}/${did}/log/last`)).json<PlcOperation>()).rotationKeys;
const didOfKey = async (key: () => Promise<P256PrivateKey>): Promise<string> => (await key()).exportPublicKey("did");

const work = (rotation: RotationKeys, over: Partial<PlcKeyRotation> = {}): PlcKeyRotation => ({ db: env.DB, plc, rotation, now: Date.now, ...over });
const both = (byte: number) => new RotationKeys(keyOf(byte), own);

beforeEach(async () => {
  await env.DB.batch(["agent", "setting"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("the colony's rotation key", () => {
  it("is the colony's when the colony is new, and from then on only that one is", async () => {
    await provision();
    expect(await plcKeyProgress(work(new RotationKeys(keyOf(31))))).toMatchObject({ ok: false, error: { status: 503, name: "WrongPlcKey" } });
    expect(await plcKeyProgress(work(both(31)))).toMatchObject({ value: { state: "rotating", accounts: 1, left: 1 } });
    expect(await plcKeyProgress(work(new RotationKeys(own)))).toMatchObject({ value: { state: "current", key: await didOfKey(own), accounts: 1, left: 0 } });
    expect(await plcKeyProgress(work(new RotationKeys(keyOf(31), keyOf(32))))).toMatchObject({ error: { name: "WrongPlcKey" } });
  });

  it("takes the place of the one before in every DID, where the owner's keys stay first", async () => {
    const agents = [await provision(), await provision(), await provision()];
    const [ann, bob, cat] = agents.map(({ did }) => did) as [string, string, string];
    const owner = await (await P256PrivateKeyExportable.createKeypair()).exportPublicKey("did");
    const [before, after] = [await didOfKey(own), await didOfKey(keyOf(41))];
    const desk = { plc, rotation: new RotationKeys(own) };
    await updatePlc(desk, bob, (data) => ({ ...data, rotationKeys: [owner, ...data.rotationKeys] }));
    await updatePlc(desk, cat, (data) => ({ ...data, rotationKeys: [owner] }));
    expect(await rotatePlcKey(work(both(41)), 60_000)).toEqual({ ok: true, value: { state: "current", key: after, accounts: 3, left: 0, done: 3, failed: [] } });
    expect([await rotationKeysOf(ann), await rotationKeysOf(bob), await rotationKeysOf(cat)]).toEqual([[after], [owner, after], [owner]]);
    expect(before).not.toBe(after);
    // The one before is nobody's any more, and again is nothing to do.
    expect(await plcKeyProgress(work(new RotationKeys(keyOf(41))))).toMatchObject({ value: { state: "current", left: 0 } });
    expect(await plcKeyProgress(work(new RotationKeys(own)))).toMatchObject({ error: { name: "WrongPlcKey" } });
    expect(await rotatePlcKey(work(both(41)), 60_000)).toMatchObject({ value: { state: "current", done: 0 } });
  });

  it("may end anywhere: what comes after goes on, and until then both have their say", async () => {
    const agents = [await provision(), await provision(), await provision(), await provision(), await provision(), await provision()];
    for (let left = agents.length; left > 0; ) {
      let posts = 0;
      const dying = new PlcClient(env.PLC_URL);
      dying.submit = async (did, operation) => {
        // One is taken and nobody hears of it, then the directory is gone.
        if (posts++ === 0) await plc.submit(did, operation);
        return { ok: false, error: { status: 503, name: "PlcUnavailable", message: "gone" } };
      };
      const round = await rotatePlcKey(work(both(42), { plc: dying }), 60_000);
      if (!round.ok) throw new Error(round.error.message);
      expect(round.value.failed.length).toBe(left);
      for (const { did } of agents) expect(await both(42).among(await rotationKeysOf(did))).toBeDefined();
      const again = await rotatePlcKey(work(both(42), { now: ticking() }), 4);
      if (!again.ok) throw new Error(again.error.message);
      expect(again.value.left).toBeLessThan(left);
      left = again.value.left;
    }
    const after = await didOfKey(keyOf(42));
    for (const { did } of agents) expect(await rotationKeysOf(did)).toEqual([after]);
    expect(await plcKeyProgress(work(new RotationKeys(keyOf(42))))).toMatchObject({ value: { state: "current" } });
  });

  it("is not over while an agent is about to be made with the one before", async () => {
    await provision();
    await env.DB.prepare("INSERT INTO agent (did, handle, state, genesis, signing_key, lease_until, created_at) VALUES ('did:plc:aaaaaaaaaaaaaaaaaaaaaaab', 'late.test', 'reserved', '{}', x'00', 0, 9000000000000)").run();
    const round = await rotatePlcKey(work(both(43)), 60_000);
    expect(round).toMatchObject({ value: { state: "rotating", left: 1, done: 1, failed: [{ name: "NotPosted" }] } });
  });

  it("through the door: the admin sees which it is; with the colony's own there is nothing to do", async () => {
    await provision();
    expect((await ask("/admin/keys/plc", { auth: ADMIN })).body).toEqual({ state: "current", key: await didOfKey(own), accounts: 1, left: 0 });
    expect((await ask("/admin/keys/plc", { auth: ADMIN, method: "POST" })).body).toMatchObject({ state: "current", done: 0, failed: [] });
  });

  it("ends DIDs of either key while it is rotated", async () => {
    const { did } = await provision();
    const { registry } = provisioningOf(hostOf(env));
    expect((await registry.byDid(did))?.state).toBe("active");
    const key = await both(44).among(await rotationKeysOf(did));
    expect(key?.did).toBe(await didOfKey(own));
  });
});

/** A clock on which every look takes a millisecond. */
const ticking = (): (() => number) => {
  let now = 0;
  return () => now++;
};
