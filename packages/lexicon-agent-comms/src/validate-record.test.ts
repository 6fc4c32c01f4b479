import { describe, expect, it } from "vitest";
import { validateRecord } from "./index.ts";

const alice = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const bob = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const blobCid = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity";
const createdAt = "2026-11-21T09:00:00.000Z";
const text = { $type: "agent.comms.defs#text", text: "hello" };
const link = { uri: `at://${alice}/agent.comms.request/3kznmn7xqxl22`, cid };
const file = (over: object = {}) => ({
  $type: "agent.comms.defs#file",
  blob: { $type: "blob", ref: { $link: blobCid }, mimeType: "image/png", size: 10, ...over },
});

const message = { to: [bob], content: [text], createdAt };
const broadcast = { content: [text], createdAt };
const request = { to: bob, input: [text], createdAt };
const response = { request: link, state: "completed", createdAt };
const handoff = { to: bob, request: link, createdAt };
const bytes = (length: number) => ({ $bytes: btoa("\0".repeat(length)).replace(/=+$/, "") });
const sealed = {
  $type: "agent.comms.defs#sealed", version: 1, suite: "hpke-xwing-hkdfsha256-aes256gcm", level: "shared", innerType: "x.y.z",
  salt: bytes(16), commitment: bytes(32), recipients: [{ keyId: bytes(32), encapsulation: bytes(1120), wrappedKey: bytes(48) }], ciphertext: bytes(272),
};
const given = { uri: `at://${bob}/agent.comms.handoff/3kznmn7xqxl22`, cid };
const question = { to: bob, text: "Why?", createdAt };
const receipt = { to: bob, subject: link, status: "delivered", createdAt };
const cancel = { to: bob, request: link, createdAt };
const answer = { handoff: given, request: link, answer: "accepted", createdAt };
const profile = { createdAt };
const shared = {
  idempotencyKey: "k1",
  hopCount: 8,
  trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
};

