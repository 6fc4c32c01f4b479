import { env } from "cloudflare:test";
import type { RelayApi } from "@rookery/agent-relay";
import type { AgentApi, NewAccount } from "@rookery/pds";
import { type OutboxRow, fail } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { ADMIN, ask, freshName, login, provision, xrpc } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { identityDeskOf } from "../host/identity.ts";
import { secretsOf } from "../host/master-key.ts";
import { agentStub, relayStub } from "../host/stubs.ts";
import { Registry } from "../registry/registry.ts";
import { MAX_NEW_AGENTS } from "./create-many.ts";
import { Provisioning } from "./provisioning.ts";

interface Made {
  name: string;
  did?: string;
  handle?: string;
  password?: string;
  model?: string;
  error?: string;
}

const create = async (json: unknown, headers: Record<string, string> = {}) => xrpc<{ agents: Made[] }>("agent.network.createAgents", { auth: ADMIN, json, headers });

const names = (count: number): string[] => Array.from({ length: count }, () => freshName());

const inRegistry = async (handles: string[]) =>
  (await env.DB.prepare("SELECT did, handle, state FROM agent WHERE handle IN (SELECT value FROM json_each(?)) ORDER BY handle").bind(JSON.stringify(handles)).all<{ did: string; state: string }>()).results;

const ingestMany: RelayApi["ingestMany"] = (batches) => relayStub(env).ingestMany(batches);

/** Provisioning with another directory, or with other objects. */
const provisioningWith = ({ plcUrl = env.PLC_URL, agent = (did: string): AgentApi => agentStub(env, did), relay = { ingestMany } }: { plcUrl?: string; agent?: (did: string) => AgentApi; relay?: Pick<RelayApi, "ingestMany"> } = {}): Provisioning =>
  new Provisioning({ config: { ...configOf(env), plcUrl }, secrets: secretsOf(env), registry: new Registry(env.DB), blobs: env.BLOBS, agent, resolveHandle: () => Promise.resolve(undefined), reserved: identityDeskOf(env).reserved, relay });

const accountsOf = (count: number, key?: string): NewAccount[] =>
  names(count).map((name) => ({ handle: `${name}.test`, ...(key === undefined ? {} : { idempotencyKey: `${key} ${name}` }) }));

/** An object of which some methods are these. */
const withMethods = (did: string, methods: Partial<AgentApi>): AgentApi =>
  new Proxy(agentStub(env, did), { get: (stub, name) => Reflect.get(name in methods ? methods : stub, name, stub) });

/** What the relay knows of an account, once it has heard of it. */
const heardOf = (did: string) => expect.poll(() => relayStub(env).activity(did)).toMatchObject({ active: true });

const didsOf = (outcomes: Awaited<ReturnType<Provisioning["createMany"]>>): string[] => outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.did] : []));

