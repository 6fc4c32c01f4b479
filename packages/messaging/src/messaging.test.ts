import { beforeEach, describe, expect, it } from "vitest";
import { Agent, answer, clock, handoff, inMs, refOf, request, response } from "../test/world.ts";
import { DEADLINE_GRACE, OVERSLEPT, OVERSLEPT_WAIT, RECEIPT_DELAY } from "./limits.ts";

let ann: Agent;
let ben: Agent;
let cat: Agent;

beforeEach(() => {
  [ann, ben, cat] = [new Agent("ann"), new Agent("ben"), new Agent("cat")];
});

const pass = (ms: number): void => void (clock.now += ms);
const accepted = { disposition: "accepted" };

describe("a deadline", () => {
  it("is told of by the worker, and known to the requester a moment later", () => {
    const task = ann.send("request", request(ben, { deadline: inMs(10_000) }));
    ben.get(task);
    expect([Math.max(...ann.wakes), Math.max(...ben.wakes)]).toEqual([clock.now + 10_001 + DEADLINE_GRACE, clock.now + 10_001]);
    pass(10_001);
    expect(ben.engine.tick()).toBeUndefined();
    expect(ann.engine.tick()).toBe(clock.now + DEADLINE_GRACE);
    const [word] = ben.flush();
    expect(word?.record).toMatchObject({ state: "expired", error: { code: "deadline-exceeded" }, request: refOf(task) });
    if (word === undefined) throw new Error("nothing is said");
    expect(ann.get(word)).toMatchObject(accepted);
    expect([ann.state(task), ben.state(task)]).toEqual(["expired", "expired"]);
    expect(ann.engine.tick()).toBeUndefined();
  });

  it("that was slept through waits for what was said in time, and not for ever", () => {
    const [done, never] = [ann.send("request", request(ben, { deadline: inMs(10_000) })), ann.send("request", request(ben, { deadline: inMs(10_000) }))];
    pass(9_000);
    const result = ben.write("response", response(done, "completed"));
    pass(10_000 + OVERSLEPT);
    expect(ann.engine.tick()).toBe(clock.now + OVERSLEPT_WAIT);
    expect(ann.get(result)).toMatchObject(accepted);
    const late = ben.write("response", response(never, "completed"));
    expect(ann.get(late)).toMatchObject({ disposition: "expired" });
    pass(OVERSLEPT_WAIT);
    ann.engine.tick();
    expect([ann.state(done), ann.state(never)]).toEqual(["completed", "expired"]);
  });

  it("that has passed before the request came is answered at once", () => {
    const task = ann.send("request", request(ben, { deadline: inMs(1_000) }));
    pass(1_001);
    expect(ben.get(task)).toMatchObject({ disposition: "expired", task: task.uri });
    expect(ben.flush().map(({ record }) => record["state"])).toEqual(["expired"]);
    const begun = ann.send("request", request(ben, { expiresAt: inMs(1_000) }));
    ben.get(begun);
    ben.send("response", response(begun, "working"));
    pass(2_000);
    ben.engine.tick();
    expect(ben.state(begun)).toBe("working");
  });
});

describe("a cancel", () => {
  it("ends the task where it arrives, and its answer where it came from", () => {
    const task = ann.send("request", request(ben));
    ben.get(task);
    const wish = ann.send("cancel", { to: ben.did, request: refOf(task) });
    expect(ben.get(wish)).toMatchObject(accepted);
    expect(ben.get(wish)).toMatchObject(accepted);
    expect(ben.judge("response", response(task, "completed"))).toBe("TaskEnded");
    const said = ben.flush();
    expect(said.map(({ record }) => record["state"])).toEqual(["canceled"]);
    for (const word of said) ann.get(word);
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ cancel: "canceled", standing: { state: "canceled" } });
  });

  it("that comes too late is said to, and strangers' count for nothing", () => {
    const task = ann.send("request", request(ben));
    ben.get(task);
    expect(ben.get(cat.write("cancel", { to: ben.did, request: refOf(task) }))).toMatchObject({ disposition: "refused" });
    const result = ben.send("response", response(task, "completed"));
    const wish = ann.send("cancel", { to: ben.did, request: refOf(task) });
    expect(ben.get(wish)).toMatchObject({ disposition: "refused" });
    pass(RECEIPT_DELAY);
    const [word] = ben.flush();
    expect(word?.record).toMatchObject({ subject: refOf(wish), status: "refused", error: { code: "too-late" } });
    if (word === undefined) throw new Error("nothing is said");
    ann.get(word);
    expect(ann.engine.task(task.uri)?.task.cancel).toBe("too-late");
    ann.get(result);
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ cancel: "too-late", standing: { state: "completed" } });
  });
});

