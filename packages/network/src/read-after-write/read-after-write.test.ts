import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, provision, xrpc } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { MAX_MUNGED_BYTES } from "../proxy/limits.ts";

interface Written {
  uri: string;
  cid: string;
}

let alice: Login;
/** What the AppView has read, and what it has not. */
let rev: string;
let seen: Written;
let reply: Written;
let quote: Written;
let avatar: { ref: { $link: string } };

const PROFILE = "app.bsky.actor.profile";
const POST = "app.bsky.feed.post";
const createdAt = "2026-11-21T12:00:00.000Z";

const write = async (collection: string, record: object, rkey?: string): Promise<Written> => {
  const { status, body } = await xrpc<Written>("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection, record: { $type: collection, ...record }, ...(rkey === undefined ? {} : { rkey }) } });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};

/** What the AppView is to say of a method from now on. */
const tell = async (method: string, body: unknown, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}) => {
  await fetch(`${configOf(env).appView?.url}/tell`, {
    method: "POST",
    body: JSON.stringify({ method, status, headers: { "content-type": "application/json", "atproto-repo-rev": rev, "atproto-content-labelers": "did:web:l.example", ...headers }, body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
};

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are looked into from afar

const get = (method: string, params: Record<string, string> = {}) => xrpc<Json>(method, { auth: alice.access, params });

const author = (did = alice.did) => ({ did, handle: "old.test", displayName: "old", labels: [] });
const item = (uri: string, indexedAt: string, did?: string) => ({ post: { uri, cid: "x", author: author(did), record: {}, indexedAt } });

beforeAll(async () => {
  alice = await provision();
  seen = await write(POST, { text: "seen", createdAt });
  const head = await xrpc<{ rev: string }>("com.atproto.sync.getLatestCommit", { params: { did: alice.did } });
  rev = head.body.rev;
  const uploaded = await xrpc<{ blob: typeof avatar }>("com.atproto.repo.uploadBlob", { auth: alice.access, body: new Uint8Array(10), headers: { "content-type": "image/png" } });
  avatar = uploaded.body.blob;
  await write(PROFILE, { displayName: "new", description: "about", avatar }, "self");
  reply = await write(POST, { text: "reply", createdAt, reply: { root: seen, parent: seen }, embed: { $type: "app.bsky.embed.images", images: [{ image: avatar, alt: "alt", aspectRatio: { width: 1, height: 2 } }] } });
  quote = await write(POST, { text: "quote", createdAt, reply: { root: seen, parent: reply }, embed: { $type: "app.bsky.embed.record", record: seen } });
  await tell("app.bsky.feed.getPosts", { posts: [{ uri: seen.uri, cid: seen.cid, author: author(), record: { text: "seen" }, indexedAt: createdAt }] });
});

const image = (size: string) => `https://cdn.example/${size}/${alice.did}/${avatar.ref.$link}`;

describe("read after write", () => {
  it("passes on what is too large to look into, whole", async () => {
    const profile = { ...author(), note: "é".repeat(MAX_MUNGED_BYTES / 2), end: true };
    await tell("app.bsky.actor.getProfile", profile);
    const answer = await get("app.bsky.actor.getProfile", { actor: alice.did });
    expect(answer.status).toBe(200);
    expect(answer.body["note"]).toHaveLength(MAX_MUNGED_BYTES / 2);
    expect(answer.body).toMatchObject({ displayName: "old", end: true });
    expect(answer.headers.get("atproto-repo-rev")).toBe(rev);
  });

  it("asks no generator whose feed names no DID", async () => {
    await tell("com.atproto.repo.getRecord", { uri: "at://x", value: { did: "did:web:feeds.example#other did" } });
    expect(await get("app.bsky.feed.getFeed", { feed: `at://${alice.did}/app.bsky.feed.generator/odd` })).toMatchObject({ status: 400, body: { error: "UnknownFeed" } });
  });

  it("says whose fault it is when an answer breaks off", async () => {
    await tell("app.bsky.actor.getProfile", "this is no gzip", { headers: { "content-encoding": "gzip" } });
    expect(await get("app.bsky.actor.getProfile", { actor: alice.did })).toMatchObject({ status: 502, body: { error: "UpstreamFailure" } });
  });

  it("shows the caller's new profile, and nobody else's", async () => {
    await tell("app.bsky.actor.getProfile", { ...author(), banner: "old", followersCount: 3 });
    const own = await get("app.bsky.actor.getProfile", { actor: alice.did });
    expect(own.body).toEqual({ did: alice.did, handle: "old.test", labels: [], followersCount: 3, displayName: "new", description: "about", avatar: image("avatar") });
    expect(Number(own.headers.get("atproto-upstream-lag"))).toBeGreaterThan(0);
    expect(own.headers.get("atproto-content-labelers")).toBe("did:web:l.example");
    const bob = author("did:web:bob.example");
    await tell("app.bsky.actor.getProfiles", { profiles: [bob, author()] });
    // The second is how old clients write a list.
    for (const actors of ["actors", "actors[]", "actors[0]"])
      expect((await get("app.bsky.actor.getProfiles", { [actors]: alice.did })).body["profiles"]).toMatchObject([bob, { displayName: "new", description: "about" }]);
    expect((await get("app.bsky.actor.getProfile", { "actor[]": alice.did })).status).toBe(400);
  });

  it("leaves an answer as it came when the AppView has seen everything, says nothing of it, or knows another time", async () => {
    const head = await xrpc<{ rev: string }>("com.atproto.sync.getLatestCommit", { params: { did: alice.did } });
    for (const said of [head.body.rev, "", "nonsense", "2222222222222"]) {
      await tell("app.bsky.actor.getProfile", author(), { headers: { "atproto-repo-rev": said } });
      const answer = await get("app.bsky.actor.getProfile", { actor: alice.did });
      expect([answer.body["displayName"], answer.headers.get("atproto-upstream-lag")]).toEqual(["old", null]);
    }
  });

  it("puts new posts into the timeline, by their time", async () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    await tell("app.bsky.feed.getTimeline", { feed: [item("at://later", later), item(seen.uri, "2026-01-01T00:00:00.000Z")], cursor: "c" });
    const { body } = await get("app.bsky.feed.getTimeline");
    expect(body["cursor"]).toBe("c");
    expect(body["feed"].map(({ post }: Json) => post.uri)).toEqual(["at://later", quote.uri, reply.uri, seen.uri]);
    expect(body["feed"][2].post).toMatchObject({
      cid: reply.cid, likeCount: 0, replyCount: 0, repostCount: 0, quoteCount: 0,
      author: { did: alice.did, handle: alice.handle, displayName: "new", avatar: image("avatar") },
      record: { text: "reply" },
      embed: { $type: "app.bsky.embed.images#view", images: [{ thumb: image("feed_thumbnail"), fullsize: image("feed_fullsize"), alt: "alt", aspectRatio: { width: 1, height: 2 } }] },
    });
    expect(body["feed"][1].post.embed).toEqual({
      $type: "app.bsky.embed.record#view",
      record: { $type: "app.bsky.embed.record#viewRecord", uri: seen.uri, cid: seen.cid, author: author(), value: { text: "seen" }, indexedAt: createdAt },
    });
    await tell("app.bsky.feed.getTimeline", { feed: [] });
    expect((await get("app.bsky.feed.getTimeline")).body["feed"]).toHaveLength(2);
  });

  it("puts them into the caller's own feed, and the new name into it and into likes", async () => {
    const bob = "did:web:bob.example";
    await tell("app.bsky.feed.getAuthorFeed", { feed: [item(seen.uri, createdAt)] });
    const own = (await get("app.bsky.feed.getAuthorFeed", { actor: alice.did })).body["feed"];
    expect(own.map(({ post }: Json) => [post.uri, post.author.displayName])).toEqual([[quote.uri, "new"], [reply.uri, "new"], [seen.uri, "new"]]);
    await tell("app.bsky.feed.getAuthorFeed", { feed: [item("at://bob", createdAt, bob), item(seen.uri, createdAt)] });
    expect((await get("app.bsky.feed.getAuthorFeed", { actor: bob })).body["feed"]).toHaveLength(2);
    await tell("app.bsky.feed.getActorLikes", { feed: [item("at://bob", createdAt, bob), item(seen.uri, createdAt)] });
    expect((await get("app.bsky.feed.getActorLikes", { actor: bob })).body["feed"].map(({ post }: Json) => post.author.displayName)).toEqual(["old", "new"]);
  });

  it("hangs new posts under what they answer", async () => {
    await tell("app.bsky.feed.getPostThread", { thread: { $type: "app.bsky.feed.defs#threadViewPost", post: { uri: seen.uri, record: {} }, replies: [{ $type: "app.bsky.feed.defs#notFoundPost", uri: "at://x" }] } });
    const { thread } = (await get("app.bsky.feed.getPostThread", { uri: seen.uri })).body;
    expect(thread.replies.map(({ post, $type }: Json) => post?.uri ?? $type)).toEqual([reply.uri, "app.bsky.feed.defs#notFoundPost"]);
    expect(thread.replies[0].replies.map(({ post }: Json) => post.uri)).toEqual([quote.uri]);
  });

  it("shows a post of the caller's that the AppView has not found, by DID or by handle", async () => {
    await tell("app.bsky.feed.getPostThread", { error: "NotFound", message: "Post not found" }, { status: 400 });
    for (const repo of [alice.did, alice.handle]) {
      const { status, body } = await get("app.bsky.feed.getPostThread", { uri: reply.uri.replace(alice.did, repo) });
      expect([status, body["thread"].post.uri, body["thread"].replies[0].post.uri]).toEqual([200, reply.uri, quote.uri]);
    }
    expect(await get("app.bsky.feed.getPostThread", { uri: seen.uri })).toMatchObject({ status: 400, body: { error: "NotFound", message: "Post not found" } });
    expect((await get("app.bsky.feed.getPostThread", { uri: "at://did:web:bob.example/app.bsky.feed.post/a" })).status).toBe(400);
  });

  it("never costs the caller the AppView's answer", async () => {
    for (const odd of ["[1]", "null", '{"feed":[1]}', '{"feed":[{"post":{}}]}', '{"feed":7}', "no json"]) {
      await tell("app.bsky.feed.getTimeline", odd);
      const answer = await xrpc<Json>("app.bsky.feed.getTimeline", { auth: alice.access }).catch((error: unknown) => String(error));
      if (odd === "no json") expect(answer).toMatch("JSON");
      else expect(answer).toMatchObject({ status: 200, body: JSON.parse(odd) });
    }
    await tell("app.bsky.feed.getPosts", { error: "Oops" }, { status: 500 });
    await tell("app.bsky.feed.getTimeline", { feed: [] });
    expect((await get("app.bsky.feed.getTimeline")).body).toEqual({ feed: [] });
    await tell("app.bsky.feed.getTimeline", { feed: [] }, { headers: { "content-type": "text/plain" } });
    expect((await get("app.bsky.feed.getTimeline")).body).toBe('{"feed":[]}');
  });

  it("negotiates encodings as the reference", async () => {
    const ask = async (encoding: string) => xrpc<Json>("app.bsky.feed.getTimeline", { auth: alice.access, headers: { "accept-encoding": encoding } });
    expect(await ask("invalid, *;q=0")).toMatchObject({ status: 406, body: { error: "NotAcceptable", message: "this service does not support any of the requested encodings" } });
    expect(await ask(";q=1")).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: 'Invalid accept-encoding: ";q=1"' } });
    expect((await ask("invalid")).status).toBe(200);
  });

  it("asks a feed's generator in the caller's name, through the AppView", async () => {
    const feed = `at://${alice.did}/app.bsky.feed.generator/mine`;
    await tell("com.atproto.repo.getRecord", { value: { did: "did:web:generator.example" } });
    const { body } = await get("app.bsky.feed.getFeed", { feed, limit: "3" });
    expect(body["url"]).toBe(`/xrpc/app.bsky.feed.getFeed?${new URLSearchParams({ feed, limit: "3" })}`);
    const claims: unknown = JSON.parse(Buffer.from(body["headers"].authorization.split(".")[1], "base64url").toString());
    expect(claims).toMatchObject({ iss: alice.did, aud: "did:web:generator.example", lxm: "app.bsky.feed.getFeedSkeleton" });
    await tell("com.atproto.repo.getRecord", { value: {} });
    expect(await get("app.bsky.feed.getFeed", { feed })).toMatchObject({ status: 400, body: { error: "UnknownFeed", message: "could not resolve feed did" } });
    await tell("com.atproto.repo.getRecord", { error: "RecordNotFound", message: "gone" }, { status: 400 });
    expect(await get("app.bsky.feed.getFeed", { feed })).toMatchObject({ status: 400, body: { error: "RecordNotFound" } });
  });
});
