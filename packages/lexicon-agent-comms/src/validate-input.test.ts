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
    [create, undefined, "Input must be an object"],
    [create, [], 'Input must have the property "repo"'],
    [create, {}, 'Input must have the property "repo"'],
    [create, { ...body, repo: "x" }, "Input/repo must be a valid did or a handle"],
    [create, { ...body, collection: "x" }, "Input/collection must be a valid nsid"],
    [create, { ...body, rkey: "a/b" }, "Input/rkey must be a valid Record Key"],
    [create, { ...body, record: "text" }, "Input/record must be an object"],
    [create, { ...body, validate: "yes" }, "Input/validate must be a boolean"],
    [create, { ...body, swapCommit: "x" }, "Input/swapCommit must be a cid string"],
    [writes, { repo: did, writes: [{ collection: "a.b.c", rkey: "x" }] }, 'Input/writes/0 must be an object which includes the "$type" property'],
    [writes, { repo: did, writes: [{ $type: "a.b.c#d" }] }, /^Input\/writes\/0 \$type must be one of /],
    [writes, { repo: did, writes: [{ $type: "a.b.c#d#e" }] }, "Uri can only have one hash segment"],
    [writes, { repo: did, writes: [{ $type: `lex:${writes}#delete`, collection: "a.b.c", rkey: "x" }] }, "Input/writes/0 $type must not begin with lex:"],
    ["agent.network.createAgent", { name: "" }, "Input/name must not be shorter than 1 characters"],
    ["agent.network.createAgent", { name: "a".repeat(64) }, "Input/name must not be longer than 63 characters"],
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
