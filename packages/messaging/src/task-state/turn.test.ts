import { type TaskState, taskStates } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { CANCEL_GRACE_MS, MAX_OFFERS } from "../guards/limits.ts";
import type { TaskEvent } from "./event.ts";
import type { Standing } from "./standing.ts";
import { turn } from "./turn.ts";

const did = {
  requester: "did:web:requester.test",
  worker: "did:web:worker.test",
  candidate: "did:web:candidate.test",
  former: "did:web:former.test",
  stranger: "did:web:stranger.test",
} as const;
type Actor = keyof typeof did;
const actors = ["requester", "worker", "candidate", "former", "stranger"] as const;

const handoff = { uri: `at://${did.worker}/agent.comms.handoff/a`, cid: "cid-handoff" };
const offer = { ...handoff, to: did.candidate, depth: 1 };
const NOW = 1_000_000;
const cid = "cid-request";

/** A task in a state, with an offer under way and a deadline to come. */
const standing = (state: TaskState, over: Partial<Standing> = {}): Standing => ({
  uri: `at://${did.requester}/agent.comms.request/a`, cids: ["cid-sealed-before", cid], requester: did.requester, worker: did.worker, state,
  deadline: NOW + 60_000, offer, closedOffers: [], former: [did.former], depthLeft: 2, ...over,
});

/** Without an offer: as most tasks are, and all that are over. */
const bare = (state: TaskState, over: Partial<Standing> = {}): Standing => {
  const { offer: _, ...rest } = standing(state, over);
  return rest;
};

const events = {
  response: (by: string, state: string) => ({ kind: "response" as const, by, at: NOW, cid, state }),
  cancel: (by: string) => ({ kind: "cancel" as const, by, at: NOW, cid }),
  retraction: (by: string) => ({ kind: "retraction" as const, by, at: NOW }),
  handoff: (by: string) => ({ kind: "handoff" as const, by, at: NOW, cid, offer }),
  withdrawal: (by: string) => ({ kind: "withdrawal" as const, by, at: NOW, handoff: handoff.uri }),
  answer: (by: string, answer: string) => ({ kind: "answer" as const, by, at: NOW, cid, handoff, answer }),
};

/** What came of it in one word: the code of a refusal, or the kind of outcome. */
const word = (before: Standing, event: TaskEvent): string => {
  const { outcome } = turn(before, event);
  return outcome.kind === "refused" ? outcome.code : outcome.kind;
};

/** A table of the cells that a text draws: head with the states, then a name and a cell for each. */
const grid = (text: string): [string, TaskState, string][] => {
  const rows = text.trim().split("\n").map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([name = "", ...cells]) => taskStates.map((state, column): [string, TaskState, string] => [name, state, cells[column] ?? "?"]));
};

// Columns: submitted, working, input-required, auth-required, completed, failed, canceled, rejected, expired.
const byWorker = `
  submitted      kept        invalid-input invalid-input invalid-input too-late too-late too-late too-late deadline-exceeded
  working        moved       kept          moved         moved         too-late too-late too-late too-late deadline-exceeded
  input-required moved       moved         kept          moved         too-late too-late too-late too-late deadline-exceeded
  auth-required  moved       moved         moved         kept          too-late too-late too-late too-late deadline-exceeded
  completed      moved       moved         moved         moved         repeated too-late too-late too-late deadline-exceeded
  failed         moved       moved         moved         moved         too-late repeated too-late too-late deadline-exceeded
  canceled       not-allowed not-allowed   not-allowed   not-allowed   too-late too-late repeated too-late deadline-exceeded
  rejected       moved       moved         moved         moved         too-late too-late too-late repeated deadline-exceeded
  expired        moved       moved         moved         moved         too-late too-late too-late too-late repeated
  dreaming       kept        kept          kept          kept          too-late too-late too-late too-late deadline-exceeded
  sealed         kept        kept          kept          kept          too-late too-late too-late too-late deadline-exceeded`;

