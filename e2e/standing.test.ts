import { AtpAgent, XRPCError } from "@atproto/api";
import { IdResolver, MemoryCache } from "@atproto/identity";
import { type Event, Firehose } from "@atproto/sync";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { NOTES, type Person, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";

/** Every event of the firehose as the official consumer tells it, in order: it checks signatures and proofs, and resolves identities. */
const events: Event[] = [];
const faults: unknown[] = [];
let firehose: Firehose;

const admin = new AtpAgent({ service: inject("origin") });
const asAdmin = { headers: { authorization: `Basic ${btoa(`admin:${inject("adminKey")}`)}` }, encoding: "application/json" } as const;

beforeAll(() => {
  firehose = new Firehose({
    idResolver: new IdResolver({ plcUrl: inject("plcUrl"), didCache: new MemoryCache(), fetch: globalThis.fetch }),
    service: inject("origin").replace(/^http/, "ws"),
    unauthenticatedHandles: true,
    getCursor: () => 0,
    handleEvent: (event: Event) => void events.push(event),
    onError: (error) => faults.push(error),
  });
  void firehose.start();
});

afterAll(() => firehose.destroy());

const word = (event: Event): string => {
  if (event.event === "account") return `account ${event.active ? "active" : event.status}`;
  return event.event;
};

/** What the consumer was told of an account, without what belongs to its birth. */
const told = ({ did }: Person): string[] => events.filter((event) => event.did === did).map(word).slice(BIRTH.length);

const BIRTH = ["identity", "account active", "sync"];

const untilTold = (person: Person, expected: string[]): Promise<void> =>
  until(() => told(person).length >= expected.length, `the consumer is told of ${expected.join(", ")}, has ${told(person).join(", ")}`).then(() => expect(told(person)).toEqual(expected));

const errorOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof XRPCError) return `${error.status} ${error.error}`;
    throw error;
  }
  throw new Error("the call succeeded");
};

const write = ({ agent, did }: Person) => agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, record: { text: "here" } });

describe("@atproto/api and @atproto/sync", () => {
  test("deactivation and activation, in the reference's order", async () => {
    const ann = await signUp("st-ann");
    await write(ann);
    await ann.agent.com.atproto.server.deactivateAccount({});
    expect(await errorOf(write(ann))).toBe("401 AccountDeactivated");
    const { data: status } = await ann.agent.com.atproto.server.checkAccountStatus();
    expect(status).toMatchObject({ activated: false, validDid: true, indexedRecords: 1 });
    expect((await ann.agent.com.atproto.sync.getRepoStatus({ did: ann.did })).data).toEqual({ did: ann.did, active: false, status: "deactivated" });
    const again = new AtpAgent({ service: inject("origin") });
    const session = await again.login({ identifier: ann.handle, password: ann.password });
    expect(session.data).toMatchObject({ active: false, status: "deactivated" });
    await ann.agent.com.atproto.server.activateAccount();
    await write(ann);
    await untilTold(ann, ["create", "account deactivated", "account active", "identity", "sync", "create"]);
  });

  test("another handle", async () => {
    const bob = await signUp("st-bob");
    await bob.agent.updateHandle({ handle: "st-robert.test" });
    expect((await bob.agent.resolveHandle({ handle: "st-robert.test" })).data.did).toBe(bob.did);
    expect(await errorOf(bob.agent.resolveHandle({ handle: bob.handle }))).toBe("400 HandleNotFound");
    expect((await bob.agent.com.atproto.identity.resolveIdentity({ identifier: bob.did })).data).toMatchObject({ did: bob.did, handle: "st-robert.test" });
    const { data } = await bob.agent.com.atproto.server.getSession();
    expect(data).toMatchObject({ handle: "st-robert.test", didDoc: { alsoKnownAs: ["at://st-robert.test"] } });
    expect(await errorOf(bob.agent.updateHandle({ handle: "about.test" }))).toBe("400 HandleNotAvailable");
    await untilTold(bob, ["identity"]);
  });

  test("a takedown, and what is left to its owner", async () => {
    const eve = await signUp("st-eve");
    await write(eve);
    const subject = { $type: "com.atproto.admin.defs#repoRef" as const, did: eve.did };
    const { data } = await admin.com.atproto.admin.updateSubjectStatus({ subject, takedown: { applied: true, ref: "1" } }, asAdmin);
    expect(data).toEqual({ subject, takedown: { applied: true, ref: "1" } });
    expect(await errorOf(admin.com.atproto.sync.getRepo({ did: eve.did }))).toBe("400 RepoTakendown");
    expect(await errorOf(write(eve))).toBe("401 AccountTakedown");
    const agent = new AtpAgent({ service: inject("origin") });
    expect(await errorOf(agent.login({ identifier: eve.handle, password: eve.password }))).toBe("401 AccountTakedown");
    await agent.login({ identifier: eve.handle, password: eve.password, allowTakendown: true });
    expect((await agent.com.atproto.sync.getRepo({ did: eve.did })).data.length).toBeGreaterThan(0);
    expect(await errorOf(agent.com.atproto.repo.createRecord({ repo: eve.did, collection: NOTES, record: { text: "here" } }))).toMatch(/^40[01] /);
    await admin.com.atproto.admin.updateSubjectStatus({ subject, takedown: { applied: false } }, asAdmin);
    const { data: status } = await admin.com.atproto.admin.getSubjectStatus({ did: eve.did }, asAdmin);
    expect(status).toEqual({ subject, takedown: { applied: false }, deactivated: { applied: false } });
    await eve.agent.login({ identifier: eve.handle, password: eve.password });
    await write(eve);
    await untilTold(eve, ["create", "account takendown", "account active", "create"]);
  });

  test("an account that is deleted by the admin", async () => {
    const dan = await signUp("st-dan");
    const before = events.length;
    await admin.com.atproto.admin.deleteAccount({ did: dan.did }, asAdmin);
    expect(await errorOf(admin.com.atproto.sync.getRepoStatus({ did: dan.did }))).toBe("400 RepoNotFound");
    expect(await errorOf(admin.com.atproto.admin.getAccountInfo({ did: dan.did }, asAdmin))).toBe("400 NotFound");
    await until(() => events.slice(before).some((event) => event.did === dan.did && word(event) === "account deleted"), "the consumer is told");
  });

  test("and the consumer had nothing to complain about", () => {
    expect(faults).toEqual([]);
  });
});