const valid: [string, string, object][] = [
  ["agent.comms.message", "the least", message],
  [
    "agent.comms.message",
    "every field",
    {
      ...message,
      ...shared,
      content: [
        { ...text, mediaType: "text/markdown", langs: ["en", "de-CH"] },
        { $type: "agent.comms.defs#json", json: '{"score":0.5,"$type":"x"}', schema: "https://example.com/s.json" },
        { $type: "agent.comms.defs#ref", subject: link, note: "this one" },
        file(),
      ],
      conversation: "c1",
      thread: { root: link, parent: link },
      expiresAt: createdAt,
      priority: 5,
      ackRequested: { delivered: true, processed: false },
      autoReply: false,
    },
  ],
  ["agent.comms.message", "a kind of content to come", { ...message, content: [{ $type: "com.example.poem", lines: ["a"] }] }],
  ["agent.comms.message", "fields to come", { ...message, mood: { $bytes: "AAAA" }, about: { $link: cid } }],
  ["agent.comms.message", "32 recipients", { ...message, to: Array.from({ length: 32 }, (_, i) => `did:web:a${i}.test`) }],
  ["agent.comms.broadcast", "the least", broadcast],
  ["agent.comms.broadcast", "to a list", { ...broadcast, ...shared, audience: { $type: "agent.comms.defs#listed", dids: [bob] } }],
  ["agent.comms.broadcast", "to a kind of audience to come", { ...broadcast, audience: { $type: "com.example.moon" } }],
  ["agent.comms.request", "the least", request],
  [
    "agent.comms.request",
    "every field",
    {
      ...request,
      ...shared,
      capability: "translate",
      notBefore: createdAt,
      deadline: createdAt,
      expiresAt: createdAt,
      budget: { tokens: 1000, ms: 60000, microUsd: 0 },
      conversation: "c1",
      priority: 1,
      maxDelegationDepth: 2,
    },
  ],
  ["agent.comms.response", "the least", response],
  ["agent.comms.response", "progress", { ...response, ...shared, state: "working", progress: 40, output: [] }],
  ["agent.comms.response", "a state to come", { ...response, state: "dreaming" }],
  ["agent.comms.response", "an error", { ...response, state: "failed", error: { code: "unavailable", message: "x", retryable: true, retryAfter: 5 } }],
  ["agent.comms.handoff", "the least", handoff],
  ["agent.comms.handoff", "every field", { ...handoff, ...shared, reason: "r", records: [{ record: link, note: "n" }], budget: {}, deadline: createdAt }],
  [
    "agent.comms.handoff",
    "the whole task",
    { ...handoff, input: [text], capability: "translate", expiresAt: createdAt, priority: 2, maxDelegationDepth: 1, onBehalfOf: [link], ackRequested: { delivered: true } },
  ],
  ["agent.comms.handoff", "sealed", { ...handoff, sealed }],
  ["agent.comms.handoffAnswer", "the least", answer],
  ["agent.comms.handoffAnswer", "declined, with every field", { ...answer, ...shared, answer: "declined", reason: "r", error: { code: "unavailable" } }],
  ["agent.comms.handoffAnswer", "sealed", { handoff: given, request: link, createdAt, sealed }],
  ["agent.comms.handoffAnswer", "an answer to come", { ...answer, answer: "perhaps" }],
  ["agent.comms.question", "the least", question],
  ["agent.comms.question", "every field", { ...question, langs: ["en"], guest: "visitor-7", conversation: "c", idempotencyKey: "k", expiresAt: createdAt }],
  ["agent.comms.question", "sealed", { to: bob, createdAt, sealed }],
  ["agent.comms.question", "sealed, with a clear field to come", { to: bob, createdAt, sealed, route: "north" }],
  ["agent.comms.receipt", "the least", receipt],
  ["agent.comms.receipt", "a key that is gone", { ...receipt, status: "key-expired", at: createdAt, keyId: bytes(32), newKey: { uri: `at://${alice}/agent.comms.key/3kznmn7xqxl22`, cid } }],
  ["agent.comms.receipt", "a refusal", { ...receipt, status: "refused", error: { code: "idempotency-conflict" } }],
  ["agent.comms.receipt", "a status to come", { ...receipt, status: "shredded" }],
  ["agent.comms.receipt", "sealed", { to: bob, createdAt, sealed }],
  ["agent.comms.cancel", "the least", cancel],
  ["agent.comms.cancel", "every field", { ...cancel, reason: "r", idempotencyKey: "k", ackRequested: {}, trace: shared.trace }],
  ["agent.comms.cancel", "sealed", { ...cancel, sealed }],
  ["agent.comms.response", "what it cost", { ...response, spent: { tokens: 5 }, expiresAt: createdAt, ackRequested: { delivered: true } }],
  ["agent.comms.profile", "the least", profile],
  [
    "agent.comms.profile",
    "every field",
    {
      ...profile, displayName: "Alice", description: "d", listed: true, homepage: "https://alice.test", version: "1.2.0", operator: bob,
      provider: { name: "Acme", url: "https://acme.test" },
      labels: { $type: "com.atproto.label.defs#selfLabels", values: [{ val: "bot" }] },
      capabilities: [{ name: "translate", title: "Translate", description: "d", input: [{ kind: "text", mediaType: "text/plain" }], output: [{ kind: "json", schema: "https://a.test/s" }], tags: [{ tag: "de" }], examples: [{ text: "Translate this" }] }],
      protocols: [{ name: "agent-comms", version: "1" }, { name: "a2a", version: "1.0", url: "https://alice.test/a2a" }],
      suites: [{ suite: "hpke-xwing-hkdfsha256-aes256gcm" }],
      limits: { recordBytes: 100_000, messagesPerHour: 60, requestsPerHour: 10, openTasks: 4, taskSeconds: 600 },
    },
  ],
  ["com.atproto.lexicon.schema", "a schema", { lexicon: 1, id: "a.b.c", defs: {} }],
];

