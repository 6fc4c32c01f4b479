import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PREPARE_PATIENCE } from "../src/tasks/limits.ts";
import { objectOf, op, ringAlarm, value } from "./agents.ts";
import { useDirectory } from "./mail.ts";
import { fault, hosted, hosts, listed, message, sealedNote, stored, text, three, useNeighbours, within } from "./sealing-world.ts";
import { answer, arrived, cancel, due, forgetKeys, handoff, opened, request, response, said, stateOf } from "./task-world.ts";

useDirectory();
useNeighbours();
afterEach(() => {
  vi.useRealTimers();
});

/** Let the agents' clock pass. */
const pass = (ms: number): void => {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(now + ms);
};

const HOUR = 3_600_000;
/** Later than what a test does by the real clock, on however slow a machine. */
const inAnHour = () => new Date(Date.now() + HOUR).toISOString();

describe("a task", () => {
  it("lives from request to result, sealed, in both ledgers", async () => {
    const [alice, bob] = await three();
    const task = value(await alice.api.send(request(bob, "translate", { deadline: inAnHour(), capability: "translate" })));
    const came = await arrived(bob, alice, 1);
    expect(came).toMatchObject({ uri: task.uri, sealed: true, disposition: "accepted", task: task.uri });
    expect(said(came)).toMatchObject({ capability: "translate" });
    expect(value(await bob.api.getTask(task))).toMatchObject({ role: "worker", peer: alice.did, state: "submitted", capability: "translate" });
    value(await bob.api.send(response(task, "working", { progress: 40 })));
    await arrived(alice, bob, 1);
    expect(value(await alice.api.getTask(task))).toMatchObject({ role: "requester", peer: bob.did, state: "working", progress: 40 });
    const last = value(await bob.api.send(response(task, "completed", { output: [{ $type: "agent.comms.defs#text", text: "done" }] })));
    const result = await arrived(alice, bob, 2);
    expect(result).toMatchObject({ disposition: "accepted", task: task.uri });
    expect(said(result)["output"]).toEqual([{ $type: "agent.comms.defs#text", text: "done" }]);
    for (const one of [alice, bob]) expect(value(await one.api.getTask(task))).toMatchObject({ state: "completed", response: last });
    expect(value(await alice.api.listTasks({ limit: 10, isOpen: true })).tasks).toEqual([]);
    expect(value(await alice.api.listTasks({ limit: 10, role: "requester" })).tasks).toHaveLength(1);
    // Nobody who has only the repository sees the state.
    expect(await stored(bob, last.uri)).toMatchObject({ state: "sealed" });
  });

  it("takes no word from strangers, none out of turn, and none after its end", async () => {
    const [alice, bob, carol] = await three();
    const task = value(await alice.api.send(request(bob, "work")));
    value(await carol.api.send(response(task, "completed")));
    expect(await arrived(alice, carol, 1)).toMatchObject({ disposition: "refused", task: task.uri });
    expect(await stateOf(alice, task.uri)).toBe("submitted");
    await arrived(bob, alice, 1);
    value(await bob.api.send(response(task, "failed", { error: { code: "internal" } })));
    expect(fault(await bob.api.send(response(task, "completed")))).toBe("TaskEnded");
    await arrived(alice, bob, 1);
    expect(value(await alice.api.getTask(task))).toMatchObject({ state: "failed", error: { code: "internal" } });
    expect(fault(await alice.api.send(cancel(bob, task)))).toBe("TaskEnded");
    expect(fault(await carol.api.getTask(task))).toBe("TaskNotFound");
  });

  it("is canceled by its requester, or that comes too late", async () => {
    const [alice, bob] = await three();
    const first = value(await alice.api.send(request(bob, "one")));
    await arrived(bob, alice, 1);
    value(await alice.api.send(cancel(bob, first)));
    expect(value(await alice.api.getTask(first))).toMatchObject({ state: "submitted", cancel: "requested" });
    await arrived(bob, alice, 2);
    expect(await stateOf(bob, first.uri)).toBe("canceled");
    await due(bob, "receipts");
    expect(await arrived(alice, bob, 1)).toMatchObject({ disposition: "accepted", task: first.uri });
    expect(value(await alice.api.getTask(first))).toMatchObject({ state: "canceled", cancel: "canceled" });

    const second = value(await alice.api.send(request(bob, "two")));
    await arrived(bob, alice, 3);
    value(await bob.api.send(response(second, "completed")));
    value(await alice.api.send(cancel(bob, second)));
    expect(await arrived(bob, alice, 4)).toMatchObject({ disposition: "refused" });
    await due(bob, "receipts");
    await expect.poll(async () => {
      await due(bob, "receipts");
      return (await opened(alice, bob)).length;
    }).toBe(3);
    expect(value(await alice.api.getTask(second))).toMatchObject({ state: "completed", cancel: "too-late" });
  });

  it("expires on both sides: the worker says so, and the requester knows by itself", async () => {
    const [alice, bob, carol] = await three();
    const told = value(await alice.api.send(request(bob, "one", { deadline: inAnHour() })));
    const alone = value(await alice.api.send(request(carol, "two", { deadline: inAnHour() })));
    await arrived(bob, alice, 1);
    pass(HOUR + 1_000);
    await due(bob, "tasks");
    expect(await stateOf(bob, told.uri)).toBe("expired");
    await due(bob, "receipts");
    const word = await arrived(alice, bob, 1);
    expect(said(word)).toMatchObject({ state: "expired", error: { code: "deadline-exceeded" } });
    expect(await stateOf(alice, told.uri)).toBe("expired");
    // Carol's colony sleeps.
    expect(await stateOf(alice, alone.uri)).toBe("submitted");
    pass(3_000);
    await due(alice, "tasks");
    expect(value(await alice.api.getTask(alone))).toMatchObject({ state: "expired", error: { code: "deadline-exceeded" } });
    // It comes too late there, and is not to be begun.
    expect(await arrived(carol, alice, 1)).toMatchObject({ disposition: "expired" });
    expect(fault(await carol.api.send(response(alone, "completed")))).toBe("TaskEnded");
  });

  it.each(["9999-12-31T23:59:59.999Z", "2300-01-01T00:00:00Z"])("may have a deadline further away than an alarm can be set: %s", async (deadline) => {
    const [alice, bob] = await three();
    const task = value(await alice.api.send(request(bob, "some day", { deadline })));
    expect(await arrived(bob, alice, 1)).toMatchObject({ disposition: "accepted" });
    for (const one of [alice, bob]) for (const job of ["arrivals", "tasks", "receipts"] as const) await due(one, job);
    await abortAllDurableObjects();
    for (const one of [alice, bob].map((before) => ({ ...before, ...objectOf(before.did) }))) {
      expect(value(await one.api.getTask(task))).toMatchObject({ state: "submitted", deadline: new Date(deadline).toISOString() });
      // Whatever else was due has been done: what is left is the deadline.
      await ringAlarm(one);
      expect(await within(one, ({ storage }) => storage.getAlarm())).toBeGreaterThan(Date.now());
    }
  });

  it("that was taken back is not to be begun", async () => {
    const [alice, bob] = await three();
    const task = value(await alice.api.send(request(bob, "never mind")));
    await arrived(bob, alice, 1);
    const [, , , collection = "", rkey = ""] = task.uri.split("/");
    value(await alice.api.write({ ops: [{ action: "delete", collection, rkey, immutable: true }] }));
    await arrived(bob, alice, 2);
    const [first, second] = await opened(bob, alice);
    expect(first).toMatchObject({ disposition: "refused" });
    expect(first?.json).toBeUndefined();
    expect(second).toMatchObject({ action: "delete", task: task.uri });
    expect(value(await bob.api.getTask(task))).toMatchObject({ state: "canceled", error: { code: "withdrawn" } });
  });
});

