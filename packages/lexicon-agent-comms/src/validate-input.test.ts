import { describe, expect, it } from "vitest";
import { documents, validateInput } from "./index.ts";

const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const create = "com.atproto.repo.createRecord";
const body = { repo: did, collection: "agent.comms.message", record: { text: "x" } };
const writes = "com.atproto.repo.applyWrites";

describe("validateInput", () => {
  it.each([
    [create, body],
    [create, { ...body, rkey: "3kznmn7xqxl22", validate: false, more: 1 }],
    [writes, { repo: did, writes: [{ $type: `${writes}#delete`, collection: "a.b.c", rkey: "x" }] }],
    ["com.atproto.server.createSession", { identifier: "alice.test", password: "x" }],
    ["agent.network.createAgent", { name: "alice", keys: "self" }],
    ["com.atproto.repo.uploadBlob", "anything"],
  ])("%s takes %j", (nsid, input) => expect(validateInput(nsid, input)).toEqual({ ok: true, input: nsid.endsWith("uploadBlob") ? undefined : input }));

  it("fills in defaults without changing what came", () => {
    const given = Object.freeze({ name: "alice" });
    expect(validateInput("agent.network.destroyAgent", given)).toEqual({ ok: true, input: { name: "alice", plc: "tombstone" } });
  });

  it.each([
    [create, undefined, "Expected object value type (got undefined) at $"],
    [create, [], "Expected object value type (got []) at $"],
    [create, {}, 'Missing required key "repo" at $'],
    [create, { ...body, repo: "x" }, 'Invalid AT identifier (got "x") at $.repo'],
    [create, { ...body, collection: "x" }, 'Invalid NSID (got "x") at $.collection'],
    [create, { ...body, rkey: "a/b" }, 'Invalid record key (got "a/b") at $.rkey'],
    [create, { ...body, record: "text" }, 'Expected object value type (got "text") at $.record'],
    [create, { ...body, validate: "yes" }, 'Expected boolean value type (got "yes") at $.validate'],
    [create, { ...body, swapCommit: "x" }, 'Invalid CID string (got "x") at $.swapCommit'],
    [writes, { repo: did, writes: [{ collection: "a.b.c", rkey: "x" }] }, /^Expected an object which includes the "\$type" property value type .* at \$\.writes\[0\]$/],
    [writes, { repo: did, writes: [{ $type: "a.b.c#d" }] }, /^Expected one of .* \(got "a.b.c#d"\) at \$\.writes\[0\]\.\$type$/],
    [writes, { repo: did, writes: [{ $type: "a.b.c#d#e" }] }, /^Expected one of /],
    [writes, { repo: did, writes: [{ $type: `lex:${writes}#delete`, collection: "a.b.c", rkey: "x" }] }, /^Expected one of /],
    // What may hold something secret is told where it is wrong, and not what it holds.
    ["agent.comms.send", { collection: "agent.comms.message", rkey: "a (secret) b", record: {} }, "Invalid record key at $.rkey"],
    ["agent.comms.send", { collection: "secret", record: "secret" }, "Invalid NSID at $.collection"],
    ["agent.memory.remember", { kind: "note", text: { secret: "secret" } }, "Expected string value type at $.text"],
    ["agent.network.createAgent", { name: "" }, "string too small (minimum 1, got 0) at $.name"],
    ["agent.network.createAgent", { name: "a".repeat(64) }, "string too big (maximum 63, got 64) at $.name"],
  ])("%s refuses %j", (nsid, input, message) => {
    expect(validateInput(nsid, input)).toEqual({ ok: false, message: typeof message === "string" ? message : expect.stringMatching(message) });
  });

  it("throws for what is not a procedure of ours", () => {
    expect(() => validateInput("com.example.nothing", {})).toThrow("Lexicon not found");
  });

  it("may skip the conversion from JSON: no input holds links, bytes or blobs outside of unknown fields", () => {
    const holders = documents().filter(({ defs }) => defs.main?.type === "procedure" && /"type":"(bytes|cid-link|blob)"/.test(JSON.stringify({ ...defs, main: defs.main.input })));
    expect(holders).toEqual([]);
  });
});