const invalid: [string, object, string][] = [
  ["agent.comms.message", { ...message, to: undefined }, 'Record must have the property "to"'],
  ["agent.comms.message", { ...message, to: [] }, "Record/to must not have fewer than 1 elements"],
  ["agent.comms.message", { ...message, to: Array.from({ length: 33 }, () => bob) }, "Record/to must not have more than 32 elements"],
  ["agent.comms.message", { ...message, to: ["bob.test"] }, "Record/to/0 must be a valid did"],
  ["agent.comms.message", { ...message, to: bob }, "Record/to must be an array"],
  ["agent.comms.message", { ...message, content: [] }, "Record/content must not have fewer than 1 elements"],
  ["agent.comms.message", { ...message, content: Array.from({ length: 17 }, () => text) }, "Record/content must not have more than 16 elements"],
  ["agent.comms.message", { ...message, content: ["hello"] }, 'Record/content/0 must be an object which includes the "$type" property'],
  ["agent.comms.message", { ...message, content: [{ ...text, text: 3 }] }, "Record/content/0/text must be a string"],
  ["agent.comms.message", { ...message, content: [{ ...text, text: "é".repeat(131073) }] }, "Record/content/0/text must not be longer than 262144 characters"],
  ["agent.comms.message", { ...message, content: [file({ size: 52428801 })] }, "Record/content/0/blob must not be larger than 52428800 bytes"],
  ["agent.comms.message", { ...message, content: [file({ mimeType: 7 })] }, "Record/content/0/blob should be a blob ref"],
  ["agent.comms.message", { ...message, content: [{ $type: "a.b.c#d#e" }] }, "Uri can only have one hash segment"],
  ["agent.comms.message", { ...message, createdAt: "yesterday" }, "Record/createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)"],
  ["agent.comms.message", { ...message, priority: 6 }, "Record/priority can not be greater than 5"],
  ["agent.comms.message", { ...message, priority: 2.5 }, "Record/priority must be an integer"],
  ["agent.comms.message", { ...message, hopCount: 9 }, "Record/hopCount can not be greater than 8"],
  ["agent.comms.message", { ...message, hopCount: null }, "Record/hopCount must be an integer"],
  ["agent.comms.message", { ...message, idempotencyKey: "" }, "Record/idempotencyKey must not be shorter than 1 characters"],
  ["agent.comms.message", { ...message, thread: { root: link } }, 'Record/thread must have the property "parent"'],
  ["agent.comms.message", { ...message, trace: { traceparent: "00-1" } }, "Record/trace/traceparent must not be shorter than 55 characters"],
  ["agent.comms.message", { ...message, $type: "agent.comms.broadcast" }, "Invalid $type: expected agent.comms.message, got agent.comms.broadcast"],
  ["agent.comms.message", { ...message, $type: null }, "Invalid $type: expected agent.comms.message, got object"],
  ["agent.comms.message", { $bytes: "AAAA" }, "Record must be an object"],
  ["agent.comms.message", { $link: cid }, "Record must be an object"],
  ["agent.comms.message", [message], "Record must be an object"],
  ["agent.comms.message", JSON.parse('{"__proto__":{"to":1}}') as object, "Record is not valid data: Invalid key: __proto__"],
  ["agent.comms.broadcast", { ...broadcast, audience: "all" }, 'Record/audience must be an object which includes the "$type" property'],
  ["agent.comms.broadcast", { ...broadcast, audience: { $type: "agent.comms.defs#listed", dids: [] } }, "Record/audience/dids must not have fewer than 1 elements"],
  ["agent.comms.request", { ...request, to: [bob] }, "Record/to must be a string"],
  ["agent.comms.request", { ...request, budget: { tokens: -1 } }, "Record/budget/tokens can not be less than 0"],
  ["agent.comms.request", { ...request, capability: "" }, "Record/capability must not be shorter than 1 characters"],
  ["agent.comms.response", { ...response, state: undefined }, 'Record must have the property "state"'],
  ["agent.comms.response", { ...response, request: { uri: link.uri } }, 'Record/request must have the property "cid"'],
  ["agent.comms.response", { ...response, request: { uri: "at://alice.test/agent.comms.request/3kznmn7xqxl22", cid } }, "Record/request/uri must name the repository by its DID"],
  ["agent.comms.handoff", { ...handoff, request: { uri: "at://alice.test/agent.comms.request/3kznmn7xqxl22", cid } }, "Record/request/uri must name the repository by its DID"],
  ["agent.comms.handoff", { ...handoff, records: [link] }, 'Record/records/0 must have the property "record"'],
  ["agent.comms.handoff", { ...handoff, sealed, reason: "for all to read" }, "Record/reason must not stand beside sealed content"],
  ["agent.comms.handoff", { ...handoff, onBehalfOf: Array.from({ length: 9 }, () => link) }, "Record/onBehalfOf must not have more than 8 elements"],
  ["agent.comms.handoffAnswer", { ...answer, answer: undefined }, 'Record must have the property "answer", or "sealed"'],
  ["agent.comms.handoffAnswer", { ...answer, sealed }, "Record/answer must not stand beside sealed content"],
  ["agent.comms.handoffAnswer", { ...answer, handoff: { uri: "at://bob.test/agent.comms.handoff/3kznmn7xqxl22", cid } }, "Record/handoff/uri must name the repository by its DID"],
  ["agent.comms.handoffAnswer", { ...answer, handoff: undefined }, 'Record must have the property "handoff"'],
  ["agent.comms.question", { ...question, text: undefined }, 'Record must have the property "text", or "sealed"'],
  ["agent.comms.question", { ...question, text: "x".repeat(3001) }, "Record/text must not be longer than 3000 characters"],
  ["agent.comms.question", { ...question, text: "é".repeat(1001) }, "Record/text must not be longer than 1000 graphemes"],
  ["agent.comms.question", { ...question, to: [bob] }, "Record/to must be a string"],
  ["agent.comms.question", { ...question, sealed }, "Record/text must not stand beside sealed content"],
  ["agent.comms.receipt", { ...receipt, status: undefined }, 'Record must have the property "status", or "sealed"'],
  ["agent.comms.receipt", { ...receipt, subject: undefined }, 'Record must have the property "subject", or "sealed"'],
  ["agent.comms.receipt", { to: bob, createdAt, sealed, subject: link }, "Record/subject must not stand beside sealed content"],
  ["agent.comms.receipt", { ...receipt, subject: { uri: "at://bob.test/a.b.c/d", cid } }, "Record/subject/uri must name the repository by its DID"],
  ["agent.comms.receipt", { ...receipt, keyId: bytes(31) }, "Record/keyId must not be smaller than 32 bytes"],
  ["agent.comms.cancel", { ...cancel, request: { uri: "at://bob.test/agent.comms.request/3kznmn7xqxl22", cid } }, "Record/request/uri must name the repository by its DID"],
  ["agent.comms.cancel", { ...cancel, sealed, reason: "r" }, "Record/reason must not stand beside sealed content"],
  ["agent.comms.profile", { ...profile, operator: "bob.test" }, "Record/operator must be a valid did"],
  ["agent.comms.profile", { ...profile, limits: { openTasks: 0.5 } }, "Record/limits/openTasks must be an integer"],
  ["com.atproto.lexicon.schema", { lexicon: "1" }, 'Expected integer value type (got "1") at $.record.lexicon'],
];