describe("a handoff", () => {
  it("gives a task and the listed records to who accepts it, whose word alone counts from then on", async () => {
    const [alice, bob, carol] = await three();
    const task = value(await alice.api.send(request(bob, "secret work", { deadline: inAnHour(), maxDelegationDepth: 1 })));
    await arrived(bob, alice, 1);
    const [listedNote, other] = [await sealedNote(bob, "3kznmn7xqxl22", "listed"), await sealedNote(bob, "3kznmn7xqxl23", "not listed")];
    const { cid } = value(await bob.api.open({ uri: listedNote }));
    const offer = value(await bob.api.send(handoff(carol, task, { reason: "too much", records: [{ record: { uri: listedNote, cid } }] })));
    expect(await listed(bob, "agent.comms.grant")).toHaveLength(1);
    expect(value(await bob.api.getTask(task)).handoff).toEqual({ uri: offer.uri, from: bob.did, to: carol.did, state: "offered" });
    await arrived(alice, bob, 1);
    await arrived(carol, bob, 2);
    const came = (await opened(carol, bob)).filter(({ uri }) => uri === offer.uri);
    expect(came.map(said)).toMatchObject([{ input: [text("secret work")], deadline: expect.any(String), maxDelegationDepth: 0 }]);
    await expect.poll(async () => (await carol.api.open({ uri: listedNote })).ok).toBe(true);
    expect(fault(await carol.api.open({ uri: other }))).toBe("CannotOpen");
    // Not hers before she says so.
    expect(fault(await carol.api.send(response(task, "completed")))).toBe("NotAllowed");
    value(await carol.api.send(answer(offer, task, "accepted")));
    await arrived(alice, carol, 1);
    await arrived(bob, carol, 1);
    expect(value(await alice.api.getTask(task))).toMatchObject({ peer: carol.did, handoff: { state: "accepted" } });
    expect(fault(await bob.api.send(response(task, "completed")))).toBe("NotAllowed");
    expect(value(await bob.api.listTasks({ limit: 10, isOpen: true })).tasks).toEqual([]);
    value(await carol.api.send(response(task, "completed")));
    await arrived(alice, carol, 2);
    expect(await stateOf(alice, task.uri)).toBe("completed");
  });

  it("by who took it over itself carries on what that one was given", async () => {
    const [[alice, bob, carol], dan] = [await three(), await hosted()];
    const task = value(await alice.api.send(request(bob, "secret work", { maxDelegationDepth: 3 })));
    await arrived(bob, alice, 1);
    const first = value(await bob.api.send(handoff(carol, task)));
    await arrived(carol, bob, 1);
    value(await carol.api.send(answer(first, task, "accepted")));
    value(await carol.api.send(handoff(dan, task)));
    expect(said(await arrived(dan, carol, 1))).toMatchObject({ input: [text("secret work")], maxDelegationDepth: 1, onBehalfOf: [{ uri: task.uri }] });
  });

  it("that is declined leaves the task where it is", async () => {
    const [alice, bob, carol] = await three();
    const task = value(await alice.api.send(request(bob, "work")));
    await arrived(bob, alice, 1);
    const offer = value(await bob.api.send(handoff(carol, task)));
    expect(fault(await bob.api.send(handoff(carol, task)))).toBe("NotAllowed");
    await arrived(carol, bob, 1);
    value(await carol.api.send(answer(offer, task, "declined", { reason: "busy" })));
    await arrived(bob, carol, 1);
    await arrived(alice, carol, 1);
    expect(value(await bob.api.getTask(task)).handoff).toMatchObject({ state: "declined" });
    expect(fault(await carol.api.send(response(task, "completed")))).toBe("NotAllowed");
    value(await bob.api.send(response(task, "completed")));
    await expect.poll(() => opened(alice, bob).then(() => stateOf(alice, task.uri))).toBe("completed");
  });
});