describe("a response of the worker", () => {
  it.each(grid(byWorker))("%s to a task that is %s: %s", (said, state, expected) => {
    expect(word(bare(state), events.response(did.worker, said))).toBe(expected);
    const { task } = turn(bare(state), events.response(did.worker, said));
    expect(task.state).toBe(expected === "moved" ? said : state);
  });

  it.each(taskStates)("canceled, when it was asked for, to a task that is %s", (state) => {
    const asked = bare(state, { cancelAskedAt: NOW - 1 });
    const open = ["submitted", "working", "input-required", "auth-required"].includes(state);
    expect(turn(asked, events.response(did.worker, "canceled")).task.state).toBe(open ? "canceled" : state);
  });

  it("is one to this request, under any of its CIDs", () => {
    expect(word(bare("working"), { ...events.response(did.worker, "completed"), cid: "cid-sealed-before" })).toBe("moved");
    expect(word(bare("working"), { ...events.response(did.worker, "completed"), cid: "cid-other" })).toBe("invalid-input");
  });

  it("that ends the task voids the offer", () => {
    const { task } = turn(standing("working"), events.response(did.worker, "completed"));
    expect(task).toEqual({ ...bare("completed"), closedOffers: [handoff.uri] });
    expect(word(task, events.answer(did.candidate, "accepted"))).toBe("too-late");
  });
});

const strangers = actors.filter((actor) => actor !== "worker");
describe.each(strangers)("a response of the %s", (actor) => {
  it.each(taskStates.flatMap((state) => [...taskStates, "dreaming"].map((said) => [state, said] as const)))("to a task that is %s: %s is refused", (state, said) => {
    for (const task of [bare(state), standing(state)]) {
      const after = turn(task, events.response(did[actor], said));
      expect(after).toEqual({ task, outcome: { kind: "refused", code: "not-allowed", message: "Only who works on the task may respond" } });
    }
  });
});

// Who does what, to a task with an offer under way as long as it is open. Columns as above.
const others = `
  cancel/requester     moved       moved       moved       moved       too-late    too-late    repeated    too-late    deadline-exceeded
  cancel/worker        not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  cancel/candidate     not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  cancel/former        not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  cancel/stranger      not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  retraction/requester moved       moved       moved       moved       repeated    repeated    repeated    repeated    repeated
  retraction/worker    not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  retraction/candidate not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  retraction/former    not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  retraction/stranger  not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  withdrawal/requester not-allowed not-allowed not-allowed not-allowed repeated    repeated    repeated    repeated    repeated
  withdrawal/worker    moved       moved       moved       moved       repeated    repeated    repeated    repeated    repeated
  withdrawal/candidate not-allowed not-allowed not-allowed not-allowed repeated    repeated    repeated    repeated    repeated
  withdrawal/former    not-allowed not-allowed not-allowed not-allowed repeated    repeated    repeated    repeated    repeated
  withdrawal/stranger  not-allowed not-allowed not-allowed not-allowed repeated    repeated    repeated    repeated    repeated
  accepted/requester   not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  accepted/worker      not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  accepted/candidate   moved       moved       moved       moved       too-late    too-late    too-late    too-late    deadline-exceeded
  accepted/former      not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  accepted/stranger    not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  declined/requester   not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  declined/worker      not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  declined/candidate   moved       moved       moved       moved       too-late    too-late    too-late    too-late    deadline-exceeded
  declined/former      not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  declined/stranger    not-allowed not-allowed not-allowed not-allowed too-late    too-late    too-late    too-late    deadline-exceeded
  perhaps/candidate    kept        kept        kept        kept        too-late    too-late    too-late    too-late    deadline-exceeded`;

const eventOf = (what: string, by: string): TaskEvent => {
  if (what === "cancel" || what === "retraction" || what === "withdrawal") return events[what](by);
  return events.answer(by, what);
};

const isActor = (name: string): name is Actor => actors.some((actor) => actor === name);
const isOpen = (state: TaskState): boolean => ["submitted", "working", "input-required", "auth-required"].includes(state);

describe("everything but responses", () => {
  it.each(grid(others))("%s, of a task that is %s: %s", (row, state, expected) => {
    const [what = "", actor = ""] = row.split("/");
    if (!isActor(actor)) throw new Error(row);
    const before = isOpen(state) ? standing(state) : bare(state);
    expect(word(before, eventOf(what, did[actor]))).toBe(expected);
    if (expected !== "moved") expect(turn(before, eventOf(what, did[actor])).task).toEqual(before);
  });

  it("a cancel is remembered, and the state is the worker's to say", () => {
    expect(turn(bare("working"), events.cancel(did.requester)).task).toEqual(bare("working", { cancelAskedAt: NOW }));
    expect(word(bare("working", { cancelAskedAt: 5 }), events.cancel(did.requester))).toBe("repeated");
    expect(word(bare("working"), { ...events.cancel(did.requester), cid: "cid-other" })).toBe("invalid-input");
  });

  it("a request taken back ends the task at once, and its offer", () => {
    expect(turn(standing("working"), events.retraction(did.requester)).task).toEqual(bare("canceled", { closedOffers: [handoff.uri] }));
  });
});

