import type { AgentCommsHandoff, AgentCommsRequest } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { CANCEL_GRACE_MS } from "../guards/limits.ts";
import { dueAt } from "./clock.ts";
import { offerOf, type Standing, standingOfHandoff, standingOfRequest, time } from "./standing.ts";
import { turn } from "./turn.ts";

const [alice, bob, carol] = ["did:web:alice.test", "did:web:bob.test", "did:web:carol.test"] as const;
const createdAt = "2026-11-21T09:00:00.000Z";
const request: AgentCommsRequest = { $type: "agent.comms.request", to: bob, input: [{ $type: "agent.comms.defs#text", text: "x" }], createdAt };
const uri = `at://${alice}/agent.comms.request/a`;
const handoff: AgentCommsHandoff = { $type: "agent.comms.handoff", to: carol, request: { uri, cid: "cid-r" }, createdAt };

describe("how a task stands", () => {
  it("by its request", () => {
    expect(standingOfRequest({ uri, cid: "cid-r", author: alice, record: request })).toEqual({
      uri, cids: ["cid-r"], requester: alice, worker: bob, state: "submitted", closedOffers: [], former: [], depthLeft: 1,
    });
    const timed = { ...request, deadline: "2026-11-21T10:00:00Z", expiresAt: "2026-11-21T09:30:00+01:00", maxDelegationDepth: 3 };
    expect(standingOfRequest({ uri, cid: "cid-r", author: alice, record: timed })).toMatchObject({
      deadline: Date.UTC(2026, 10, 21, 10), startBy: Date.UTC(2026, 10, 21, 8, 30), depthLeft: 3,
    });
  });

  it("by a handoff, to who is asked: accepting it makes them the worker", () => {
    const placed = { uri: `at://${bob}/agent.comms.handoff/h`, cid: "cid-h", author: bob, record: { ...handoff, deadline: createdAt, expiresAt: createdAt, maxDelegationDepth: 2 } };
    const at = Date.parse(createdAt);
    const standing = standingOfHandoff(placed);
    expect(standing).toEqual({
      uri, cids: ["cid-r"], requester: alice, worker: bob, state: "working", deadline: at, closedOffers: [], former: [], depthLeft: 3,
      offer: { uri: placed.uri, cid: "cid-h", to: carol, depth: 2, expiresAt: at },
    });
    if (standing === undefined) throw new Error("no standing");
    expect(turn(standing, { kind: "answer", by: carol, at, cid: "cid-r", handoff: { uri: placed.uri, cid: "cid-h" }, answer: "accepted" }).task).toMatchObject({ worker: carol, depthLeft: 2, former: [bob] });
  });

  it("not by a handoff that names nobody's request", () => {
    const record = { ...handoff, request: { uri: "at://alice.test/agent.comms.request/a", cid: "cid-r" } };
    expect(standingOfHandoff({ uri: `at://${bob}/agent.comms.handoff/h`, cid: "cid-h", author: bob, record })).toBeUndefined();
  });

  it("a handoff that says nothing of depth allows none", () => {
    expect(offerOf({ uri, cid: "cid-h", author: bob, record: handoff })).toEqual({ uri, cid: "cid-h", to: carol, depth: 0 });
  });
});

describe("time", () => {
  it.each([["2026-11-21T09:00:00Z", Date.UTC(2026, 10, 21, 9)], [undefined, undefined], ["yesterday", undefined], ["2026-02-30T99:00:00Z", undefined]])("%s → %s", (text, at) => {
    expect(time(text)).toBe(at);
  });
});

describe("dueAt", () => {
  const task: Standing = { uri, cids: ["c"], requester: alice, worker: bob, state: "submitted", closedOffers: [], former: [], depthLeft: 0 };
  const offer = { uri: "at://x/y/z", cid: "c", to: carol };

  it.each<[string, Partial<Standing>, number | undefined]>([
    ["nothing", {}, undefined],
    ["a deadline", { deadline: 100 }, 101],
    ["a time to begin", { startBy: 50, deadline: 100 }, 51],
    ["a time to begin that has been kept", { startBy: 50, deadline: 100, state: "working" }, 101],
    ["a wish to cancel", { cancelAskedAt: 5 }, 5 + CANCEL_GRACE_MS + 1],
    ["an offer", { offer: { ...offer, expiresAt: 7 }, deadline: 100 }, 8],
    ["an offer without end", { offer }, undefined],
    ["a task that is over", { deadline: 100, state: "failed" }, undefined],
  ])("with %s", (_name, over, due) => {
    const standing = { ...task, ...over };
    expect(dueAt(standing)).toBe(due);
    if (due === undefined) return;
    expect(turn(standing, { kind: "tick", at: due - 1 }).outcome.kind).toBe("repeated");
    expect(turn(standing, { kind: "tick", at: due }).outcome.kind).toBe("moved");
  });
});
