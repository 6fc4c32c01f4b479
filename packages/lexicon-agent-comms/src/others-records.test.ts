import { describe, expect, it } from "vitest";
import { checkRecordKey, validateRecord } from "./index.ts";

const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const subject = { uri: `at://${did}/app.bsky.feed.post/3kznmn7xqxl22`, cid };
const createdAt = "2026-11-21T09:00:00.000Z";
const image = (mimeType: string, size: number) => ({ $type: "blob", ref: { $link: "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" }, mimeType, size });
const images = (mimeType: string, size: number) => ({ text: "", createdAt, embed: { $type: "app.bsky.embed.images", images: [{ image: image(mimeType, size), alt: "" }] } });

/** Records that are not ours: judged as the official PDS judges them, which the conformance tests hold beside it. */
describe("records of others", () => {
  it.each([
    ["app.bsky.feed.post", { text: "hello", createdAt, langs: ["en"], more: 1 }],
    ["app.bsky.feed.post", images("image/png", 1_000_000)],
    ["app.bsky.feed.post", { text: "x", createdAt, embed: { $type: "org.example.embed", anything: true } }],
    ["app.bsky.feed.like", { subject, createdAt }],
    ["app.bsky.graph.follow", { subject: did, createdAt }],
    ["app.bsky.actor.profile", { displayName: "Ann" }],
    ["chat.bsky.actor.declaration", { allowIncoming: "all" }],
    ["site.standard.document", { publishedAt: createdAt, site: "https://example.com", title: "t" }],
  ])("%s takes %j", (collection, record) => expect(validateRecord(collection, record)).toEqual({ known: true, ok: true }));

  it.each<[string, unknown, string]>([
    ["app.bsky.feed.post", { text: "hello" }, 'Missing required key "createdAt" at $.record'],
    ["app.bsky.feed.post", { text: 5, createdAt }, "Expected string value type (got 5) at $.record.text"],
    ["app.bsky.feed.post", { text: "x".repeat(301), createdAt }, "grapheme too big (maximum 300, got 301) at $.record.text"],
    ["app.bsky.feed.post", { text: "x", createdAt: "yesterday" }, 'Invalid datetime (got "yesterday") at $.record.createdAt'],
    ["app.bsky.feed.post", images("text/plain", 1), 'Expected "image/*" (got "text/plain") at $.record.embed.images[0].image.mimeType'],
    ["app.bsky.feed.post", images("image/png", 3_000_000), "blob too big (maximum 2000000, got 3000000) at $.record.embed.images[0].image"],
    ["app.bsky.feed.post", { $type: "app.bsky.feed.like", text: "x", createdAt }, "Invalid $type: expected app.bsky.feed.post, got app.bsky.feed.like"],
    ["app.bsky.graph.follow", { subject: "ann.test", createdAt }, 'Invalid DID (got "ann.test") at $.record.subject'],
  ])("%s refuses %j", (collection, record, message) => {
    const verdict = validateRecord(collection, record);
    expect(verdict).toEqual({ known: true, ok: false, message: expect.stringContaining(message) });
  });

  it("names places from where the record stands in a batch", () => {
    expect(validateRecord("app.bsky.feed.post", {}, ["writes", 3, "record"])).toMatchObject({ message: expect.stringContaining("$.writes[3].record") });
  });

  it("knows which keys they have", () => {
    expect(checkRecordKey("app.bsky.feed.post", "not-a-tid").ok).toBe(false);
    expect(checkRecordKey("app.bsky.actor.profile", "self").ok).toBe(true);
    expect(checkRecordKey("app.bsky.actor.profile", "other").ok).toBe(false);
  });
});
