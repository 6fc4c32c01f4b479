import type { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { generateKeyPairSync } from "node:crypto";
import { type LexMap, tidOf } from "@rookery/repo";
import { ok } from "@rookery/sync";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { didKeyOf } from "../src/keys/public-key.ts";
import { wrapKey } from "../src/keys/wrap.ts";
import { activate } from "../src/standing/standing.ts";
import type { AgentState } from "../src/state.ts";
import { type Made, create, makeAgent, note, value } from "./agents.ts";
import { carOfRepo, foreignKey, foreignRepo, streamOf } from "./foreign-repo.ts";
import { bytesOf, verifyExport } from "./verify.ts";
import { world } from "./worker.ts";

let key: Secp256k1PrivateKeyExportable;
let agent: Made;

beforeEach(async () => {
  key = await foreignKey();
  const log = [{ operation: { type: "plc_operation", verificationMethods: { atproto: await key.exportPublicKey("did") } } }];
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(log));
  // An object that waits for one is not put to sleep before it is over.
  vi.spyOn(AbortSignal, "timeout").mockImplementation(() => new AbortController().signal);
  agent = await makeAgent({ adopted: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const inside = <T>(work: (state: AgentState) => Promise<T>): Promise<T> => runInDurableObject(agent.stub, (instance) => instance.inside(work));
const exported = async (of = agent) => verifyExport(await bytesOf(value(await of.api.exportRepo({}))), of);
const notes = (count: number, text = "note") => new Map<string, LexMap>(Array.from({ length: count }, (_, i) => [`com.example.note/${tidOf(1_700_000_000_000_000 + i, 0)}`, note(`${text} ${i}`)]));
const carOf = async (records: Map<string, LexMap>) => carOfRepo(await foreignRepo(agent.did, key, records));
const importOf = async (records: Map<string, LexMap>) => agent.api.importRepo({ car: streamOf(await carOf(records)) });
const kinds = () => world.relay.rowsOf(agent.did).map(({ kind }) => kind);

describe("the step in which one repository takes the place of another", () => {
  it("is whole or not at all, whichever of its statements fails; the account goes on with what it has", async () => {
    value(await importOf(notes(30, "before")));
    await inside(async (state) => activate(state));
    const before = await exported();
    const car = await carOf(notes(40, "after"));
    /** Import with the statement of this number failing in the second transaction: in the first tables are made for it. */
    const failing = (at: number) =>
      inside(async ({ imports, storage, sql }) => {
        const exec = sql.exec.bind(sql);
        const transaction = storage.transactionSync.bind(storage);
        const seen = { transactions: 0, isInside: false, statements: 0 };
        const statement = vi.spyOn(sql, "exec").mockImplementation((...args) => {
          if (seen.transactions === 2 && seen.isInside && ++seen.statements === at) throw new Error(`statement ${at}`);
          return exec(...args) as never;
        });
        const step = vi.spyOn(storage, "transactionSync").mockImplementation((work) => {
          seen.transactions++;
          return transaction(() => {
            seen.isInside = true;
            try {
              return work();
            } finally {
              seen.isInside = false;
            }
          });
        });
        const outcome = await imports.run(streamOf(car)).then(() => "done", String);
        step.mockRestore();
        statement.mockRestore();
        return outcome;
      });
    let at = 1;
    for (; ; at++) {
      const outcome = await failing(at);
      if (outcome === "done") break;
      expect(outcome).toBe(`Error: statement ${at}`);
      if (at % 7 === 1) expect((await exported()).records).toEqual(before.records);
    }
    expect(at).toBeGreaterThan(20);
    expect((await exported()).records.size).toBe(40);
    value(await agent.api.write({ ops: [create("new")] }));
    await expect.poll(kinds).toEqual(["account", "identity", "sync", "sync", "commit"]);
    expect((await exported()).records.size).toBe(41);
  });

  it("leaves nothing behind that a new start of the object would trip over, however far an import had come", async () => {
    value(await importOf(notes(600, "before")));
    // Nobody cleared away what that left, and another was begun.
    const half = (await carOf(notes(600, "half"))).slice(0, 40_000);
    expect(await agent.api.importRepo({ car: streamOf(half) })).toMatchObject({ ok: false });
    await evictDurableObject(agent.stub);
    expect((await exported()).records.size).toBe(600);
    value(await importOf(notes(20, "after")));
    await evictDurableObject(agent.stub);
    expect((await exported()).records.size).toBe(20);
    await inside(async ({ imports }) => {
      while ((await imports.job()) !== undefined);
    });
    expect((await exported()).records.size).toBe(20);
  });

  it("does not happen when something was written meanwhile: what was answered stays", async () => {
    await inside(async (state) => activate(state));
    const car = await carOf(notes(1_500));
    const done = { over: false };
    const importing = agent.api.importRepo({ car: streamOf(car, { piece: 50_021 }) }).finally(() => (done.over = true));
    let written = 0;
    for (; !done.over; await scheduler.wait(2)) if ((await agent.api.write({ ops: [create(`w${written}`)] })).ok) written++;
    const outcome = await importing;
    // Whoever writes wins: an import would take back what was answered.
    expect(outcome).toMatchObject({ ok: false, error: { message: expect.stringContaining("written to meanwhile") } });
    expect(written).toBeGreaterThan(0);
    expect((await exported()).records.size).toBe(written);
    value(await importOf(notes(1_500)));
    expect((await exported()).records.size).toBe(1_500);
  });
});

describe("a signing key that is rotated", () => {
  const fresh = async () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pkcs8 = new Uint8Array(pair.privateKey.export({ format: "der", type: "pkcs8" }));
    const publicKey = new Uint8Array(pair.publicKey.export({ format: "der", type: "spki" })).slice(-65);
    return { change: { kind: "signing-key", add: await didKeyOf(pkcs8) } as const, wrapped: wrapKey(world.masterKey, agent.did, pkcs8), publicKey };
  };

  it("signs what came from elsewhere", async () => {
    value(await importOf(notes(300)));
    await inside(async (state) => activate(state));
    const { publicKey, ...change } = await fresh();
    value(await agent.api.changeDid(change));
    agent = { ...agent, publicKey };
    expect((await exported()).records.size).toBe(300);
    value(await agent.api.write({ ops: [create("new")] }));
    expect((await exported()).records.size).toBe(301);
    expect(kinds()).toEqual(["account", "identity", "sync", "identity", "commit", "sync", "commit"]);
  });

  it("while a repository is taken in is a change of the one that is here: the import is refused, and goes well then", async () => {
    const car = await carOf(notes(2_000));
    const { publicKey, ...change } = await fresh();
    const importing = agent.api.importRepo({ car: streamOf(car, { piece: 50_021 }) });
    await scheduler.wait(20);
    value(await agent.api.changeDid(change));
    expect(await importing).toMatchObject({ ok: false, error: { message: expect.stringContaining("written to meanwhile") } });
    agent = { ...agent, publicKey };
    expect((await exported()).records.size).toBe(0);
    value(await importOf(notes(2_000)));
    expect((await exported()).records.size).toBe(2_000);
  });

  it("and is not settled yet keeps an import away, and the writes that wait are written afterwards", async () => {
    const usual = world.directory;
    let settle = (): void => undefined;
    const asked = new Promise<void>((resolve) => (settle = resolve));
    let posted = false;
    world.directory = { ...usual, look: async () => (posted ? ok("there") : ok("to-do")), post: async () => {
      await asked;
      posted = true;
      return ok(null);
    } };
    const { publicKey, ...change } = await fresh();
    const changing = agent.api.changeDid(change);
    await scheduler.wait(20);
    expect(await importOf(notes(10))).toMatchObject({ ok: false, error: { status: 503, name: "SigningKeyUncertain" } });
    settle();
    expect(value(await changing).state).toBe("done");
    world.directory = usual;
    agent = { ...agent, publicKey };
    value(await importOf(notes(10)));
    expect((await exported()).records.size).toBe(10);
  });
});
