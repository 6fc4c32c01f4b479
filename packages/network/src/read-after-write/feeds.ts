import type { LocalRecords } from "./local-records.ts";
import type { LocalViewer } from "./local-viewer.ts";
import { type FeedItem, type Fields, at, fieldsOf, isFeedItem, listOf } from "./view.ts";

/** Puts into an answer what the AppView does not know yet; the answer as it came when it is not in shape. @throws Error when that cannot be done now. */
export type Munge = (viewer: LocalViewer, answer: Fields, local: LocalRecords) => Fields | Promise<Fields>;

/** app.bsky.actor.getProfile */
export const mungeProfile: Munge = (viewer, answer, { profile }) => (profile !== undefined && answer["did"] === viewer.did ? viewer.detailed(answer, profile.record) : answer);

/** app.bsky.actor.getProfiles */
export const mungeProfiles: Munge = (viewer, answer, { profile }) => {
  const profiles = listOf(answer["profiles"]);
  if (profile === undefined || profiles === undefined) return answer;
  return { ...answer, profiles: profiles.map((view) => (at(view, "did") === viewer.did ? viewer.detailed(fieldsOf(view) ?? {}, profile.record) : view)) };
};

/** app.bsky.feed.getTimeline */
export const mungeTimeline: Munge = async (viewer, answer, { posts }) => {
  const feed = feedOf(answer);
  return feed === undefined ? answer : { ...answer, feed: await withPosts(viewer, feed, posts) };
};

/** app.bsky.feed.getActorLikes */
export const mungeLikes: Munge = (viewer, answer, local) => {
  const feed = feedOf(answer);
  return feed === undefined ? answer : { ...answer, feed: withAuthor(viewer, feed, local) };
};

/** app.bsky.feed.getAuthorFeed: the caller's own feed only. */
export const mungeAuthorFeed: Munge = async (viewer, answer, local) => {
  const feed = feedOf(answer);
  const [first] = feed ?? [];
  if (feed === undefined || first === undefined || !isOwn(viewer, first)) return answer;
  return { ...answer, feed: await withPosts(viewer, withAuthor(viewer, feed, local), local.posts) };
};

/** The feed of an answer; undefined when any of it is not in shape. */
const feedOf = (answer: Fields): FeedItem[] | undefined => {
  const feed = listOf(answer["feed"]);
  return feed?.every(isFeedItem) === true ? feed : undefined;
};

const isOwn = ({ did }: LocalViewer, { post, reason }: FeedItem): boolean =>
  reason === undefined ? at(post, "author", "did") === did : at(reason, "$type") === "app.bsky.feed.defs#reasonRepost" && at(reason, "by", "did") === did;

const withAuthor = (viewer: LocalViewer, feed: FeedItem[], { profile }: LocalRecords): FeedItem[] => {
  if (profile === undefined) return feed;
  return feed.map((item) => {
    const author = fieldsOf(item.post["author"]);
    return author?.["did"] === viewer.did ? { ...item, post: { ...item.post, author: viewer.basic(author, profile.record) } } : item;
  });
};

/** Posts that are newer than the feed's last, each in its place by time. */
const withPosts = async (viewer: LocalViewer, feed: FeedItem[], posts: LocalRecords["posts"]): Promise<FeedItem[]> => {
  const oldest = feed.at(-1)?.post.indexedAt ?? "";
  const fresh = posts.filter(({ indexedAt }) => indexedAt > oldest).toReversed();
  const all = [...feed];
  for (const post of await Promise.all(fresh.map((record) => viewer.post(record)))) {
    const place = all.findIndex((item) => item.post.indexedAt < post.indexedAt);
    all.splice(place < 0 ? all.length : place, 0, { post });
  }
  return all;
};
