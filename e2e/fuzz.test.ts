import * as fc from "fast-check";
import { AtpAgent } from "@atproto/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Got, send } from "./conformance/send.ts";
import { type CallerName, type Malformed, malformed } from "./fuzz/requests.ts";
import { routeTables } from "./fuzz/rows.ts";
import { type House, startHouse } from "./test/house.ts";
import { secretsOf } from "./test/secrets.ts";
import { ask } from "./test/xrpc.ts";

/** Always the same requests, so that a failure can be looked at again. */
const SEED = 20261121;
const REQUESTS = 11_000;
const RELAY_REQUESTS = 600;
/** Requests at a time. */
const LANES = 12;

interface Person {
  agent: AtpAgent;
  did: string;
  token: string;
}

/** A colony of their own: in the one that all tests share others' work goes on. */
let house: House;
let ann: Person;
/** Asks for nothing: what is hers nobody hears. */
let ben: Person;
let credentials: Record<CallerName, string | undefined>;

const secret = { email: "fuzz-ben-private@example.com", password: "the password of fuzz-ben", appName: "fuzz-ben-app" };

const signUp = async (name: string, email: string, password: string): Promise<Person> => {
  const agent = new AtpAgent({ service: house.origin });
  const { data } = await agent.createAccount({ handle: `${name}.test`, email, password });
  return { agent, did: data.did, token: data.accessJwt };
};

const basic = (password: string) => `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;

beforeAll(async () => {
  house = await startHouse();
  ann = await signUp("fuzz-ann", "fuzz-ann@example.com", "the password of fuzz-ann");
  ben = await signUp("fuzz-ben", secret.email, secret.password);
  await ben.agent.com.atproto.server.createAppPassword({ name: secret.appName });
  for (const person of [ann, ben]) await person.agent.com.atproto.repo.createRecord({ repo: person.did, collection: "org.example.note", rkey: "kept", record: { text: "kept" } });
  const { data: app } = await ann.agent.com.atproto.server.createAppPassword({ name: "app" });
  const session = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin: house.origin, body: { identifier: ann.did, password: app.password } });
  const [, payload = ""] = ann.token.split(".");
  credentials = {
    nobody: undefined,
    garbage: "Bearer garbage",
    forged: `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`,
    agent: `Bearer ${ann.token}`,
    refresh: `Bearer ${ann.agent.session?.refreshJwt}`,
    app: `Bearer ${session.json.accessJwt}`,
    "wrong-admin": basic("wrong"),
    admin: basic(house.adminKey),
  };
}, 120_000);
afterAll(() => house.stop());

/** All that a request could have changed, as the admin, the accounts and readers see it. */
const state = async (): Promise<Record<string, unknown>> => {
  const admin = { authorization: credentials.admin ?? "" };
  const read = async (path: string, asked: Parameters<typeof ask>[1] = {}) => {
    const { status, json, bytes } = await ask<unknown>(path, { origin: house.origin, ...asked });
    return [path, status, json ?? Buffer.from(bytes).toString("base64")];
  };
  const ofPeople = [ann, ben].flatMap(({ did, token }) => [
    read("com.atproto.sync.getRepo", { params: { did } }),
    read("com.atproto.sync.getRepoStatus", { params: { did } }),
    read("com.atproto.server.getSession", { token }),
    read("com.atproto.server.listAppPasswords", { token }),
    read("com.atproto.server.checkAccountStatus", { token }),
    read("app.bsky.actor.getPreferences", { token }),
    read("agent.comms.getPolicy", { token }),
    read("agent.comms.listWebhooks", { token }),
    read("com.atproto.admin.getAccountInfo", { ...admin, params: { did } }),
    read("com.atproto.admin.getSubjectStatus", { ...admin, params: { did } }),
  ]);
  const ofColony = [
    read("com.atproto.sync.listRepos", { params: { limit: "1000" } }),
    read("com.atproto.admin.getInviteCodes", admin),
    read("/admin/federation/peers", admin),
    read("/admin/federation/policy", admin),
    read("/admin/deliveries", admin),
  ];
  const relay = await ask<{ seq?: unknown; lastSeq?: unknown }>("/admin/relay", { origin: house.origin, ...admin });
  const seqs = Object.fromEntries(Object.entries(relay.json).filter(([name]) => /seq/i.test(name)));
  return { accounts: await Promise.all(ofPeople), colony: await Promise.all(ofColony), seqs };
};

/** Everything asked, a few at a time, in the same order of beginning. */
const askAll = async (origin: string, requests: Malformed[], judge: (request: Malformed, got: Got) => void): Promise<void> => {
  let next = 0;
  const lane = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const authorization = credentials[request.caller];
      const { caller: _, ...sent } = request;
      judge(request, await send(origin, { ...sent, headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) } }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
};

/** What a refusal must not be: our fault, or without a reason. 501 says that a method is not known (specs/xrpc). */
const wrongWith = ({ status, json, bytes, headers }: Got): string | undefined => {
  if (status >= 500 && status !== 501) return "a fault of ours";
  if (status < 400) return undefined;
  if (headers["content-type"]?.startsWith("text/plain") === true) return undefined;
  const { error, message } = (json ?? {}) as { error?: unknown; message?: unknown };
  return typeof error === "string" && typeof message === "string" ? undefined : `no reason: ${new TextDecoder().decode(bytes).slice(0, 200)}`;
};

describe("malformed requests", () => {
  const hosts = [["origin", "origin", REQUESTS], ["relayView", "relayOrigin", RELAY_REQUESTS]] as const;
  test.each(hosts)("%s: no fault, no change, no leak", { timeout: 180_000 }, async (host, where, numRuns) => {
    const before = await state();
    const colonySecrets = secretsOf(house.folder);
    const requests = fc.sample(malformed((await routeTables())[host]), { seed: SEED, numRuns });
    const faults: unknown[] = [];
    const leaks: unknown[] = [];
    const statuses = new Map<number, number>();
    await askAll(house[where], requests, (request, got) => {
      statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1);
      const wrong = wrongWith(got);
      if (wrong !== undefined) faults.push({ wrong, status: got.status, request });
      const text = new TextDecoder().decode(got.bytes);
      // The administrator may know addresses; passwords and names of app passwords nobody does.
      const hidden = [...colonySecrets, secret.password, secret.appName, ...(request.caller === "admin" ? [] : [secret.email])];
      if (hidden.some((word) => text.includes(word))) leaks.push({ request, text: text.slice(0, 500) });
    });
    expect(faults.slice(0, 5)).toEqual([]);
    expect(leaks.slice(0, 5)).toEqual([]);
    expect(await state()).toEqual(before);
    expect(house.log()).not.toContain('"unexpected"');
    // Most were refused, and not all for one reason.
    expect(statuses.get(400)).toBeGreaterThan(numRuns / 4);
    expect(statuses.size).toBeGreaterThan(2);
  });
});