describe("a key that is gone", () => {
  it("makes an offer none: it is taken back, and may be made again", async () => {
    const [alice, bob, carol] = await three();
    const task = value(await alice.api.send(request(bob, "work")));
    await arrived(bob, alice, 1);
    const offer = value(await bob.api.send(handoff(carol, task)));
    await forgetKeys(carol);
    expect(await arrived(carol, bob, 1)).toMatchObject({ unopened: true });
    pass(2_000);
    await due(carol, "receipts");
    await arrived(bob, carol, 1);
    await due(bob, "receipts");
    expect(await listed(bob, "agent.comms.handoff")).toEqual([]);
    expect(value(await bob.api.getTask(task)).handoff).toMatchObject({ uri: offer.uri, state: "declined" });
    await expect.poll(async () => {
      await opened(alice, bob);
      return value(await alice.api.getTask(task)).handoff?.state;
    }).toBe("declined");
    expect(fault(await bob.api.send(response(task, "completed")))).toBe("done");
  });

  it("makes the sender seal again, and the task goes on under its first name", async () => {
    const [alice, bob] = await three();
    const task = value(await alice.api.send(request(bob, "work", { idempotencyKey: "k" })));
    await forgetKeys(bob);
    expect(await arrived(bob, alice, 1)).toMatchObject({ unopened: true });
    pass(2_000);
    await due(bob, "receipts");
    await arrived(alice, bob, 1);
    expect(said(await arrived(alice, bob, 1))).toMatchObject({ status: "key-expired", subject: task });
    await due(alice, "receipts");
    expect(await listed(alice, "agent.comms.request")).toHaveLength(1);
    await arrived(bob, alice, 3);
    const again = (await opened(bob, alice)).find(({ action, json }) => action === "create" && json !== undefined);
    if (again?.cid === undefined) throw new Error("nothing came again");
    expect(said(again)).toMatchObject({ input: [text("work")], idempotencyKey: "k" });
    expect(again.disposition).toBe("accepted");
    value(await bob.api.send(response({ uri: again.uri, cid: again.cid }, "working")));
    expect(await arrived(alice, bob, 2)).toMatchObject({ disposition: "accepted", task: task.uri });
    expect(value(await alice.api.getTask(task))).toMatchObject({ uri: task.uri, state: "working" });
    // Whoever asked knows it under its first name, and the worker under its last.
    value(await alice.api.send(cancel(bob, task)));
    await arrived(bob, alice, 4);
    expect(await stateOf(bob, again.uri)).toBe("canceled");
    expect(value(await alice.api.send(request(bob, "work", { idempotencyKey: "k" })))).toEqual({ uri: again.uri, cid: again.cid });
  });
});

