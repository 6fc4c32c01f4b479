import { describe, expect, it } from "vitest";
import { type Question, type Usage, judge } from "./judge.ts";
import { checkPolicy, effectivePolicy } from "./policy.ts";

const [alice, bob, carol] = ["did:plc:alice", "did:plc:bob", "did:plc:carol"].map((did) => ({ did }));
if (alice === undefined || bob === undefined || carol === undefined) throw new Error("three");

describe("the policy that holds", () => {
  it("is the agent's own, completed by the colony's, completed by what holds everywhere", () => {
    const plain = effectivePolicy({}, {});
    expect(plain).toMatchObject({ colonyIsKnown: true, unknown: "limit", allow: [], block: [] });
    expect(effectivePolicy({ unknown: "block" }, { unknown: "quarantine", colonyIsKnown: false })).toMatchObject({ unknown: "block", colonyIsKnown: false });
    expect(effectivePolicy({ perSender: { perHour: 1 } }, { perSender: { perHour: 2, pending: 3 } }).perSender).toEqual({ ...plain.perSender, perHour: 1, pending: 3 });
    expect(effectivePolicy({ unknown: "of a later version" }, {}).unknown).toBe("limit");
  });

  it("has both lists; the agent's own word on a sender counts", () => {
    expect(effectivePolicy({ allow: [alice] }, { allow: [bob], block: [alice, carol] })).toMatchObject({ allow: [alice, bob], block: [carol] });
    expect(effectivePolicy({ block: [bob] }, { allow: [bob] })).toMatchObject({ allow: [], block: [bob] });
  });

  it("is refused with a rule that nobody knows, or a sender listed twice", () => {
    expect(checkPolicy({ unknown: "limit", allow: [alice], block: [bob] }).ok).toBe(true);
    const many = Array.from({ length: 600 }, (_, i) => ({ did: `did:web:${"x".repeat(1_900)}${i}` }));
    for (const policy of [{ allow: many }, { unknown: "perhaps" }, { allow: [alice, alice] }, { allow: [alice], block: [alice] }]) expect(checkPolicy(policy)).toMatchObject({ error: { status: 400, name: "InvalidRequest" } });
  });
});

describe("a stranger's message", () => {
  const none: Usage = { taken: 0, pending: 0 };
  const limits = { perHour: 2, pending: 3, bytes: 100 };
  const policy = effectivePolicy({ perSender: limits, perHost: { perHour: 4, pending: 5 }, questions: { perHour: 1, pending: 1, bytes: 10 } }, {});
  const ask = (change: Partial<Question>) => judge({ policy, isQuestion: false, bytes: 100, sender: none, host: none, everybody: none, ...change });
  const quarantine = (why: string) => ({ kind: "quarantine", why });

  it.each<[string, Partial<Question>, object]>([
    ["nothing used", {}, { kind: "take" }],
    ["the last there is room for", { sender: { taken: 1, pending: 2 }, host: { taken: 3, pending: 4 } }, { kind: "take" }],
    ["one byte too much", { bytes: 101 }, quarantine("size")],
    ["the hour used up", { sender: { taken: 2, pending: 0 } }, quarantine("rate")],
    ["too many not answered", { sender: { taken: 0, pending: 3 } }, quarantine("pending")],
    ["the host's hour used up", { host: { taken: 4, pending: 0 } }, quarantine("host-rate")],
    ["the host's too many not answered", { host: { taken: 0, pending: 5 } }, quarantine("host-pending")],
    ["everybody's", { everybody: { taken: 5_000, pending: 0 } }, quarantine("room")],
    ["everybody's, pending", { everybody: { taken: 0, pending: 20_000 } }, quarantine("room")],
    ["a question", { isQuestion: true, bytes: 10 }, { kind: "take" }],
    ["a long question", { isQuestion: true, bytes: 11 }, quarantine("size")],
    ["a second question", { isQuestion: true, bytes: 1, sender: { taken: 1, pending: 0 } }, quarantine("rate")],
    ["a host's tenth question", { isQuestion: true, bytes: 1, host: { taken: 9, pending: 9 } }, { kind: "take" }],
    ["a host's eleventh question", { isQuestion: true, bytes: 1, host: { taken: 10, pending: 0 } }, quarantine("host-rate")],
    ["strangers quarantined", { policy: { ...policy, unknown: "quarantine" } }, quarantine("policy")],
    ["strangers blocked", { policy: { ...policy, unknown: "block" }, bytes: 101 }, { kind: "block" }],
  ])("%s", (_, change, judgement) => expect(ask(change)).toEqual(judgement));
});
