import { beforeEach, describe, expect, it } from "vitest";
import { Agent, answer, clock, handoff, inMs, refOf, request, response } from "../test/world.ts";
import { MAX_EARLY_OF_ONE, MAX_ENDED_TASKS, MAX_OPEN_TASKS_OF_ONE, MAX_RECEIPTS_OF_ONE, RECEIPT_DELAY } from "./limits.ts";

let ann: Agent;
let ben: Agent;
let cat: Agent;
let mallory: Agent;

beforeEach(() => {
  [ann, ben, cat, mallory] = [new Agent("ann"), new Agent("ben"), new Agent("cat"), new Agent("mallory")];
});

const pass = (ms: number): void => void (clock.now += ms);
const accepted = { disposition: "accepted" };

describe("a handoff that a stranger made up", () => {
  it("does not take the place of the request that it names, whichever comes first", () => {
    const task = ann.send("request", request(ben, { deadline: inMs(60_000) }));
    const forged = mallory.write("handoff", { ...handoff(ben, task), request: { uri: task.uri, cid: "forged" }, deadline: inMs(1) });
    ben.get(forged);
    expect(ben.get(task)).toMatchObject(accepted);
    expect(ben.engine.task(task.uri)?.task.standing).toMatchObject({ worker: ben.did, cids: [task.cid], state: "submitted" });
    pass(10);
    ann.get(ben.send("response", response(task, "completed")));
    expect(ann.state(task)).toBe("completed");
    // Nor is what is done begun anew by another.
    expect(ben.get(mallory.write("handoff", handoff(ben, task)))).toMatchObject({ disposition: "refused" });
    expect(ben.state(task)).toBe("completed");
  });

  it("is counted against who wrote it, not against whom it names", () => {
    const madeUp = (): string => `at://${ann.did}/agent.comms.request/x${Math.random()}`;
    for (let i = 0; i < MAX_OPEN_TASKS_OF_ONE; i++) expect(ben.get(mallory.write("handoff", { to: ben.did, request: { uri: madeUp(), cid: "c" } }))).toMatchObject(accepted);
    expect(ben.get(ann.send("request", request(ben)))).toMatchObject(accepted);
    expect(ben.get(mallory.write("handoff", { to: ben.did, request: { uri: madeUp(), cid: "c" } }))).toMatchObject({ disposition: "refused" });
    // Nothing is kept of what was not taken.
    expect(ben.store.count("task-alias")).toBe(MAX_OPEN_TASKS_OF_ONE);
  });

  it("may be answered early by few who were not asked, without crowding out who was", () => {
    const task = ann.send("request", request(ben));
    ben.get(task);
    const offer = ben.send("handoff", handoff(cat, task, { maxDelegationDepth: 0 }));
    cat.get(offer);
    ann.get(cat.send("handoffAnswer", answer(offer, task, "accepted")));
    for (let i = 0; i < 200; i++) ann.get(mallory.write("handoffAnswer", { handoff: { uri: `${offer.uri}${i}`, cid: "c" }, request: refOf(task), answer: "accepted" }));
    expect(ann.store.count("early")).toBe(1 + MAX_EARLY_OF_ONE);
    // Nor is more of what they say kept than is needed.
    expect(ann.get(mallory.write("response", response(task, "working", { progress: 1, note: "x".repeat(100_000) })))).toMatchObject({ disposition: "held" });
    expect(JSON.stringify(ann.store.list("early")).length).toBeLessThan(10_000);
    ann.get(offer);
    expect(ann.engine.task(task.uri)?.task.standing.worker).toBe(cat.did);
  });
});

describe("a flood", () => {
  it("of requests that are too many is answered as far as it is read", () => {
    for (let i = 0; i < MAX_OPEN_TASKS_OF_ONE + MAX_RECEIPTS_OF_ONE + 50; i++) ben.get(mallory.write("request", request(ben)));
    for (let i = 0; i < 50; i++) ben.get(mallory.write("request", request(ben, { deadline: inMs(-1) })));
    expect(ben.engine.due(10_000)).toHaveLength(MAX_RECEIPTS_OF_ONE);
    const [asked] = [ann.write("request", request(ben, { deadline: inMs(-1) }))];
    ben.get(asked);
    expect(ben.engine.due(10_000)).toHaveLength(MAX_RECEIPTS_OF_ONE + 1);
  });

  it("of requests does not make an agent forget what it asked for itself", () => {
    const own = ben.send("request", request(ann));
    ann.get(own);
    ben.get(ann.send("response", response(own, "completed")));
    for (let i = 0; i < MAX_ENDED_TASKS * 1.2; i++) {
      pass(1);
      ben.get(mallory.write("request", request(ben, { deadline: inMs(-1) })));
    }
    expect(ben.state(own)).toBe("completed");
  });

  it("of words that keys are gone makes nobody look up more than it does of receipts", () => {
    for (let i = 0; i < MAX_RECEIPTS_OF_ONE + 50; i++)
      ben.get(mallory.write("receipt", { to: ben.did, subject: { uri: `at://${ben.did}/agent.comms.message/${i}`, cid: "c" }, status: "key-expired" }));
    expect(ben.engine.due(10_000)).toHaveLength(MAX_RECEIPTS_OF_ONE);
  });

  it("of one reader's words that its key is gone is not another reader's", () => {
    const message = ben.send("message", { to: [ann.did, mallory.did], content: [] });
    const gone = (who: Agent, uri: string) => ben.get(who.write("receipt", { to: ben.did, subject: { uri, cid: "c" }, status: "key-expired" })).disposition;
    let { uri } = message;
    for (let i = 0; i < 2; i++) {
      expect(gone(mallory, uri)).toBe("accepted");
      const next = { uri: `${message.uri}-${i}`, cid: `cid${i}` };
      ben.engine.resealed(uri, next, mallory.did);
      for (const due of ben.engine.due()) ben.engine.done(due);
      ({ uri } = next);
    }
    expect([gone(mallory, uri), gone(mallory, message.uri), gone(ann, message.uri)]).toEqual(["refused", "accepted", "accepted"]);
  });
});

it("a broadcast gets no receipts, whatever it asks for", () => {
  ben.get(mallory.write("broadcast", { text: "x", ackRequested: { delivered: true, processed: true } }));
  pass(RECEIPT_DELAY);
  expect(ben.engine.due()).toEqual([]);
});

it("a receipt for a task counts from who has a part in it, or had one", () => {
  const task = ann.send("request", request(ben));
  ben.get(task);
  const receipt = (from: Agent, status: string) => ann.get(from.write("receipt", { to: ann.did, subject: refOf(task), status })).disposition;
  expect([receipt(mallory, "delivered"), receipt(mallory, "refused"), receipt(ben, "delivered")]).toEqual(["refused", "refused", "accepted"]);
  expect(ann.state(task)).toBe("submitted");
  expect(receipt(ben, "refused")).toBe("accepted");
  expect(ann.state(task)).toBe("rejected");
});