describe("idempotency", () => {
  it("gives the earlier record for the same, and refuses another", async () => {
    const [alice, bob] = await three();
    const first = value(await alice.api.send(request(bob, "once", { idempotencyKey: "k" })));
    const again = value(await alice.api.send(request(bob, "once", { idempotencyKey: "k", createdAt: new Date().toISOString() })));
    expect(again).toEqual(first);
    const [one, two] = await Promise.all([alice.api.send(message([bob], "both", { idempotencyKey: "m" })), alice.api.send(message([bob], "both", { idempotencyKey: "m" }))]);
    expect(value(one)).toEqual(value(two));
    expect(fault(await alice.api.send(request(bob, "another", { idempotencyKey: "k" })))).toBe("IdempotencyConflict");
    expect(await listed(alice, "agent.comms.request")).toHaveLength(1);
    expect(await listed(alice, "agent.comms.message")).toHaveLength(1);
  });
});

describe("receipts", () => {
  it("are written when asked for, once, in one commit, and not for receipts", async () => {
    const [alice, bob] = await three();
    const asked = value(await alice.api.send(message([bob], "asks", { ackRequested: { delivered: true, processed: true } })));
    value(await alice.api.send(message([bob], "does not")));
    const other = value(await alice.api.send(message([bob], "asks too", { ackRequested: { delivered: true } })));
    await arrived(bob, alice, 3);
    const before = value(await bob.api.getHead()).rev;
    pass(2_000);
    await due(bob, "receipts");
    expect(await listed(bob, "agent.comms.receipt")).toHaveLength(2);
    expect(value(await bob.api.getHead()).rev > before).toBe(true);
    await arrived(alice, bob, 2);
    const got = (await opened(alice, bob)).map(said);
    expect(got.map(({ subject }) => subject)).toEqual(expect.arrayContaining([asked, other]));
    expect(new Set(got.map(({ status }) => status))).toEqual(new Set(["delivered"]));
    value(await bob.api.acknowledge({ uris: [asked.uri, other.uri, "at://did:plc:nobody/agent.comms.message/x"] }));
    value(await bob.api.acknowledge({ uris: [asked.uri] }));
    pass(4_000);
    await due(bob, "receipts");
    expect(said(await arrived(alice, bob, 3))).toMatchObject({ status: "processed", subject: asked });
    pass(6_000);
    for (const one of [alice, bob]) await due(one, "receipts");
    expect(await listed(bob, "agent.comms.receipt")).toHaveLength(3);
    expect(await listed(alice, "agent.comms.receipt")).toHaveLength(0);
    // What they say is for Alice alone.
    for (const uri of await listed(bob, "agent.comms.receipt")) expect(Object.keys(await stored(bob, uri)).toSorted()).toEqual(["$type", "createdAt", "sealed", "to"]);
  });
});

