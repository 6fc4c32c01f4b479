import { describe, expect, it } from "vitest";
import { COMMS_ROOT, collectionsOf, ids, isComms, isImmutable, MEMORY_ROOT, NETWORK_ROOT, recipientsOf } from "./index.ts";

const alice = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const bob = "did:web:bob.test";
const carol = "did:web:carol.test";
const request = { uri: `at://${alice}/agent.comms.request/3kznmn7xqxl22`, cid: "bafy" };

const cases: [string, unknown, string[] | "all" | null][] = [
  ["agent.comms.message", { to: [alice, bob, alice] }, [alice, bob]],
  ["agent.comms.message", { to: [] }, null],
  ["agent.comms.message", { to: [alice, "bob.test"] }, null],
  ["agent.comms.message", { to: alice }, null],
  ["agent.comms.message", {}, null],
  ["agent.comms.message", null, null],
  ["agent.comms.message", "text", null],
  ["agent.comms.request", { to: bob }, [bob]],
  ["agent.comms.request", { to: [bob] }, null],
  ["agent.comms.question", { to: bob }, [bob]],
  ["agent.comms.question", { to: [bob] }, null],
  ["agent.comms.cancel", { to: bob, request }, [bob]],
  ["agent.comms.cancel", { request }, null],
  ["agent.comms.receipt", { to: bob }, [bob]],
  ["agent.comms.receipt", { subject: request }, null],
  ["agent.comms.grant", { to: bob, subject: request }, [bob]],
  ["agent.comms.grant", { to: "bob.test", subject: request }, null],
  ["agent.comms.handoff", { to: bob, request }, [bob, alice]],
  ["agent.comms.handoff", { to: alice, request }, [alice]],
  ["agent.comms.handoff", { to: bob }, null],
  ["agent.comms.handoff", { to: bob, request: { uri: "at://alice.test/agent.comms.request/a" } }, null],
  ["agent.comms.handoffAnswer", { handoff: { uri: `at://${carol}/agent.comms.handoff/a` }, request }, [carol, alice]],
  ["agent.comms.handoffAnswer", { handoff: { uri: `at://${alice}/agent.comms.handoff/a` }, request }, [alice]],
  ["agent.comms.handoffAnswer", { handoff: { uri: `at://${carol}/agent.comms.handoff/a` } }, null],
  ["agent.comms.handoffAnswer", { request }, null],
  ["agent.comms.messageV2", { to: [bob] }, null],
  ["agent.comms.response", { request }, [alice]],
  ["agent.comms.response", { request: { uri: "at://alice.test/agent.comms.request/a" } }, null],
  ["agent.comms.response", { request: { uri: 3 } }, null],
  ["agent.comms.response", { request: null }, null],
  ["agent.comms.response", {}, null],
  ["agent.comms.broadcast", {}, "all"],
  ["agent.comms.broadcast", { audience: { $type: "agent.comms.defs#everyone" } }, "all"],
  ["agent.comms.broadcast", { audience: { $type: "agent.comms.defs#tagged", tag: "x" } }, "all"],
  ["agent.comms.broadcast", { audience: { $type: "agent.comms.defs#listed", dids: [bob, bob] } }, [bob]],
  ["agent.comms.broadcast", { audience: { $type: "agent.comms.defs#listed" } }, null],
  ["agent.comms.broadcast", { audience: { $type: "com.example.members" } }, null],
  ["agent.comms.broadcast", { audience: null }, null],
  ["app.bsky.feed.post", { to: [alice] }, null],
];

describe("recipientsOf", () => {
  it.each(cases)("%s %j → %j", (collection, record, expected) => expect(recipientsOf(collection, record)).toEqual(expected));
});

describe("collections", () => {
  it("are under the one root", () => {
    for (const [name, id] of Object.entries(collectionsOf)) expect(id).toBe(`${COMMS_ROOT}.${name}`);
    const ours = Object.values(ids).filter((id) => id.startsWith("agent."));
    expect(ours.filter((id) => ![COMMS_ROOT, MEMORY_ROOT, NETWORK_ROOT].some((root) => id.startsWith(`${root}.`)))).toEqual([]);
  });

  it.each(["message", "broadcast", "question", "request", "response", "cancel", "handoff", "handoffAnswer", "receipt", "grant"])("agent.comms.%s is sent and never changes", (name) => {
    expect(isComms(`agent.comms.${name}`)).toBe(true);
    expect(isImmutable(`agent.comms.${name}`)).toBe(true);
  });

  it("a key is for everybody, and never changes", () => {
    expect(isComms("agent.comms.key")).toBe(false);
    expect(isImmutable("agent.comms.key")).toBe(true);
  });

  it.each(["agent.comms.profile", "agent.memory.note", "agent.comms.messageV2", "agent.comms.listInbox", "agent.commsx.message", "app.bsky.feed.post", ""])("%s is not", (name) => {
    expect(isComms(name)).toBe(false);
    expect(isImmutable(name)).toBe(false);
  });
});