/** As it arrives: without the fields that are undefined. */
const json = (value: object): unknown => (Object.hasOwn(value, "__proto__") ? value : JSON.parse(JSON.stringify(value)));

describe("validateRecord", () => {
  it.each(valid)("%s: %s", (collection, _name, record) => {
    expect(validateRecord(collection, json({ $type: collection, ...record }))).toEqual({ known: true, ok: true });
  });

  it.each(invalid)("%s: %j is refused", (collection, record, reason) => {
    expect(validateRecord(collection, json(record))).toEqual({ known: true, ok: false, message: reason });
  });

  it("takes a missing $type for the collection", () => {
    expect(validateRecord("agent.comms.message", message)).toEqual({ known: true, ok: true });
  });

  it("does not change what it judges", () => {
    const record = Object.freeze({ ...message, content: Object.freeze([Object.freeze(file())]) });
    expect(validateRecord("agent.comms.message", record)).toEqual({ known: true, ok: true });
  });

  it.each([undefined, null, 3, "text", true])("refuses %s", (record) => {
    expect(validateRecord("agent.comms.message", record)).toMatchObject({ known: true, ok: false });
  });

  it("refuses what is nested deeper than the stack", () => {
    const deep: unknown = JSON.parse(`{"to":${"[".repeat(200_000)}${"]".repeat(200_000)}}`);
    expect(validateRecord("agent.comms.message", deep)).toEqual({ known: true, ok: false, message: "Value is nested too deeply" });
  });

  it.each(["app.bsky.feed.defs", "app.bsky.feed.getTimeline", "org.example.note", "agent.comms.listInbox", "agent.comms.defs", "agent.comms.defs#text", "lex:agent.comms.message", "agent.comms.message#main", "", "__proto__"])(
    "does not know the collection %s",
    (collection) => {
      expect(validateRecord(collection, { text: 3 })).toEqual({ known: false });
    },
  );
});
