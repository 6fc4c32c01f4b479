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
    [list, "collection=a.b.c", 'Params must have the property "repo"'],
    [list, "repo=&collection=a.b.c", 'Params must have the property "repo"'],
    [list, "repo=x&collection=a.b.c", "repo must be a valid did or a handle"],
    [list, `repo=${did}&collection=x`, "collection must be a valid nsid"],
    [list, `${asked}&limit=0`, "limit can not be less than 1"],
    [list, `${asked}&limit=101`, "limit can not be greater than 100"],
    [list, `${asked}&limit=5x`, "limit must be an integer"],
    [list, `${asked}&limit=1e1`, "limit must be an integer"],
    [list, `${asked}&limit=2.5`, "limit must be an integer"],
    [list, `${asked}&reverse=1`, "reverse must be a boolean"],
    [list, `${asked}&limit=1&limit=2`, "limit must not be given more than once"],
    [list, `${asked}&repo=${did}`, "repo must not be given more than once"],
    ["com.atproto.sync.getBlocks", `did=${did}&cids=x`, "cids/0 must be a cid string"],
    ["com.atproto.sync.getBlocks", `did=${did}`, 'Params must have the property "cids"'],
    ["agent.comms.listInbox", "waitSeconds=26", "waitSeconds can not be greater than 25"],
  ])("%s?%s is refused", (nsid, query, message) => {
    expect(validateParams(nsid, new URLSearchParams(query))).toEqual({ ok: false, message });
  });

  it("throws for what is not a method of ours", () => {
    expect(() => validateParams("com.example.nothing", new URLSearchParams())).toThrow("Lexicon not found");
    expect(() => validateParams("agent.comms.message", new URLSearchParams())).toThrow("Not a query or procedure or subscription");
  });
});
