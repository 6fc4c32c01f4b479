import { beforeEach, describe, expect, it } from "vitest";
import { Agent, answer, clock, handoff, inMs, refOf, request, response } from "../test/world.ts";

let ann: Agent;
let ben: Agent;
let cat: Agent;
let dan: Agent;

beforeEach(() => {
  [ann, ben, cat, dan] = [new Agent("ann"), new Agent("ben"), new Agent("cat"), new Agent("dan")];
});

const pass = (ms: number): void => void (clock.now += ms);
const accepted = { disposition: "accepted" };

it("an answer that is here before the request is noted as sent stands", () => {
  const task = ann.write("request", request(ben));
  const note = () => ann.engine.sent(task, refOf(task));
  note();
  ann.get(ben.write("response", response(task, "completed")));
  expect(note()).toEqual({ kind: "send" });
  expect(ann.engine.task(task.uri)).toMatchObject({ isOpen: false, task: { standing: { state: "completed" } } });
});

it("a second offer takes the place of the first, whose answer is still on its way", () => {
  const task = ann.send("request", request(ben, { maxDelegationDepth: 4 }));
  ben.get(task);
  const first = ben.send("handoff", handoff(cat, task));
  cat.get(first);
  const no = cat.send("handoffAnswer", answer(first, task, "declined"));
  ben.get(no);
  const second = ben.send("handoff", handoff(dan, task));
  dan.get(second);
  const yes = dan.send("handoffAnswer", answer(second, task, "accepted"));
  ann.get(first);
  expect(ann.get(second)).toMatchObject(accepted);
  // Shown once more, the first is what it was.
  expect(ann.get(first)).toMatchObject({ disposition: "repeat" });
  expect(ann.get(yes)).toMatchObject(accepted);
  expect(ann.get(no)).toMatchObject({ disposition: "refused" });
  expect(ann.engine.task(task.uri)?.task).toMatchObject({ standing: { worker: dan.did }, handoff: { uri: second.uri, state: "accepted" } });
});

it("two handoffs, the second of which overtakes the first, lead to who has the task", () => {
  const task = ann.send("request", request(ben, { maxDelegationDepth: 4 }));
  ben.get(task);
  const first = ben.send("handoff", handoff(cat, task, { maxDelegationDepth: 3 }));
  cat.get(first);
  const yes = cat.send("handoffAnswer", answer(first, task, "accepted"));
  const second = cat.send("handoff", handoff(dan, task, { maxDelegationDepth: 2 }));
  dan.get(second);
  const too = dan.send("handoffAnswer", answer(second, task, "accepted"));
  const done = dan.send("response", response(task, "completed"));
  expect([yes, second, too, done].map((one) => ann.get(one).disposition)).toEqual(["held", "held", "held", "held"]);
  expect(ann.get(first)).toMatchObject(accepted);
  expect(ann.engine.task(task.uri)?.task).toMatchObject({ standing: { worker: dan.did, former: [ben.did, cat.did], state: "completed" }, handoff: { uri: second.uri, state: "accepted" }, response: refOf(done) });
  expect(ann.store.count("early")).toBe(0);
});

describe("a request that was sealed again", () => {
  const resealed = () => {
    const task = ann.send("request", request(ben));
    const again = ann.write("request", task.record);
    ann.engine.resealed(task.uri, refOf(again), ben.did);
    ben.get(again);
    return { task, again };
  };

  it("is canceled as its worker knows it", () => {
    const { task, again } = resealed();
    const wish = { to: ben.did, request: refOf(task) };
    const addressed = ann.engine.addressed("agent.comms.cancel", wish);
    expect(addressed).toEqual({ to: ben.did, request: refOf(again) });
    expect(ben.get(ann.send("cancel", addressed))).toMatchObject(accepted);
    expect(ben.state(again)).toBe("canceled");
    for (const word of ben.flush()) ann.get(word);
    expect(ann.engine.task(task.uri)?.task).toMatchObject({ cancel: "canceled", standing: { state: "canceled" } });
  });

  it("is canceled at its next worker as well, as that one knows it", () => {
    const { task, again } = resealed();
    ann.send("cancel", { to: ben.did, request: refOf(task) });
    const offer = ben.send("handoff", handoff(cat, again));
    ann.get(offer);
    cat.get(offer);
    ann.get(cat.send("handoffAnswer", answer(offer, again, "accepted")));
    const [wish] = ann.flush();
    expect(wish?.record["request"]).toEqual(refOf(again));
  });
});

it("a task that was begun in time is begun, also when that is heard of a moment too late", () => {
  const task = ann.send("request", request(ben, { expiresAt: inMs(1_000) }));
  ben.get(task);
  pass(999);
  const begun = ben.send("response", response(task, "working"));
  const never = ann.send("request", request(ben, { expiresAt: inMs(0) }));
  pass(500);
  expect(ann.get(begun)).toMatchObject(accepted);
  expect(ann.state(task)).toBe("working");
  pass(5_000);
  expect(ann.get(ben.write("response", response(never, "working")))).toMatchObject({ disposition: "expired" });
});