describe("receipts", () => {
  it("are promised once, for what asks for them, and written together", () => {
    const asks = ann.write("message", { to: [ben.did], content: [], ackRequested: { delivered: true, processed: true } });
    const silent = ann.write("message", { to: [ben.did], content: [] });
    for (const one of [asks, asks, silent]) expect(ben.get(one)).toMatchObject(accepted);
    expect(ben.engine.due()).toEqual([]);
    expect(ben.engine.nextDue()).toBe(clock.now + RECEIPT_DELAY);
    pass(RECEIPT_DELAY);
    const [first, ...more] = ben.flush();
    expect(first?.record).toMatchObject({ to: ann.did, subject: refOf(asks), status: "delivered" });
    expect(more).toEqual([]);
    expect([ben.engine.processed(asks.uri), ben.engine.processed(asks.uri), ben.engine.processed(silent.uri)]).toEqual([true, false, false]);
    if (first === undefined) throw new Error("nothing is said");
    expect(ann.get({ ...first, record: { ...first.record, ackRequested: { delivered: true } } })).toMatchObject(accepted);
    expect(ann.engine.nextDue()).toBeUndefined();
  });

  it("have names that are always the same for the same", () => {
    const asks = ann.write("message", { to: [ben.did], content: [], ackRequested: { delivered: true } });
    const names = [1, 2].map(() => {
      const one = new Agent("ben");
      one.get(asks);
      pass(RECEIPT_DELAY);
      return one.engine.due().map((due) => (due.kind === "record" ? due.rkey : ""));
    });
    expect(names[0]).toEqual(names[1]);
    expect(JSON.stringify(names)).not.toContain("delivered");
  });

  it("are not written about what was taken back", () => {
    const asks = ann.write("message", { to: [ben.did], content: [], ackRequested: { delivered: true, processed: true } });
    ben.get(asks);
    ben.engine.retracted(asks.uri, ann.did);
    pass(RECEIPT_DELAY);
    expect(ben.flush()).toEqual([]);
    expect(ben.engine.processed(asks.uri)).toBe(false);
  });

  it("that cannot be written wait longer each time, and are given up in the end", () => {
    ben.get(ann.write("message", { to: [ben.did], content: [], ackRequested: { delivered: true } }));
    pass(RECEIPT_DELAY);
    const waits: number[] = [];
    for (let gaveUp = false; !gaveUp; ) {
      const [due] = ben.engine.due();
      if (due === undefined) throw new Error("nothing is due");
      gaveUp = ben.engine.failed(due);
      const wait = (ben.engine.nextDue() ?? clock.now) - clock.now;
      waits.push(wait);
      pass(wait);
    }
    expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(ben.engine.nextDue()).toBeUndefined();
  });
});

describe("idempotency", () => {
  it("tells a repeat from a conflict, in each author's own collections", () => {
    const say = (from: Agent, said: string, kind = "message") => from.write(kind, { to: [ben.did], content: [{ $type: "agent.comms.defs#text", text: said }], idempotencyKey: "k" });
    const first = say(ann, "one");
    expect([ben.get(first), ben.get(first)]).toMatchObject([accepted, accepted]);
    expect(ben.get(say(ann, "one"))).toMatchObject({ disposition: "repeat" });
    const other = say(ann, "two");
    expect(ben.get(other)).toMatchObject({ disposition: "conflict" });
    expect([ben.get(say(cat, "two")), ben.get(say(ann, "two", "question"))]).toMatchObject([accepted, accepted]);
    pass(RECEIPT_DELAY);
    expect(ben.flush().map(({ record }) => record)).toMatchObject([{ subject: refOf(other), status: "refused", error: { code: "idempotency-conflict" } }]);
  });

  it("is not broken by moments, which are told from now each time it is said", () => {
    const ask = (ms: number) => request(ben, { idempotencyKey: "k", deadline: inMs(ms), expiresAt: inMs(ms), notBefore: inMs(ms - 1000) });
    const [first, again] = [60_000, 60_500];
    ann.send("request", ask(first));
    expect(ann.judge("request", ask(again))).toBe("earlier");
    expect(ben.get(cat.write("request", ask(first)))).toMatchObject(accepted);
    expect(ben.get(cat.write("request", ask(again)))).toMatchObject({ disposition: "repeat" });
  });

  it("makes a request that is refused for it a rejected task", () => {
    const used = ann.write("request", request(ben, { idempotencyKey: "k" }));
    ben.get(used);
    const task = ann.send("request", request(ben, { idempotencyKey: "k", capability: "other" }));
    expect(ben.get(task)).toMatchObject({ disposition: "conflict" });
    expect(ben.engine.task(task.uri)).toBeUndefined();
    pass(RECEIPT_DELAY);
    for (const word of ben.flush()) ann.get(word);
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ standing: { state: "rejected" }, error: { code: "idempotency-conflict" } });
  });
});

