import { env } from "cloudflare:test";
import { currentOf, masterKeyId, unwrapKey, wrapKey, type MasterKey } from "@rookery/pds";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, ask, freshName, provision } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { colonyKeyOf, colonyScalar, deriveColonyKey } from "../federation/colony-key.ts";
import { identityOf, rewrappingOf, secretsOf } from "../host/master-key.ts";
import { ReservedKeys } from "../identity/reserved-keys.ts";
import { ColonySecrets } from "./colony-secrets.ts";
import { type Rewrapping, type RewrapRound, rewrap, rewrapProgress } from "./rewrap.ts";
import { readStanding } from "./standing.ts";

const OLD = new Uint8Array(32).fill(7);
const NEW = new Uint8Array(32).fill(8);
const OTHER = new Uint8Array(32).fill(9);
const both = { current: NEW, previous: OLD };
const did = (i: number): string => `did:plc:${i.toString(2).padStart(24, "0").replaceAll("0", "a").replaceAll("1", "b")}`;

/** A registry with agents whose keys are wrapped under the old key, none of which has an object. */
const population = async (count: number): Promise<void> => {
  const insert = env.DB.prepare("INSERT INTO agent (did, handle, state, genesis, signing_key, lease_until, created_at) VALUES (?, ?, 'active', '{}', ?, 0, 0)");
  const rows = Array.from({ length: count }, (_, i) => insert.bind(did(i), `${freshName()}.test`, wrapKey(OLD, did(i), new Uint8Array([i]))));
  await env.DB.batch(rows);
};

const work = (masterKey: MasterKey, over: Partial<Rewrapping> = {}): Rewrapping => {
  const secrets = new ColonySecrets(env.DB, masterKey);
  return {
    db: env.DB,
    masterKey,
    secrets,
    reserved: new ReservedKeys(env.DB, masterKey),
    prepare: async () => void (await Promise.all([secrets.idempotency(), secrets.get("identity", (key) => colonyScalar(key, "did:web:x"))])),
    agent: () => ({ rewrapKeys: async () => ({ ok: true, value: { rewrapped: 1 } }) }),
    now: Date.now,
    ...over,
  };
};

const standing = async (masterKey: MasterKey): Promise<string> => (await readStanding(env.DB, masterKey, 0)).state;

const values = async (masterKey: MasterKey): Promise<number[]> => {
  const { results } = await env.DB.prepare("SELECT did, signing_key FROM agent ORDER BY did").all<{ did: string; signing_key: ArrayBuffer }>();
  return results.map((row) => unwrapKey(masterKey, row.did, new Uint8Array(row.signing_key))[0] ?? -1);
};

