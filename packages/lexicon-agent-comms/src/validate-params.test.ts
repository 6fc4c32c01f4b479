import { describe, expect, it } from "vitest";
import { validateParams } from "./index.ts";

const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const list = "com.atproto.repo.listRecords";
const asked = `repo=${did}&collection=a.b.c`;

describe("validateParams", () => {
  it.each([
    [list, asked, { repo: did, collection: "a.b.c", limit: 50 }],
    [list, `${asked}&limit=7&reverse=true&cursor=x`, { repo: did, collection: "a.b.c", limit: 7, reverse: true, cursor: "x" }],
    [list, `${asked}&reverse=false&limit=&unknown=1&unknown=2&__proto__=3`, { repo: did, collection: "a.b.c", limit: 50, reverse: false }],
    ["com.atproto.sync.getBlocks", `did=${did}&cids=${cid}`, { did, cids: [cid] }],
    ["com.atproto.sync.getBlocks", `did=${did}&cids=${cid}&cids=${cid}`, { did, cids: [cid, cid] }],
    ["com.atproto.sync.subscribeRepos", "cursor=0", { cursor: 0 }],
    ["com.atproto.sync.subscribeRepos", "", {}],
    ["com.atproto.server.describeServer", "anything=goes", {}],
    ["agent.comms.listInbox", "", { limit: 50, waitSeconds: 0, opened: false }],
    ["com.atproto.repo.createRecord", "validate=true", {}],
  ])("%s?%s", (nsid, query, params) => {
    expect(validateParams(nsid, new URLSearchParams(query))).toEqual({ ok: true, params });
  });

  it.each([
    [list, "collection=a.b.c", 'Missing required key "repo"'],
    [list, "repo=&collection=a.b.c", 'Missing required key "repo"'],
    [list, "repo=x&collection=a.b.c", 'Invalid AT identifier (got "x")'],
    [list, `repo=${did}&collection=x`, 'Invalid NSID (got "x")'],
    [list, `${asked}&limit=0`, "integer too small (minimum 1, got 0)"],
    [list, `${asked}&limit=101`, "integer too big (maximum 100, got 101)"],
    [list, `${asked}&limit=5x`, 'Expected integer value type (got "5x")'],
    [list, `${asked}&limit=1e1`, 'Expected integer value type (got "1e1")'],
    [list, `${asked}&limit=2.5`, 'Expected integer value type (got "2.5")'],
    [list, `${asked}&reverse=1`, 'Expected boolean value type (got "1")'],
    [list, `${asked}&limit=1&limit=2`, "Expected integer value type (got [1, 2])"],
    [list, `${asked}&repo=${did}`, `Expected string value type (got ["${did}", "${did}"])`],
    ["com.atproto.sync.getBlocks", `did=${did}&cids=x`, 'Invalid CID string (got "x")'],
    ["com.atproto.sync.getBlocks", `did=${did}`, 'Missing required key "cids"'],
    ["agent.comms.listInbox", "waitSeconds=26", "integer too big (maximum 25, got 26)"],
  ])("%s?%s is refused", (nsid, query, message) => {
    expect(validateParams(nsid, new URLSearchParams(query))).toEqual({ ok: false, message: `Invalid ${nsid} params: ${message}` });
  });

  it("throws for what is not a method of ours", () => {
    expect(() => validateParams("com.example.nothing", new URLSearchParams())).toThrow("Lexicon not found");
    expect(() => validateParams("agent.comms.message", new URLSearchParams())).toThrow("Not a query or procedure or subscription");
  });
});