describe("an agent that takes no part", () => {
  it("writes no receipts, and sets no alarm for them; it writes them when it takes part again", async () => {
    const [alice, bob] = await three();
    value(await alice.api.send(message([bob], "asks", { ackRequested: { delivered: true } })));
    await arrived(bob, alice, 1);
    value(await bob.api.deactivate({}));
    pass(2_000);
    await due(bob, "receipts");
    expect(await within(bob, async ({ scheduler }) => scheduler.isWaiting("receipts"))).toBe(false);
    value(await bob.api.activate());
    expect(await within(bob, async ({ scheduler }) => scheduler.isWaiting("receipts"))).toBe(true);
    await due(bob, "receipts");
    expect(await listed(bob, "agent.comms.receipt")).toHaveLength(1);
  });
});

describe("an agent whose owner takes the keys", () => {
  it("has its tasks elsewhere, and what was opened for it only as long as the keys for that are kept", async () => {
    const [alice, bob] = await three();
    const task = value(await alice.api.send(request(bob, "work", { ackRequested: { processed: true } })));
    await arrived(bob, alice, 1);
    value(await bob.api.takeKeys({}));
    await due(bob, "tasks");
    expect(fault(await bob.api.getTask(task))).toBe("TaskNotFound");
    value(await bob.api.acknowledge({ uris: [task.uri] }));
    await due(bob, "receipts");
    expect(said(await arrived(bob, alice, 1))).toMatchObject({ input: [text("work")] });
    await within(bob, async ({ sealing }) => {
      const keyring = await sealing.keyring();
      if (keyring === undefined) throw new Error("there are no keys");
      keyring.state.keys = [];
      await keyring.save();
    });
    await due(bob, "tasks");
    const [left] = await opened(bob, alice);
    expect(left).toMatchObject({ sealed: true, unopened: true });
    expect(left?.json).toBeUndefined();
    expect(await within(bob, async ({ vault }) => ["mail", "messaging task", "messaging answer", "messaging unprocessed"].map((kind) => vault.count(kind)))).toEqual([0, 0, 0, 0]);
  });
});

describe("a reader whose host is slow", () => {
  it("does not hold up what others are told", async () => {
    const [alice, bob, carol] = await three();
    const asks = message([bob], "asks", { ackRequested: { delivered: true } });
    value(await alice.api.send(asks));
    value(await carol.api.send(asks));
    await arrived(bob, alice, 1);
    await arrived(bob, carol, 1);
    hosts.meanwhile = () => new Promise<void>((resolve) => setTimeout(resolve, PREPARE_PATIENCE + 500));
    pass(2_000);
    await due(bob, "receipts");
    expect(await listed(bob, "agent.comms.receipt")).toHaveLength(1);
    pass(60_000);
    await expect.poll(async () => {
      await due(bob, "receipts");
      return (await listed(bob, "agent.comms.receipt")).length;
    }).toBe(2);
  });
});

describe("past the sealing methods", () => {
  it("what an agent writes plainly counts too, and what it takes back is over for itself as well", async () => {
    const [alice, bob] = await three();
    const { record } = request(bob, "for all to see");
    const { results } = value(await alice.api.write({ ops: [op({ action: "create", collection: "agent.comms.request", rkey: "3kznmn7xqxl22", record })] }));
    const task = { uri: `at://${alice.did}/agent.comms.request/3kznmn7xqxl22`, cid: results[0]?.cid ?? "" };
    expect(await arrived(bob, alice, 1)).toMatchObject({ sealed: false, disposition: "accepted", task: task.uri });
    value(await bob.api.send({ ...response(task, "working"), privacy: "public" }));
    await arrived(alice, bob, 1);
    expect(await stateOf(alice, task.uri)).toBe("working");
    value(await alice.api.write({ ops: [op({ action: "delete", collection: "agent.comms.request", rkey: "3kznmn7xqxl22" })] }));
    expect(value(await alice.api.getTask(task))).toMatchObject({ state: "canceled", error: { code: "withdrawn" } });
  });
});