beforeEach(async () => {
  await env.DB.batch(["agent", "setting", "colony_secret", "reserved_key"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("the master key that is set", () => {
  it("is the colony's when the colony is new, and from then on only that one is", async () => {
    expect([await standing(OLD), await standing(OLD), await standing(NEW), await standing(both), await standing({ current: NEW, previous: OTHER })]).toEqual(["current", "current", "wrong", "rotating", "wrong"]);
  });

  it("is tried on what is there, when the registry is from before it said which", async () => {
    await population(1);
    expect(await standing(NEW)).toBe("wrong");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM setting").first("n")).toBe(0);
    expect(await standing(both)).toBe("rotating");
    expect(await standing(OLD)).toBe("current");
  });

  it("tells nothing of itself by its id", () => {
    expect(masterKeyId(OLD)).toMatch(/^[0-9a-f]{32}$/);
    expect(masterKeyId(OLD)).not.toBe(masterKeyId(NEW));
  });
});

describe("a rotation", () => {
  it("wraps everything anew, and is over when nothing is left", async () => {
    await population(250);
    const before = await values(OLD);
    await work(OLD).prepare();
    const identity = await new ColonySecrets(env.DB, OLD).get("identity", () => OTHER);
    await readStanding(env.DB, OLD, 0);
    expect(await rewrapProgress(work(both))).toEqual({ ok: true, value: { state: "rotating", agents: 250, left: 250 } });
    expect(await rewrap(work(both), 60_000)).toEqual({ ok: true, value: { state: "current", agents: 250, left: 0, done: 250, failed: [] } });
    expect(await values(NEW)).toEqual(before);
    expect(await standing(NEW)).toBe("current");
    expect(await standing(OLD)).toBe("wrong");
    expect(await new ColonySecrets(env.DB, NEW).get("identity", () => OTHER)).toEqual(identity);
    await expect(new ColonySecrets(env.DB, OLD).get("identity", () => OTHER)).rejects.toThrow("master key");
    expect(await rewrap(work(both), 60_000)).toMatchObject({ ok: true, value: { state: "current", done: 0 } });
  });

  it("covers signing keys that are reserved for accounts to come", async () => {
    await readStanding(env.DB, OLD, 0);
    const [old, rotating, fresh] = [OLD, both, NEW].map((masterKey) => new ReservedKeys(env.DB, masterKey)) as [ReservedKeys, ReservedKeys, ReservedKeys];
    const names = Array.from({ length: 120 }, (_, i) => did(i));
    for (const name of names) await old.reserve(name, Date.now());
    const before = await Promise.all(names.map((name) => old.find(name)));
    expect(await rewrapProgress(work(both))).toMatchObject({ value: { state: "rotating", left: 120 } });
    expect(await rotating.find(did(3))).toEqual(before[3]);
    expect(await rewrap(work(both), 60_000)).toMatchObject({ ok: true, value: { state: "current", left: 0 } });
    expect(await Promise.all(names.map((name) => fresh.find(name)))).toEqual(before);
    await expect(old.find(did(0))).rejects.toThrow("master key");
    // One that a Worker with older settings reserved in the meantime is found as well.
    await old.reserve(did(200), Date.now());
    expect(await rewrapProgress(work(both))).toMatchObject({ value: { state: "rotating", left: 1 } });
    await rewrap(work(both), 60_000);
    expect((await fresh.find(did(200)))?.didKey).toMatch(/^did:key:zDn/);
  });

  it("makes no secret of the colony with a key that is not the colony's", async () => {
    await readStanding(env.DB, OLD, 0);
    await expect(new ColonySecrets(env.DB, OTHER).idempotency()).rejects.toThrow("ENCRYPTION_MASTER_KEY");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM colony_secret").first("n")).toBe(0);
  });

  it("keeps the colony's key when it was never asked for before", async () => {
    await population(1);
    await readStanding(env.DB, OLD, 0);
    await rewrap(work(both), 60_000);
    const scalar = await new ColonySecrets(env.DB, NEW).get("identity", (key) => colonyScalar(key, "did:web:x"));
    expect((await colonyKeyOf(scalar)).didKey).toBe((await deriveColonyKey(OLD, "did:web:x")).didKey);
  });

  it("may end anywhere: what comes after goes on, and until then both keys open everything", async () => {
    await population(20);
    const before = await values(OLD);
    await readStanding(env.DB, OLD, 0);
    for (let round = 0; round < 3; round++) {
      let left = 5;
      const dying = work(both, {
        agent: () => ({
          rewrapKeys: async () => {
            if (left-- <= 0) throw new Error("the process ended");
            return { ok: true, value: { rewrapped: 1 } };
          },
        }),
      });
      await rewrap(dying, 60_000).catch(() => undefined);
      expect(await values(both)).toEqual(before);
      expect(await standing(both)).toBe("rotating");
    }
    expect(await rewrap(work(both), 60_000)).toMatchObject({ ok: true, value: { state: "current", left: 0 } });
    expect(await values(NEW)).toEqual(before);
  });

  it("stops at its time, and is not over while anything is left", async () => {
    await population(3);
    await readStanding(env.DB, OLD, 0);
    expect(await rewrap(work(both), 0)).toMatchObject({ ok: true, value: { state: "rotating", left: 3, done: 0 } });
    const stubborn = work(both, { agent: (of) => ({ rewrapKeys: async () => (of === did(0) ? { ok: false, error: { status: 409, name: "OtherMasterKey", message: "later" } } : { ok: false, error: { status: 400, name: "RepoNotFound", message: "none" } }) }) });
    expect(await rewrap(stubborn, 60_000)).toMatchObject({ ok: true, value: { state: "rotating", left: 1, done: 2, failed: [{ did: did(0), name: "OtherMasterKey" }] } });
    expect(await standing(NEW)).toBe("wrong");
  });

  it("tells of an agent that does not open or answer, and does all others", async () => {
    await population(12);
    await readStanding(env.DB, OLD, 0);
    await env.DB.prepare("UPDATE agent SET signing_key = ? WHERE did = ?").bind(wrapKey(OTHER, did(0), new Uint8Array([0])), did(0)).run();
    const agent: Rewrapping["agent"] = (of) => ({ rewrapKeys: () => (of === did(1) ? Promise.reject(new Error("it is overloaded")) : Promise.resolve({ ok: true, value: { rewrapped: 1 } })) });
    expect(await rewrap(work(both, { agent }), 60_000)).toMatchObject({
      ok: true,
      value: { state: "rotating", left: 2, done: 10, failed: [{ did: did(0), name: "KeyUnavailable" }, { did: did(1), name: "InternalServerError", message: "it is overloaded" }] },
    });
  });

  it("goes on for what was wrapped under the one before when it was over already", async () => {
    await readStanding(env.DB, OLD, 0);
    await rewrap(work(both), 60_000);
    await population(1);
    expect(await rewrapProgress(work(both))).toMatchObject({ value: { state: "rotating", left: 1 } });
    expect(await rewrap(work(both), 60_000)).toMatchObject({ value: { state: "current", left: 0, done: 1 } });
    expect(await values(NEW)).toEqual([0]);
  });

  it("is refused with a key that is not the one before", async () => {
    await population(1);
    await readStanding(env.DB, OLD, 0);
    expect(await rewrap(work({ current: NEW, previous: OTHER }), 60_000)).toMatchObject({ ok: false, error: { status: 503, name: "WrongMasterKey" } });
    expect(await values(OLD)).toEqual([0]);
  });
});

describe("through the door", () => {
  it("the admin sees which it is; with the colony's own there is nothing to do", async () => {
    await provision();
    const state = await ask<RewrapRound>("/admin/keys", { auth: ADMIN });
    expect(state.body).toEqual({ state: "current", agents: 1, left: 0 });
    expect((await ask<RewrapRound>("/admin/keys/rewrap", { auth: ADMIN, method: "POST" })).body).toEqual({ state: "current", agents: 1, left: 0, done: 0, failed: [] });
  });

  it("the colony's key is the one that it always had", async () => {
    const { hostDid, masterKey } = configOf(env);
    expect((await identityOf(env)).didKey).toBe((await deriveColonyKey(currentOf(masterKey), hostDid)).didKey);
    expect(rewrappingOf(env).secrets).toBe(secretsOf(env));
  });
});
