import { type AgentCommsHandoff, type AgentCommsRequest, collectionsOf } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { isAutomatic, mayBeAutomatic } from "./automatic.ts";
import { mayDelegate, mayTakeOn } from "./delegation.ts";
import { use } from "./usage.ts";

const [alice, bob, carol] = ["did:web:alice.test", "did:web:bob.test", "did:web:carol.test"] as const;

describe("use", () => {
  const twice = { max: 2, within: 100 };

  it("counts up to the most, and begins anew", () => {
    const first = use(twice, undefined, 1000);
    const second = use(twice, first, 1099);
    expect([first, second]).toEqual([{ count: 1, since: 1000 }, { count: 2, since: 1000 }]);
    expect(use(twice, second, 1099)).toBeUndefined();
    expect(use(twice, second, 1100)).toEqual({ count: 1, since: 1100 });
  });

  it("is not locked by a clock that was set back", () => {
    expect(use(twice, { count: 2, since: 1000 }, 900)).toEqual({ count: 1, since: 900 });
  });
});

describe("automatic records", () => {
  it.each([[{ hopCount: 1 }, true], [{ hopCount: 8 }, true], [{ hopCount: 0 }, false], [{}, false], [{ hopCount: "1" }, false]])("%j: %s", (record, expected) => expect(isAutomatic(record)).toBe(expected));

  it("are no broadcasts and no questions", () => {
    expect(Object.values(collectionsOf).filter((collection) => !mayBeAutomatic(collection))).toEqual(["agent.comms.broadcast", "agent.comms.question"]);
  });
});

const createdAt = "2026-11-21T09:00:00.000Z";
const ref = (did: string) => ({ uri: `at://${did}/agent.comms.request/a`, cid: "cid" });
const requestBy = (author: string, over: Partial<AgentCommsRequest> = {}) => ({
  ...ref(author), author,
  record: { $type: "agent.comms.request", to: bob, input: [], createdAt, ...over } satisfies AgentCommsRequest,
});
const handoffBy = (author: string, over: Partial<AgentCommsHandoff> = {}) => ({
  uri: `at://${author}/agent.comms.handoff/h`, cid: "cid", author,
  record: { $type: "agent.comms.handoff", to: bob, request: ref(alice), createdAt, ...over } satisfies AgentCommsHandoff,
});

describe("mayDelegate", () => {
  it("passes the chain on, with one depth less", () => {
    expect(mayDelegate(requestBy(alice, { maxDelegationDepth: 3, hopCount: 1 }), bob, carol)).toEqual({
      ok: true, value: { maxDelegationDepth: 2, onBehalfOf: [ref(alice)], hopCount: 2 },
    });
    expect(mayDelegate(requestBy(alice), bob, carol)).toMatchObject({ ok: true, value: { maxDelegationDepth: 0 } });
    expect(mayDelegate(handoffBy("did:web:dave.test", { maxDelegationDepth: 1, onBehalfOf: [ref(alice)] }), bob, carol)).toMatchObject({
      ok: true, value: { maxDelegationDepth: 0, onBehalfOf: [ref(alice)] },
    });
  });

  it.each([
    ["depth-limit", requestBy(alice, { maxDelegationDepth: 0 }), carol],
    ["depth-limit", handoffBy(alice), carol],
    ["depth-limit", requestBy(alice, { maxDelegationDepth: 8, onBehalfOf: Array.from({ length: 8 }, (_, i) => ref(`did:web:a${i}.test`)) }), carol],
    ["hop-limit", requestBy(alice, { hopCount: 8 }), carol],
    ["loop", requestBy(alice), alice],
    ["loop", requestBy(alice), bob],
    ["loop", requestBy(alice, { onBehalfOf: [ref(carol)] }), carol],
    ["loop", handoffBy("did:web:dave.test", { maxDelegationDepth: 1, onBehalfOf: [ref(alice)] }), alice],
    ["loop", handoffBy(carol, { maxDelegationDepth: 1 }), carol],
  ])("%s", (code, source, to) => expect(mayDelegate(source, bob, to)).toMatchObject({ ok: false, code }));
});

describe("mayTakeOn", () => {
  it("is for who is not further up", () => {
    expect(mayTakeOn(requestBy(alice, { onBehalfOf: [ref(carol)] }), bob)).toEqual({ ok: true, value: true });
    expect(mayTakeOn(requestBy(alice), bob)).toEqual({ ok: true, value: true });
    expect(mayTakeOn(requestBy(alice, { onBehalfOf: [ref(carol), ref(bob)] }), bob)).toMatchObject({ ok: false, code: "loop" });
  });
});
