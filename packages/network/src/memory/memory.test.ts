import { describe, expect, it } from "vitest";
import { provision, xrpc } from "../../test/client.ts";

interface Memories {
  memories: { uri: string; cid: string; kind: string; score: number; value: { text: string } }[];
}

describe("agent.memory over HTTP", () => {
  it("remembers, recalls, pins, counts and forgets, for the agent that asks", async () => {
    const [alice, bob] = [await provision(), await provision()];
    const auth = alice.access;
    const noted = await xrpc<{ uri: string }>("agent.memory.remember", { auth, json: { kind: "fact", subject: "tide", text: "The tide is high at noon.", tags: ["sea"] } });
    expect(noted.status).toBe(200);
    const asked = await xrpc<Memories>("agent.memory.recall", { auth, json: { query: "When is the tide high?", kinds: ["fact"], tags: ["sea"] } });
    expect(asked.body.memories).toMatchObject([{ uri: noted.body.uri, kind: "fact", value: { text: "The tide is high at noon." } }]);
    expect(Number.isInteger(asked.body.memories[0]?.score)).toBe(true);
    expect((await xrpc<Memories>("agent.memory.recall", { auth: bob.access, json: {} })).body.memories).toEqual([]);
    expect((await xrpc("agent.memory.pin", { auth, json: { uri: noted.body.uri } })).body).toEqual({ pins: [noted.body.uri] });
    expect((await xrpc("agent.memory.compact", { auth, json: {} })).body).toEqual({ summaries: [], collected: 0 });
    expect((await xrpc("agent.memory.getStats", { auth })).body).toMatchObject({ pinned: 1, kinds: [{}, {}, { kind: "fact", count: 1 }, {}] });
    expect((await xrpc("agent.memory.forget", { auth: bob.access, json: { uri: noted.body.uri } })).body).toMatchObject({ error: "MemoryNotFound" });
    expect((await xrpc("agent.memory.forget", { auth, json: { subject: "Tide" } })).body).toEqual({ forgotten: [noted.body.uri] });
  });

  it.each<[string, string, object]>([
    ["a privacy it does not know", "remember", { text: "x", privacy: "secret" }],
    ["a kind it does not know", "remember", { text: "x", kind: "dream" }],
    ["no text", "remember", { text: "" }],
    ["a key that is no TID", "remember", { text: "x", rkey: "mine" }],
    ["an importance of eleven", "remember", { text: "x", importance: 11 }],
    ["kinds it does not know", "recall", { kinds: ["dream"] }],
    ["more than there is to have", "recall", { limit: 51 }],
    ["two things to forget", "forget", { uri: "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.memory.note/3kznmn7xqxl22", subject: "x" }],
    ["nothing to forget", "forget", {}],
    ["nothing to pin", "pin", {}],
  ])("refuses %s", async (_, method, json) => {
    const { access: auth } = await provision();
    const answer = await xrpc(`agent.memory.${method}`, { auth, json });
    expect([answer.status, answer.body.error]).toEqual([400, "InvalidRequest"]);
  });
});