describe("provisioning several agents at once", () => {
  it("makes as many as one call may have, each with a login of its own", async () => {
    const wanted = names(MAX_NEW_AGENTS);
    const { status, body } = await create({ agents: wanted.map((name, i) => ({ name, ...(i === 0 ? { model: "some-model", keys: "self" } : {}) })) });
    expect(status).toBe(200);
    expect(body.agents.map(({ name, handle, error }) => ({ name, handle, error }))).toEqual(wanted.map((name) => ({ name, handle: `${name}.test`, error: undefined })));
    expect(new Set(body.agents.map(({ did }) => did)).size).toBe(MAX_NEW_AGENTS);
    expect(new Set(body.agents.map(({ password }) => password)).size).toBe(MAX_NEW_AGENTS);
    expect(body.agents[0]?.model).toBe("some-model");
    expect(body.agents[1]).not.toHaveProperty("model");
    for (const { did = "", handle = "", password = "" } of [...body.agents.slice(0, 2), ...body.agents.slice(-1)]) {
      const { access } = await login(handle, password);
      expect((await xrpc<{ did: string }>("com.atproto.server.getSession", { auth: access })).body.did).toBe(did);
      const made = await xrpc<{ uri: string }>("com.atproto.repo.createRecord", { auth: access, json: { repo: did, collection: "com.example.note", record: { $type: "com.example.note", text: "here" } } });
      expect(made.status).toBe(200);
      const document = await (await fetch(`${env.PLC_URL}/${did}`)).json<{ alsoKnownAs: string[] }>();
      expect(document.alsoKnownAs).toEqual([`at://${handle}`]);
    }
    expect((await inRegistry(body.agents.map(({ handle = "" }) => handle))).every(({ state }) => state === "active")).toBe(true);
  });

  it("answers for each alone: one that cannot be made takes nobody with it", async () => {
    const taken = (await provision()).handle.replace(".test", "");
    const [first = "", second = "", third = ""] = names(3);
    const { status, body } = await create({
      agents: [
        { name: first }, { name: "no" }, { name: taken }, { name: "admin" }, { name: second, recoveryKey: "did:key:nonsense" }, { name: first.toUpperCase() }, { name: "dot.ted" }, { name: third },
      ],
    });
    expect(status).toBe(200);
    expect(body.agents.map(({ name, error }) => [name, error])).toEqual([
      [first, undefined], ["no", "InvalidHandle"], [taken, "HandleNotAvailable"], ["admin", "HandleNotAvailable"], [second, "InvalidRecoveryKey"],
      [first.toUpperCase(), "HandleNotAvailable"], ["dot.ted", "InvalidHandle"], [third, undefined],
    ]);
    for (const { error, did, password } of body.agents) expect([did, password].every((value) => (value === undefined) === (error !== undefined))).toBe(true);
    expect(await inRegistry([`${second}.test`])).toEqual([]);
  });

  it("gives the same agents with fresh passwords for the same key, and makes those that are new", async () => {
    const [one = "", two = "", three = "", four = ""] = names(4);
    const key = `batch-${one}`;
    const first = await create({ agents: [{ name: one }, { name: two, idempotencyKey: `own-${two}` }] }, { "idempotency-key": key });
    const again = await create({ agents: [{ name: three }, { name: one }, { name: two, idempotencyKey: `own-${two}` }], idempotencyKey: key });
    expect(again.body.agents.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(again.body.agents.slice(1).map(({ did }) => did)).toEqual(first.body.agents.map(({ did }) => did));
    for (const { handle = "", password = "" } of again.body.agents) await login(handle, password);
    const old = await xrpc("com.atproto.server.createSession", { json: { identifier: `${one}.test`, password: first.body.agents[0]?.password } });
    expect(old).toMatchObject({ status: 401, body: { error: "AuthenticationRequired" } });
    // A key of its own is good for one agent, whoever comes with it and however.
    const other = await create({ agents: [{ name: four, idempotencyKey: `own-${two}` }] });
    expect(other.body.agents).toMatchObject([{ name: four, error: "IdempotencyConflict" }]);
    const alone = await ask<{ did: string }>("/agents/create", { auth: ADMIN, json: { name: two }, headers: { "idempotency-key": `own-${two}` } });
    expect(alone.body.did).toBe(first.body.agents[1]?.did);
    const unkeyed = await create({ agents: [{ name: one }] });
    expect(unkeyed.body.agents).toMatchObject([{ error: "HandleNotAvailable" }]);
  });

  it("makes each agent once, however many ask at the same time", async () => {
    const wanted = names(5);
    const answers = await Promise.all(Array.from({ length: 4 }, () => create({ agents: wanted.map((name) => ({ name })) }, { "idempotency-key": `many-${wanted[0]}` })));
    for (const name of wanted) {
      const dids = new Set(answers.flatMap(({ body }) => body.agents.filter((one) => one.name === name && one.did !== undefined).map(({ did }) => did)));
      expect(dids.size).toBe(1);
    }
    const unkeyed = names(5);
    const racing = await Promise.all(Array.from({ length: 3 }, () => create({ agents: unkeyed.map((name) => ({ name })) })));
    for (const name of unkeyed) {
      const outcomes = racing.flatMap(({ body }) => body.agents.filter((one) => one.name === name));
      expect(outcomes.filter(({ did }) => did !== undefined)).toHaveLength(1);
      expect(outcomes.filter(({ error }) => error === "HandleNotAvailable")).toHaveLength(2);
    }
  });

  it("is bounded, the admin's, and refuses what it does not understand as a whole", async () => {
    const count = () => env.DB.prepare("SELECT count(*) AS n FROM agent").first();
    const before = await count();
    const [name = ""] = names(1);
    for (const json of [{}, { agents: [] }, { agents: Array.from({ length: MAX_NEW_AGENTS + 1 }, () => ({ name })) }, { agents: [{}] }, { agents: [{ name, keys: "elsewhere" }] }, { agents: name }])
      expect(await create(json)).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect((await xrpc("agent.network.createAgents", { json: { agents: [{ name }] } })).status).toBe(401);
    expect(await count()).toEqual(before);
  });
});

describe("when something is in the way of several agents", () => {
  const down = provisioningWith({ plcUrl: "http://127.0.0.1:1" });

  it("says of each that the directory is away, and goes on with the same DIDs for the same keys", async () => {
    const accounts = accountsOf(20, "away");
    const failed = await down.createMany(accounts);
    expect(failed.map((outcome) => (outcome.ok ? "made" : outcome.error.name))).toEqual(accounts.map(() => "PlcUnavailable"));
    const reserved = await inRegistry(accounts.map(({ handle }) => handle));
    expect(reserved.map(({ state }) => state)).toEqual(accounts.map(() => "reserved"));
    const made = await provisioningWith().createMany(accounts);
    expect(made.map((outcome) => (outcome.ok ? outcome.value.did : outcome.error)).toSorted()).toEqual(reserved.map(({ did }) => did).toSorted());
    expect((await inRegistry(accounts.map(({ handle }) => handle))).map(({ state }) => state)).toEqual(accounts.map(() => "active"));
  });

  it("lets names without a key be had again", async () => {
    const accounts = accountsOf(3);
    expect((await down.createMany(accounts)).every(({ ok }) => !ok)).toBe(true);
    const made = await provisioningWith().createMany(accounts);
    expect(made.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it("keeps what nobody foresaw to the one that it happened to, and a repeat finishes it", async () => {
    const accounts = accountsOf(4, "broken");
    let broken: string | undefined;
    const provisioning = provisioningWith({
      agent: (did) => withMethods(did, { provisionUntold: async (input) => {
        broken ??= did;
        if (broken === did) throw new Error("the object broke");
        return agentStub(env, did).provisionUntold(input);
      } }),
    });
    const outcomes = await provisioning.createMany(accounts);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ error: { status: 500, name: "InternalServerError", message: "Internal Server Error" } });
    const again = await provisioningWith().createMany(accounts);
    expect(again.every(({ ok }) => ok)).toBe(true);
    expect(again.flatMap((outcome) => (outcome.ok ? [outcome.value.did] : []))).toContain(broken);
  });

  it("leaves nothing of one that was given up meanwhile", async () => {
    const accounts = accountsOf(3);
    const lost = accounts[1]?.handle ?? "";
    let did = "";
    const provisioning = provisioningWith({
      agent: (of) => withMethods(of, { provisionUntold: async (input) => {
        if (input.handle === lost) {
          did = of;
          await env.DB.prepare("UPDATE agent SET state = 'deleting' WHERE handle = ?").bind(lost).run();
        }
        return agentStub(env, of).provisionUntold(input);
      } }),
    });
    const outcomes = await provisioning.createMany(accounts);
    expect(outcomes.map((outcome) => (outcome.ok ? "made" : outcome.error.name))).toEqual(["made", "ProvisioningAborted", "made"]);
    expect(await agentStub(env, did).getHead()).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
  });

  it("tells the relay of all of them at once, before any is active", async () => {
    const accounts = accountsOf(20);
    const told: { batches: OutboxRow[][]; states: string[] }[] = [];
    const relay = {
      ingestMany: async (batches: OutboxRow[][]) => {
        told.push({ batches, states: (await inRegistry(accounts.map(({ handle }) => handle))).map(({ state }) => state) });
        return ingestMany(batches);
      },
    };
    const dids = didsOf(await provisioningWith({ relay }).createMany(accounts));
    expect(told).toHaveLength(1);
    expect(told[0]?.states).toEqual(accounts.map(() => "reserved"));
    expect(told[0]?.batches.map(([first]) => first?.did)).toEqual(dids);
    for (const rows of told[0]?.batches ?? []) expect(rows.map(({ kind }) => kind)).toEqual(["identity", "account", "commit", "sync"]);
    for (const did of dids) expect(await relayStub(env).activity(did)).toMatchObject({ active: true });
  });

  it.each<[string, RelayApi["ingestMany"]]>([
    ["does not answer", () => Promise.reject(new Error("the relay broke"))],
    ["takes nothing", async (batches) => batches.map(() => fail(503, "Down", "down"))],
    ["answers for too few", async (batches) => (await ingestMany(batches)).slice(1)],
    ["has taken them, and does not say so", async (batches) => (await ingestMany(batches)).map(() => fail(500, "Lost", "lost"))],
  ])("makes them when the relay %s: each agent tells it, by alarm", async (_, takes) => {
    const accounts = accountsOf(3);
    const dids = didsOf(await provisioningWith({ relay: { ingestMany: takes } }).createMany(accounts));
    expect(dids).toHaveLength(3);
    for (const did of dids) await heardOf(did);
  });

  it("calls nobody active whom the relay may never hear of, and a repeat goes on from there", async () => {
    const accounts = accountsOf(3, "untold");
    const deaf = provisioningWith({
      relay: { ingestMany: () => Promise.reject(new Error("the relay broke")) },
      agent: (did) => withMethods(did, { announceByAlarm: () => Promise.reject(new Error("the object broke")) }),
    });
    const failed = await deaf.createMany(accounts);
    expect(failed.map((outcome) => (outcome.ok ? "made" : outcome.error.name))).toEqual(accounts.map(() => "InternalServerError"));
    const reserved = await inRegistry(accounts.map(({ handle }) => handle));
    expect(reserved.map(({ state }) => state)).toEqual(accounts.map(() => "reserved"));
    for (const { did } of reserved) expect(await relayStub(env).activity(did)).toBeUndefined();
    const made = didsOf(await provisioningWith().createMany(accounts));
    expect(made.toSorted()).toEqual(reserved.map(({ did }) => did).toSorted());
    for (const did of made) expect(await relayStub(env).activity(did)).toMatchObject({ active: true });
  });
});