// A handoff of a task that nobody is asked to take over. Columns as above.
const handing = `
  requester not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  worker    moved       moved       moved       moved       too-late    too-late    too-late    too-late    deadline-exceeded
  candidate not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  former    not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed
  stranger  not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed not-allowed`;

describe("a handoff", () => {
  it.each(grid(handing))("by the %s, of a task that is %s: %s", (actor, state, expected) => {
    if (!isActor(actor)) throw new Error(actor);
    expect(word(bare(state), events.handoff(did[actor]))).toBe(expected);
    if (expected === "moved") expect(turn(bare(state), events.handoff(did[actor])).task).toEqual(standing(state));
  });

  it.each(["requester", "worker", "former"] as const)("to the %s would go in a circle", (actor) => {
    expect(word(bare("working"), { ...events.handoff(did.worker), offer: { ...offer, to: did[actor] } })).toBe("loop");
  });

  it("waits for the one before, and is known again", () => {
    const second = { ...events.handoff(did.worker), offer: { ...offer, uri: `${handoff.uri}2`, to: did.stranger } };
    expect(word(standing("working"), second)).toBe("not-allowed");
    expect(word(standing("working"), events.handoff(did.worker))).toBe("repeated");
    expect(word(bare("working", { closedOffers: [handoff.uri] }), events.handoff(did.worker))).toBe("repeated");
  });

  it("ends with the depth, and after eight", () => {
    expect(word(bare("working", { depthLeft: 0 }), events.handoff(did.worker))).toBe("depth-limit");
    expect(word(bare("working", { closedOffers: Array.from({ length: MAX_OFFERS }, (_, i) => `at://x/${i}`) }), events.handoff(did.worker))).toBe("depth-limit");
  });

  it("that is of another request is refused", () => {
    expect(word(bare("working"), { ...events.handoff(did.worker), cid: "cid-other" })).toBe("invalid-input");
  });
});

describe("the answer to a handoff", () => {
  it("accepted changes the worker: the one before has no say any more", () => {
    const { task } = turn(standing("input-required", { startBy: NOW - 1, cancelAskedAt: NOW - 1 }), events.answer(did.candidate, "accepted"));
    expect(task).toEqual(bare("submitted", { worker: did.candidate, former: [did.former, did.worker], closedOffers: [handoff.uri], depthLeft: 1, cancelAskedAt: NOW - 1 }));
    expect(word(task, events.response(did.worker, "completed"))).toBe("not-allowed");
    expect(word(task, events.response(did.candidate, "completed"))).toBe("moved");
    expect(word(task, events.answer(did.candidate, "accepted"))).toBe("repeated");
    expect(word(task, events.answer(did.candidate, "declined"))).toBe("too-late");
  });

  it("declined leaves the task where it was", () => {
    const { task } = turn(standing("working"), events.answer(did.candidate, "declined"));
    expect(task).toEqual(bare("working", { closedOffers: [handoff.uri] }));
    expect(word(task, events.answer(did.candidate, "accepted"))).toBe("too-late");
    expect(word(task, events.response(did.worker, "completed"))).toBe("moved");
  });

  it("that arrives before the handoff is held, whoever it is from", () => {
    for (const actor of actors) expect(word(bare("working"), events.answer(did[actor], "accepted"))).toBe("held");
    const after = turn(bare("working"), events.handoff(did.worker)).task;
    expect(turn(after, events.answer(did.candidate, "accepted")).task.worker).toBe(did.candidate);
  });

  it("is to this handoff and about this request", () => {
    expect(word(standing("working"), { ...events.answer(did.candidate, "accepted"), handoff: { ...handoff, cid: "cid-other" } })).toBe("invalid-input");
    expect(word(standing("working"), { ...events.answer(did.candidate, "accepted"), cid: "cid-other" })).toBe("invalid-input");
  });

  it("never gives more depth than there was", () => {
    const depthAfter = (depthLeft: number, depth: number | undefined): number =>
      turn(standing("working", { depthLeft, offer: depth === undefined ? { ...handoff, to: did.candidate } : { ...offer, depth } }), events.answer(did.candidate, "accepted")).task.depthLeft;
    expect([depthAfter(3, 8), depthAfter(3, 1), depthAfter(1, 5), depthAfter(3, undefined)]).toEqual([2, 1, 0, 0]);
  });
});