describe("a handoff", () => {
  const offered = () => {
    const task = ann.send("request", request(ben, { maxDelegationDepth: 1 }));
    ben.get(task);
    const offer = ben.send("handoff", handoff(cat, task, { expiresAt: inMs(5_000) }));
    expect(cat.get(offer)).toMatchObject(accepted);
    return { task, offer };
  };

  it("may be answered before the requester hears of it", () => {
    const { task, offer } = offered();
    const yes = cat.send("handoffAnswer", answer(offer, task, "accepted"));
    const result = cat.send("response", response(task, "completed"));
    expect(ann.get(yes)).toMatchObject({ disposition: "held" });
    expect(ann.engine.task(task.uri)?.task.standing.worker).toBe(ben.did);
    expect(ann.get(offer)).toMatchObject(accepted);
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ standing: { worker: cat.did }, handoff: { state: "accepted" } });
    expect(ann.get(result)).toMatchObject(accepted);
    expect(ann.state(task)).toBe("completed");
  });

  it("that a stranger answers, or that was taken back, moves nothing", () => {
    const { task, offer } = offered();
    ann.get(offer);
    expect(ann.get(new Agent("dan").write("handoffAnswer", answer(offer, task, "accepted")))).toMatchObject({ disposition: "refused" });
    for (const one of [ann, cat]) one.engine.retracted(offer.uri, ben.did);
    expect(cat.judge("handoffAnswer", answer(offer, task, "accepted"))).not.toBe("send");
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ standing: { worker: ben.did }, handoff: { state: "declined" } });
    expect(cat.engine.task(task.uri)?.isOpen).toBe(false);
  });

  it.each(["refused", "key-expired"])("that is not even looked at (%s) is withdrawn, by who made it, on the word of who was asked", (status) => {
    const { task, offer } = offered();
    ann.get(offer);
    const word = (from: Agent) => from.write("receipt", { to: ben.did, subject: refOf(offer), status, error: { code: "unavailable" } });
    ben.get(word(new Agent("dan")));
    expect(ben.engine.due()).toEqual([]);
    ben.get(word(cat));
    expect(ben.engine.due()).toMatchObject([{ kind: "withdraw", uri: offer.uri }]);
    ben.flush();
    ben.engine.withdrawn(offer.uri);
    for (const one of [ann, cat]) one.engine.retracted(offer.uri, ben.did);
    expect([ann, ben].map(({ engine }) => engine.task(task.uri)?.task.handoff?.state)).toEqual(["declined", "declined"]);
    expect(ben.judge("handoff", handoff(new Agent("dan"), task))).toBe("send");
  });

  it("lapses for all three when nobody answers it", () => {
    const { task, offer } = offered();
    ann.get(offer);
    pass(5_001);
    const late = cat.write("handoffAnswer", answer(offer, task, "accepted"));
    pass(DEADLINE_GRACE);
    for (const one of [ann, ben, cat]) one.engine.tick();
    expect([ann, ben].map(({ engine }) => engine.task(task.uri)?.task.standing.worker)).toEqual([ben.did, ben.did]);
    expect(ben.get(late)).toMatchObject({ disposition: "refused" });
    expect([ann, ben, cat].map(({ engine }) => engine.task(task.uri)?.isOpen)).toEqual([true, true, false]);
    expect([ann, ben, cat].map(({ engine }) => engine.task(task.uri)?.task.handoff?.state)).toEqual(["declined", "declined", "declined"]);
    expect(ben.judge("response", response(task, "completed"))).toBe("send");
  });
});

