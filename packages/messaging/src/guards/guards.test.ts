import type { AgentCommsHandoff, AgentCommsRequest } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { mayAnswer } from "./automatic.ts";
import { mayDelegate, mayTakeOn } from "./delegation.ts";
import { PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./limits.ts";
import { use } from "./usage.ts";

const [alice, bob, carol] = ["did:web:alice.test", "did:web:bob.test", "did:web:carol.test"] as const;
const of = "agent.comms.message";

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

describe("mayAnswer", () => {
  const now = 5000;
  const spent = (max: number) => ({ count: max, since: now - 1 });

  it("counts one more hop, and uses both allowances", () => {
    expect(mayAnswer({ of, record: { hopCount: 3 }, by: of, thread: { count: 4, since: 0 }, now })).toEqual({
      ok: true,
      value: { hopCount: 4, thread: { count: 5, since: 0 }, peer: { count: 1, since: now } },
    });
  });

  it.each([
    ["hop-limit", { hopCount: 8 }, {}],
    ["not-allowed", { autoReply: false }, {}],
    ["rate-limited", {}, { thread: spent(THREAD_ALLOWANCE.max) }],
    ["rate-limited", {}, { peer: spent(PEER_ALLOWANCE.max) }],
  ])("%s: %j %j", (code, record, used) => {
    expect(mayAnswer({ of, record, by: of, now, ...used })).toMatchObject({ ok: false, code });
  });

  it.each(["receipt", "grant", "cancel", "handoffAnswer", "key", "profile"])("nothing is said to an agent.comms.%s", (name) => {
    expect(mayAnswer({ of: `agent.comms.${name}`, record: {}, by: of, now })).toMatchObject({ ok: false, code: "not-allowed" });
  });

  it.each(["agent.comms.broadcast", "agent.comms.question", "app.bsky.feed.post"])("nothing is said by %s", (by) => {
    expect(mayAnswer({ of, record: {}, by, now })).toMatchObject({ ok: false, code: "not-allowed" });
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
