import type { Scene } from "../scene.ts";

const TIME = "2026-11-21T09:00:00.000Z";
const CID = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";
const POST = "app.bsky.feed.post";
const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const AT = `at://${DID}/${POST}/3kznmn7xqxl22`;

/** [label, collection, record, record key if not made by the server] */
const RECORDS: [string, string, unknown, string?][] = [
  ["post", POST, { text: "hello", createdAt: TIME }],
  ["post, languages and tags", POST, { text: "hello", createdAt: TIME, langs: ["en", "de-AT"], tags: ["a"] }],
  ["post, unknown field", POST, { text: "hello", createdAt: TIME, more: { a: 1 } }],
  ["post without text", POST, { createdAt: TIME }],
  ["post without date", POST, { text: "x" }],
  ["post, text number", POST, { text: 5, createdAt: TIME }],
  ["post, text null", POST, { text: null, createdAt: TIME }],
  ["post, 300 graphemes", POST, { text: "ä".repeat(300), createdAt: TIME }],
  ["post, 301 graphemes", POST, { text: "x".repeat(301), createdAt: TIME }],
  ["post, 300 families", POST, { text: "👨‍👩‍👧".repeat(110), createdAt: TIME }],
  ["post, 3001 bytes", POST, { text: "👨‍👩‍👧‍👦".repeat(130), createdAt: TIME }],
  ...["2026-11-21", "yesterday", "2026-11-21T09:00:00", "2026-11-21T09:00:00+01:00", "2026-11-21T09:00:00Z", "2026-02-30T09:00:00Z", "2026-11-21T09:00:00.123456789Z", "-001-11-21T09:00:00Z", "2026-11-21t09:00:00z", "0000-01-01T00:00:00Z"].map((createdAt): [string, string, unknown] => [`post, date ${createdAt}`, POST, { text: "x", createdAt }]),
  ["post, bad language", POST, { text: "x", createdAt: TIME, langs: ["not a language"] }],
  ["post, four languages", POST, { text: "x", createdAt: TIME, langs: ["en", "de", "fr", "it"] }],
  ["post, nine tags", POST, { text: "x", createdAt: TIME, tags: "abcdefghi".split("") }],
  ["post, key no TID", POST, { text: "x", createdAt: TIME }, "not-a-tid"],
  ["post, reply", POST, { text: "x", createdAt: TIME, reply: { root: { uri: AT, cid: CID }, parent: { uri: AT, cid: CID } } }],
  ["post, reply without parent", POST, { text: "x", createdAt: TIME, reply: { root: { uri: AT, cid: CID } } }],
  ["post, reply with bad uri", POST, { text: "x", createdAt: TIME, reply: { root: { uri: "nope", cid: CID }, parent: { uri: AT, cid: CID } } }],
  ["post, reply with bad cid", POST, { text: "x", createdAt: TIME, reply: { root: { uri: AT, cid: "nope" }, parent: { uri: AT, cid: CID } } }],
  ["post, facets", POST, { text: "x y", createdAt: TIME, facets: [{ index: { byteStart: 0, byteEnd: 1 }, features: [{ $type: "app.bsky.richtext.facet#link", uri: "https://example.com" }] }] }],
  ["post, facet of an unknown kind", POST, { text: "x y", createdAt: TIME, facets: [{ index: { byteStart: 0, byteEnd: 1 }, features: [{ $type: "org.example.facet", any: 1 }] }] }],
  ["post, facet without kind", POST, { text: "x y", createdAt: TIME, facets: [{ index: { byteStart: 0, byteEnd: 1 }, features: [{ uri: "https://example.com" }] }] }],
  ["post, facet negative", POST, { text: "x y", createdAt: TIME, facets: [{ index: { byteStart: -1, byteEnd: 1 }, features: [] }] }],
  ["post, facet with bad uri", POST, { text: "x y", createdAt: TIME, facets: [{ index: { byteStart: 0, byteEnd: 1 }, features: [{ $type: "app.bsky.richtext.facet#link", uri: "not a uri" }] }] }],
  ["post, embed of an unknown kind", POST, { text: "x", createdAt: TIME, embed: { $type: "org.example.embed", any: 1 } }],
  ["post, embed without kind", POST, { text: "x", createdAt: TIME, embed: { any: 1 } }],
  ["post, embed external", POST, { text: "x", createdAt: TIME, embed: { $type: "app.bsky.embed.external", external: { uri: "https://example.com", title: "t", description: "d" } } }],
  ["post, embed external incomplete", POST, { text: "x", createdAt: TIME, embed: { $type: "app.bsky.embed.external", external: { uri: "https://example.com", title: "t" } } }],
  ["post, embed record", POST, { text: "x", createdAt: TIME, embed: { $type: "app.bsky.embed.record", record: { uri: AT, cid: CID } } }],
  ["post, embed images that are none", POST, { text: "x", createdAt: TIME, embed: { $type: "app.bsky.embed.images", images: [{ image: {}, alt: "" }] } }],
  ["post, five images", POST, { text: "x", createdAt: TIME, embed: { $type: "app.bsky.embed.images", images: Array.from({ length: 5 }, () => ({ alt: "" })) } }],
  ["post, labels", POST, { text: "x", createdAt: TIME, labels: { $type: "com.atproto.label.defs#selfLabels", values: [{ val: "porn" }] } }],
  ["post, labels without kind", POST, { text: "x", createdAt: TIME, labels: { values: [{ val: "porn" }] } }],
  ["post, $type of a like", POST, { $type: "app.bsky.feed.like", text: "x", createdAt: TIME }],
  ["like", "app.bsky.feed.like", { subject: { uri: AT, cid: CID }, createdAt: TIME }],
  ["like of nothing", "app.bsky.feed.like", { createdAt: TIME }],
  ["like of a text", "app.bsky.feed.like", { subject: AT, createdAt: TIME }],
  ["like with a list for cid", "app.bsky.feed.like", { subject: { uri: AT, cid: [] }, createdAt: TIME }],
  ["repost", "app.bsky.feed.repost", { subject: { uri: AT, cid: CID }, createdAt: TIME }],
  ["follow", "app.bsky.graph.follow", { subject: DID, createdAt: TIME }],
  ["follow of a handle", "app.bsky.graph.follow", { subject: "ann.test", createdAt: TIME }],
  ["block", "app.bsky.graph.block", { subject: DID, createdAt: TIME }],
  ["list", "app.bsky.graph.list", { purpose: "app.bsky.graph.defs#curatelist", name: "mine", createdAt: TIME }],
  ["list, purpose unknown", "app.bsky.graph.list", { purpose: "org.example#purpose", name: "mine", createdAt: TIME }],
  ["list without name", "app.bsky.graph.list", { purpose: "app.bsky.graph.defs#curatelist", name: "", createdAt: TIME }],
  ["list item", "app.bsky.graph.listitem", { subject: DID, list: `at://${DID}/app.bsky.graph.list/3kznmn7xqxl22`, createdAt: TIME }],
  ["starter pack", "app.bsky.graph.starterpack", { name: "s", list: `at://${DID}/app.bsky.graph.list/3kznmn7xqxl22`, createdAt: TIME }],
  ["list opt-out", "app.bsky.graph.referencelistoptout", { subject: AT, createdAt: TIME }],
  ["profile", "app.bsky.actor.profile", { displayName: "Ann", description: "d" }, "self"],
  ["profile, other key", "app.bsky.actor.profile", { displayName: "Ann" }, "other"],
  ["profile, no key", "app.bsky.actor.profile", { displayName: "Ann" }],
  ["profile, long name", "app.bsky.actor.profile", { displayName: "x".repeat(65) }, "self"],
  ["profile, avatar that is none", "app.bsky.actor.profile", { avatar: "x" }, "self"],
  ["profile, old form of avatar", "app.bsky.actor.profile", { avatar: { cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", mimeType: "image/png" } }, "self"],
  ["status", "app.bsky.actor.status", { status: "app.bsky.actor.status#live", createdAt: TIME }, "self"],
  ["threadgate", "app.bsky.feed.threadgate", { post: AT, createdAt: TIME, allow: [{ $type: "app.bsky.feed.threadgate#mentionRule" }] }, "3kznmn7xqxl22"],
  ["postgate", "app.bsky.feed.postgate", { post: AT, createdAt: TIME }, "3kznmn7xqxl22"],
  ["generator", "app.bsky.feed.generator", { did: DID, displayName: "f", createdAt: TIME }, "any-key"],
  ["labeler", "app.bsky.labeler.service", { policies: { labelValues: ["porn"] }, createdAt: TIME }, "self"],
  ["chat declaration", "chat.bsky.actor.declaration", { allowIncoming: "all" }, "self"],
  ["chat declaration, unknown value", "chat.bsky.actor.declaration", { allowIncoming: "whoever" }, "self"],
  ["chat declaration, incomplete", "chat.bsky.actor.declaration", {}, "self"],
  ["notification declaration", "app.bsky.notification.declaration", { allowSubscriptions: "followers" }, "self"],
  ["lexicon", "com.atproto.lexicon.schema", { lexicon: 1, id: "org.example.x", defs: {} }, "org.example.x"],
  ["lexicon, key no NSID", "com.atproto.lexicon.schema", { lexicon: 1 }, "nope"],
  ["lexicon, number as text", "com.atproto.lexicon.schema", { lexicon: "1" }, "org.example.x"],
  ["site document", "site.standard.document", { publishedAt: TIME, site: "https://example.com", title: "t" }],
  ["site document without title", "site.standard.document", { publishedAt: TIME, site: "https://example.com" }],
  ["unknown record of a known authority", "app.bsky.feed.unknown", { any: 1 }],
  ["a definition that is no record", "app.bsky.feed.defs", { any: 1 }],
  ["a method", "app.bsky.feed.getTimeline", { any: 1 }],
];

/** Records whose lexicons the official PDS knows, with each of the three ways of validating. */
export const lexiconRecords: Scene = {
  name: "lexicon records",
  play: async (side) => {
    const ann = await side.person("cf-lexicon-ann");
    for (const [label, collection, record, rkey] of RECORDS) {
      const body = { repo: ann.did, collection, record };
      const write = (how: string, more: Record<string, unknown>) =>
        rkey === undefined ? side.procedure(`${label}${how}`, "com.atproto.repo.createRecord", { ...body, ...more }, ann) : side.procedure(`${label}${how}`, "com.atproto.repo.putRecord", { ...body, rkey, ...more }, ann);
      await write("", {});
      await write(", to be valid", { validate: true });
      if (!/families|3001/.test(label)) await write(", not judged", { validate: false });
    }
    const batch = (label: string, value: unknown) => side.procedure(label, "com.atproto.repo.applyWrites", { repo: ann.did, writes: [{ $type: "com.atproto.repo.applyWrites#create", collection: "org.example.x", value: {} }, { $type: "com.atproto.repo.applyWrites#create", collection: POST, value }] }, ann);
    await batch("batch", { text: "x", createdAt: TIME });
    await batch("batch with one wrong", { text: 5, createdAt: TIME });
    for (const [collection, subject] of [["app.bsky.graph.follow", DID], ["app.bsky.graph.block", DID], ["app.bsky.feed.like", { uri: AT, cid: CID }], ["app.bsky.feed.repost", { uri: AT, cid: CID }]] as const) {
      const record = { subject, createdAt: TIME };
      const count = async (label: string) => {
        const { json } = await side.quiet({ path: `/xrpc/com.atproto.repo.listRecords?repo=${ann.did}&collection=${collection}` });
        side.answers.set(`${collection}: ${label}`, { status: 200, headers: {}, body: (json as { records: { value: { subject: unknown } }[] }).records.map(({ value }) => value.subject) });
      };
      await count("of those before");
      await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection, record } });
      await count("one more");
      await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection, record, validate: false } });
      await count("one more, not judged");
      await side.quiet({ path: "/xrpc/com.atproto.repo.putRecord", as: ann, body: { repo: ann.did, collection, rkey: "3kznmn7xqxl23", record } });
      await count("one more, put");
      await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection, record } });
      await count("one more in the end");
    }
  },
};