describe("an answer to a handoff", () => {
  const offered = () => {
    const task = ann.send("request", request(ben));
    ben.get(task);
    const offer = ben.send("handoff", handoff(cat, task, { expiresAt: inMs(5_000) }));
    for (const one of [ann, cat]) one.get(offer);
    return { task, offer };
  };

  it("that was given in time counts a moment later", () => {
    const { task, offer } = offered();
    pass(4_000);
    const yes = cat.send("handoffAnswer", answer(offer, task, "accepted"));
    pass(2_000);
    for (const one of [ann, ben]) one.engine.tick();
    for (const one of [ann, ben]) expect(one.get(yes)).toMatchObject(accepted);
    expect(ann.engine.task(task.uri)?.task.standing.worker).toBe(cat.did);
    expect(ben.engine.task(task.uri)?.isOpen).toBe(false);
  });

  it("that came in vain is said to have, and its author works no further", () => {
    const { task, offer } = offered();
    const yes = cat.send("handoffAnswer", answer(offer, task, "accepted"));
    pass(60_000);
    for (const one of [ann, ben]) {
      one.engine.tick();
      expect(one.get(yes)).toMatchObject({ disposition: "refused" });
    }
    pass(RECEIPT_DELAY);
    const said = ben.flush();
    expect(said.map(({ record }) => record)).toMatchObject([{ to: cat.did, subject: refOf(yes), status: "refused", error: { code: "too-late" } }]);
    for (const word of said) expect(cat.get(word)).toMatchObject(accepted);
    expect(cat.engine.task(task.uri)?.isOpen).toBe(false);
    expect(cat.judge("response", response(task, "completed"))).toBe("TaskEnded");
    expect(ben.judge("response", response(task, "completed"))).toBe("send");
  });
});

describe("a message that did not open", () => {
  it("may be a cancel: the newest of them is answered", () => {
    const task = ann.send("request", request(ben));
    ben.get(task);
    const wish = ann.send("cancel", { to: ben.did, request: refOf(task) });
    ben.send("response", response(task, "completed"));
    const again = ann.write("cancel", wish.record);
    ann.engine.resealed(wish.uri, refOf(again), ben.did);
    ben.get(again);
    pass(RECEIPT_DELAY);
    for (const word of ben.flush()) ann.get(word);
    expect(ann.engine.task(task.uri)?.task.cancel).toBe("too-late");
  });

  it("is sealed again twice at most, over all its forms", () => {
    const task = ann.send("request", request(ben));
    const expired = (of: { uri: string; cid: string }) => ben.write("receipt", { to: ann.did, subject: { uri: of.uri, cid: of.cid }, status: "key-expired" });
    const decisions: string[] = [];
    let at = refOf(task);
    for (let i = 0; i < 3; i++) {
      decisions.push(ann.get(expired(at)).disposition);
      const [due] = ann.engine.due();
      if (due === undefined) break;
      expect(due).toMatchObject({ kind: "reseal", uri: at.uri, to: ben.did });
      const next = { uri: `${task.uri}-${i}`, cid: `cid${i}` };
      ann.engine.resealed(at.uri, next, ben.did);
      ann.engine.done(due);
      at = next;
    }
    expect(decisions).toEqual(["accepted", "accepted", "refused"]);
    expect(ann.get(ben.write("response", { request: at, state: "completed" }))).toMatchObject({ ...accepted, task: task.uri });
  });

  it("makes its reader say so once", () => {
    const { record: _, sealed: __, ...arrival } = ann.write("message", { to: [ben.did] });
    ben.engine.arrivedForFormerKey(arrival);
    ben.engine.arrivedForFormerKey(arrival);
    ben.engine.arrivedForFormerKey({ ...arrival, collection: "agent.comms.receipt", uri: `${arrival.uri}x` });
    pass(RECEIPT_DELAY);
    expect(ben.flush().map(({ record }) => record)).toMatchObject([{ status: "key-expired", subject: { uri: arrival.uri } }]);
  });
});

it("what a newer version says is shown, and moves nothing", () => {
  const task = ann.send("request", request(ben));
  ben.get(task);
  expect(ann.get(ben.write("response", response(task, "thinking-hard")))).toMatchObject(accepted);
  expect(ann.state(task)).toBe("submitted");
  expect(ann.get(ben.write("telepathy", {}))).toMatchObject(accepted);
});

it("everything is still there when the engine is opened anew over what it kept", () => {
  const task = ann.send("request", request(ben, { deadline: inMs(60_000) }));
  const again = new Agent("ann");
  for (const [kind, name, value] of ann.store.snapshot()) again.store.put(kind, name, value);
  expect(again.get(ben.write("response", response(task, "completed")))).toMatchObject({ ...accepted, task: task.uri });
});
