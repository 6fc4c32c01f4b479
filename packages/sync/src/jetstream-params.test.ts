import { describe, expect, it } from "vitest";
import { parseClientMessage, parseEventsQuery, parseV1Query } from "./jetstream-params.ts";

const v1 = (query: string) => parseV1Query(new URLSearchParams(query));
const events = (query: string) => parseEventsQuery(new URLSearchParams(query));
const V1 = ["commit", "identity", "account"];
const ALL = ["commit", "identity", "account", "sync"];

describe("the query of /subscribe", () => {
  it.each([
    ["", { kinds: V1 }],
    ["wantedCollections=com.example.note&wantedCollections=app.bsky.*&wantedCollections=com.example.note", { kinds: V1, collections: ["com.example.note", "app.bsky.*"] }],
    ["wantedCollections=not valid at all.*", { kinds: V1, collections: ["not valid at all.*"] }],
    ["wantedDids=did:plc:a&wantedDids=did:web:example.com&wantedDids=did:plc:a", { kinds: V1, dids: ["did:plc:a", "did:web:example.com"] }],
    ["maxMessageSizeBytes=1000", { kinds: V1, maxBytes: 1_000 }],
    ["maxMessageSizeBytes=-1", { kinds: V1 }],
    ["maxMessageSizeBytes=lots", { kinds: V1 }],
    ["maxMessageSizeBytes=4294967296", { kinds: V1 }],
    ...["0x10", "1e3", "1.0", " 7", "99999999999999999999"].map((size): [string, unknown] => [`maxMessageSizeBytes=${size}`, { kinds: V1 }]),
    ["maxMessageSizeBytes=%2B7", { kinds: V1, maxBytes: 7 }],
    ["kinds=sync&kinds=commit&kinds=sync", { kinds: ["commit", "sync"] }],
    ["prevRev=true", { kinds: V1, prevRev: "each" }],
    ["prevRev=chain", { kinds: V1, prevRev: "chain" }],
    ["prevRev=false", { kinds: V1 }],
  ])("%s", (query, filter) => expect(v1(query)).toEqual({ ok: true, value: filter }));

  it.each(["wantedCollections=app.bsky.fo*", "wantedCollections=", "wantedDids=alice.test", `wantedDids=did:plc:${"a".repeat(2_050)}`, "kinds=record", "prevRev=yes",
    `wantedCollections=${"a".repeat(330)}.*`, Array.from({ length: 101 }, (_, i) => `wantedCollections=a.b.c${i}`).join("&"), Array.from({ length: 10_001 }, (_, i) => `wantedDids=did:plc:${i}`).join("&")])("refuses %.60s", (query) =>
    expect(v1(query)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } }));

  it("takes 10,000 DIDs, however often each is named", () => {
    const query = Array.from({ length: 20_000 }, (_, i) => `wantedDids=did:plc:${i % 10_000}`).join("&");
    expect(v1(query)).toMatchObject({ ok: true, value: { dids: { length: 10_000 } } });
  });
});

describe("the query of subscribeEvents", () => {
  it.each([
    ["", { kinds: ALL }],
    ["dids=did:plc:a&collections=com.example.*&kinds=commit&maxMessageSizeBytes=0", { kinds: ["commit"], dids: ["did:plc:a"], collections: ["com.example.*"] }],
    ["maxMessageSizeBytes=4294967295", { kinds: ALL, maxBytes: 4_294_967_295 }],
    ["collections=com.*", { kinds: ALL, collections: ["com.*"] }],
  ])("%s", (query, filter) => expect(events(query)).toEqual({ ok: true, value: filter }));

  it.each(["wantedDids=did:plc:a", "wantedCollections=a.b.c", "requireHello=false", "maxMessageSizeBytes=", "maxMessageSizeBytes=1&maxMessageSizeBytes=1", "maxMessageSizeBytes=4294967296",
    "maxMessageSizeBytes=1.5", "collections=not_valid.*", "kinds=identity&collections=a.b.c", "kinds=all"])("refuses %s", (query) => expect(events(query)).toMatchObject({ ok: false, error: { status: 400 } }));
});

describe("what a client says", () => {
  const before = { kinds: ["sync" as const], prevRev: "chain" as const, collections: ["a.b.c"] };
  const say = (message: unknown) => parseClientMessage(JSON.stringify(message), before);

  it("replaces the filter; extras stay unless they are named", () => {
    expect(say({ type: "options_update", payload: {} })).toEqual({ kind: "options", filter: { kinds: ["sync"], prevRev: "chain" } });
    expect(say({ type: "options_update", payload: null })).toEqual({ kind: "options", filter: { kinds: ["sync"], prevRev: "chain" } });
    expect(say({ type: "options_update", payload: { wantedDids: null, maxMessageSizeBytes: null, prevRev: null } })).toEqual({ kind: "options", filter: { kinds: ["sync"], prevRev: "chain" } });
    expect(say({ type: "options_update", payload: { wantedDids: null, wantedCollections: ["d.e.f"], maxMessageSizeBytes: -5, kinds: ["commit"], prevRev: "false" } })).toEqual({ kind: "options", filter: { kinds: ["commit"], collections: ["d.e.f"] } });
  });

  it.each([[{ type: "other", payload: 5 }], [{}], [{ type: null }]])("ignores %j", (message) => expect(say(message)).toEqual({ kind: "ignored" }));
  it.each([[null], [[]], [5], [{ type: 5 }], [{ type: "options_update" }], [{ type: "options_update", payload: [] }], [{ type: "options_update", payload: { wantedDids: [5] } }], [{ type: "options_update", payload: { maxMessageSizeBytes: "5" } }],
    [{ type: "options_update", payload: { prevRev: true } }]])("finds %j malformed", (message) => expect(say(message)).toMatchObject({ kind: "malformed" }));
  it("finds malformed what is no JSON", () => expect(parseClientMessage("{", before)).toMatchObject({ kind: "malformed" }));
  it("refuses lists that are far too long without looking at what is in them", () => {
    const wantedDids = Array.from({ length: 100_001 }, () => "did:plc:a");
    expect(say({ type: "options_update", payload: { wantedDids } })).toEqual({ kind: "invalid", message: "100001 DIDs, at most 10000" });
  });

  it.each([[{ wantedDids: ["x"] }], [{ wantedCollections: ["x"] }], [{ kinds: ["x"] }], [{ prevRev: "x" }]])("finds %j invalid", (payload) => expect(say({ type: "options_update", payload })).toMatchObject({ kind: "invalid" }));
});