describe("time", () => {
  const everything: TaskEvent[] = [
    ...taskStates.map((state) => events.response(did.worker, state)),
    events.cancel(did.requester), events.handoff(did.worker), events.withdrawal(did.worker), events.answer(did.candidate, "accepted"), { kind: "tick", at: NOW },
  ];

  it.each(everything)("$kind $state a moment after the deadline meets a task that has expired", (event) => {
    const late = standing("working", { deadline: NOW - 1 });
    const { task, outcome } = turn(late, event);
    expect(task.state).toBe("expired");
    if (outcome.kind === "refused") expect(outcome.code).toBe("deadline-exceeded");
    else expect(event.kind === "tick" ? "moved" : "repeated").toBe(outcome.kind);
  });

  it("counts what comes at the deadline itself", () => {
    expect(word(bare("working", { deadline: NOW }), events.response(did.worker, "completed"))).toBe("moved");
  });

  it("expires what was not begun, and not what was", () => {
    const startBy = NOW - 1;
    expect(turn(bare("submitted", { startBy }), { kind: "tick", at: NOW }).task.state).toBe("expired");
    expect(word(bare("working", { startBy }), events.response(did.worker, "completed"))).toBe("moved");
    const begun = turn(bare("submitted", { startBy: NOW }), events.response(did.worker, "working")).task;
    expect(begun).toEqual(bare("working"));
  });

  it("cancels what nobody answered, unless it has expired before", () => {
    const asked = NOW - CANCEL_GRACE_MS - 1;
    expect(turn(bare("working", { cancelAskedAt: asked }), { kind: "tick", at: NOW }).task.state).toBe("canceled");
    expect(turn(bare("working", { cancelAskedAt: asked + 1 }), { kind: "tick", at: NOW }).task.state).toBe("working");
    expect(turn(bare("working", { cancelAskedAt: asked - 10, deadline: NOW - 5 }), { kind: "tick", at: NOW }).task.state).toBe("canceled");
    expect(turn(bare("working", { cancelAskedAt: asked, deadline: asked }), { kind: "tick", at: NOW }).task.state).toBe("expired");
  });

  it("lets an offer lapse", () => {
    const lapsed = standing("working", { offer: { ...offer, expiresAt: NOW - 1 } });
    expect(turn(lapsed, { kind: "tick", at: NOW })).toEqual({ task: bare("working", { closedOffers: [handoff.uri] }), outcome: { kind: "moved" } });
    expect(word(lapsed, events.answer(did.candidate, "accepted"))).toBe("too-late");
    expect(word(standing("working", { offer: { ...offer, expiresAt: NOW } }), events.answer(did.candidate, "accepted"))).toBe("moved");
  });

  it.each(taskStates)("does nothing to a task that is %s before its time", (state) => {
    const task = standing(state);
    expect(turn(task, { kind: "tick", at: NOW })).toEqual({ task, outcome: { kind: "repeated" } });
  });
});

describe("turn", () => {
  it.each([events.response(did.worker, "completed"), events.answer(did.candidate, "accepted"), events.cancel(did.requester), events.retraction(did.requester)])(
    "changes nothing that it was given: $kind",
    (event) => {
      const [before, given] = [standing("working"), structuredClone(event)];
      turn(before, event);
      expect(before).toEqual(standing("working"));
      expect(event).toEqual(given);
    },
  );

  it("is the same in every order of two events that have nothing to do with each other", () => {
    const pair = [events.cancel(did.requester), events.answer(did.candidate, "declined")];
    const both = (list: TaskEvent[]) => list.reduce((task, event) => turn(task, event).task, standing("working"));
    expect(both(pair)).toEqual(both(pair.toReversed()));
  });
});
