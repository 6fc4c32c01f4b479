import { describe, expect, it } from "vitest";
import { MAX_EARLY_RESPONSES } from "./limits.ts";
import { MapStore } from "./map-store.ts";
import { Messaging } from "./messaging.ts";

const [alice, bob, carol] = ["did:web:alice.test", "did:web:bob.test", "did:web:carol.test"] as const;
const createdAt = "2026-11-21T09:00:00.000Z";
const at = (did: string, collection: string, rkey: string) => ({ uri: `at://${did}/agent.comms.${collection}/${rkey}`, cid: `cid-${rkey}` });
const request = at(alice, "request", "r");
const handoff = at(bob, "handoff", "h");

const records = {
  request: { $type: "agent.comms.request", to: bob, input: [], createdAt },
  cancel: { $type: "agent.comms.cancel", to: bob, request, createdAt },
  handoff: { $type: "agent.comms.handoff", to: carol, request, createdAt, maxDelegationDepth: 0 },
  answer: { $type: "agent.comms.handoffAnswer", handoff, request, answer: "accepted", createdAt },
};

/** The engine of one of them, at a fixed time. */
const engineOf = (did: string): Messaging =>
  new Messaging({ did, store: new MapStore(), now: () => Date.parse(createdAt), wakeAt: () => undefined, flushAt: () => undefined, digest: (text) => text, opaqueKey: (text) => `key-${text.length}` });

/** Alice has asked Bob. */
const requester = (): Messaging => {
  const engine = engineOf(alice);
  engine.sent({ collection: "agent.comms.request", record: records.request, sealed: true }, request);
  return engine;
};

const cancel = (engine: Messaging) => engine.sent({ collection: "agent.comms.cancel", record: records.cancel, sealed: true }, at(alice, "cancel", "c"));
const offered = (engine: Messaging) => engine.arrived({ ...handoff, author: bob, collection: "agent.comms.handoff", record: records.handoff, sealed: true });
const accepted = (engine: Messaging) => engine.arrived({ ...at(carol, "handoffAnswer", "a"), author: carol, collection: "agent.comms.handoffAnswer", record: records.answer, sealed: true });

describe("a task that is handed over", () => {
  it.each([
    ["before the handoff", [cancel, offered, accepted]],
    ["while it is offered", [offered, cancel, accepted]],
    ["before an answer that overtakes its handoff", [cancel, accepted, offered]],
  ])("is canceled with its new worker when that was asked for %s", (_name, steps) => {
    const engine = requester();
    for (const step of steps) step(engine);
    expect(engine.task(request.uri)?.task.standing).toMatchObject({ worker: carol, state: "submitted", former: [bob] });
    expect(engine.due()).toEqual([
      { kind: "record", id: `cancel ${request.uri} ${carol}`, collection: "agent.comms.cancel", record: { $type: "agent.comms.cancel", to: carol, request }, sealed: true },
    ]);
    // What is said to Carol is what she acts upon.
    const worker = engineOf(carol);
    offered(worker);
    worker.sent({ collection: "agent.comms.handoffAnswer", record: records.answer, sealed: true }, at(carol, "handoffAnswer", "a"));
    worker.arrived({ ...at(alice, "cancel", "c2"), author: alice, collection: "agent.comms.cancel", record: { $type: "agent.comms.cancel", to: carol, request, createdAt }, sealed: true });
    expect(worker.task(request.uri)?.task.standing.state).toBe("canceled");
    expect(worker.due()).toMatchObject([{ collection: "agent.comms.response", record: { state: "canceled", request } }]);
  });

  it("is left alone when nobody asked to cancel it, and when it is declined", () => {
    const quiet = requester();
    for (const step of [offered, accepted]) step(quiet);
    expect(quiet.due()).toEqual([]);
    const declined = requester();
    for (const step of [cancel, offered]) step(declined);
    declined.arrived({ ...at(carol, "handoffAnswer", "a"), author: carol, collection: "agent.comms.handoffAnswer", record: { ...records.answer, answer: "declined" }, sealed: true });
    expect(declined.task(request.uri)?.task.standing).toMatchObject({ worker: bob });
    expect(declined.due()).toEqual([]);
  });

  it("is done by its new worker also when all that says so overtakes the handoff", () => {
    const engine = requester();
    const respond = (rkey: string, state: string, more: object = {}, author: string = carol) =>
      engine.arrived({ ...at(author, "response", rkey), author, collection: "agent.comms.response", record: { $type: "agent.comms.response", request, state, createdAt, ...more }, sealed: true }).disposition;
    expect(respond("0", "working")).toBe("refused");
    expect(accepted(engine).disposition).toBe("held");
    expect(respond("1", "working", { progress: 50 })).toBe("held");
    expect(respond("2", "completed", { output: [{ $type: "agent.comms.defs#text", text: "x" }] })).toBe("held");
    expect(respond("3", "completed", {}, "did:web:mallory.test")).toBe("refused");
    expect(engine.task(request.uri)?.task.standing).toMatchObject({ worker: bob, state: "submitted" });
    offered(engine);
    expect(engine.task(request.uri)).toMatchObject({ isOpen: false, task: { standing: { worker: carol, state: "completed" }, progress: 50, response: at(carol, "response", "2") } });
  });

  it("keeps the last of what comes early, and nothing of who declines", () => {
    const engine = requester();
    const respond = (rkey: string, state: string) =>
      engine.arrived({ ...at(carol, "response", rkey), author: carol, collection: "agent.comms.response", record: { $type: "agent.comms.response", request, state, createdAt }, sealed: true }).disposition;
    accepted(engine);
    for (let i = 0; i < MAX_EARLY_RESPONSES; i++) expect(respond(`${i}`, "working")).toBe("held");
    expect(respond("last", "failed")).toBe("held");
    offered(engine);
    expect(engine.task(request.uri)?.task).toMatchObject({ standing: { state: "failed" }, response: at(carol, "response", "last") });

    const declined = requester();
    declined.arrived({ ...at(carol, "handoffAnswer", "a"), author: carol, collection: "agent.comms.handoffAnswer", record: { ...records.answer, answer: "declined" }, sealed: true });
    expect(declined.arrived({ ...at(carol, "response", "x"), author: carol, collection: "agent.comms.response", record: { $type: "agent.comms.response", request, state: "completed", createdAt }, sealed: true }).disposition).toBe("refused");
  });

  it("is not given away by a made-up handoff", () => {
    const engine = requester();
    accepted(engine);
    engine.arrived({ ...at(carol, "response", "x"), author: carol, collection: "agent.comms.response", record: { $type: "agent.comms.response", request, state: "completed", createdAt }, sealed: true });
    // Carol's own repository says that she was offered the task.
    const forged = engine.arrived({ ...handoff, author: carol, collection: "agent.comms.handoff", record: records.handoff, sealed: true });
    expect(forged.disposition).toBe("refused");
    expect(engine.task(request.uri)?.task.standing).toMatchObject({ worker: bob, state: "submitted" });
  });

  it("is nobody's who only says so: responses of a stranger and of who has not accepted do not count", () => {
    const engine = requester();
    offered(engine);
    for (const author of [carol, "did:web:mallory.test"]) {
      const decision = engine.arrived({ ...at(author, "response", "x"), author, collection: "agent.comms.response", record: { $type: "agent.comms.response", request, state: "completed", createdAt }, sealed: true });
      expect(decision).toMatchObject({ disposition: "refused", reason: "Only who works on the task may respond" });
    }
    expect(engine.task(request.uri)?.task.standing.state).toBe("submitted");
  });
});
