import type { Munge } from "./feeds.ts";
import type { LocalRecord, LocalRecords } from "./local-records.ts";
import type { LocalViewer } from "./local-viewer.ts";
import { THREAD_POST, type Fields, type ThreadPost, at, isThreadPost, listOf, textOf } from "./view.ts";

/** app.bsky.feed.getPostThread */
export const mungeThread: Munge = async (viewer, answer, { posts }) => {
  const { thread } = answer;
  return isThreadPost(thread) ? { ...answer, thread: await withReplies(viewer, thread, posts) } : answer;
};

/** The thread of a post of the caller's that the AppView has not seen, with what else is new below it; undefined when it is not there. */
export const ownThread = async (viewer: LocalViewer, { posts }: LocalRecords, uri: string): Promise<ThreadPost | undefined> => {
  const own = posts.find((post) => post.uri === uri);
  if (own === undefined) return undefined;
  return withReplies(viewer, await threadPost(viewer, own), posts.filter((post) => post !== own));
};

/** at-uri of what a post answers to, if it does. */
export const parentOf = (view: ThreadPost): string | undefined => textOf(at(view, "post", "record", "reply", "parent", "uri"));

const withReplies = async (viewer: LocalViewer, thread: ThreadPost, posts: LocalRecord[]): Promise<ThreadPost> => {
  let grown = thread;
  for (const post of posts) if (isOfThread(thread, post)) grown = await grow(viewer, grown, post);
  return grown;
};

/** By the root that both name: a thread is shown from anywhere within it. */
const isOfThread = (thread: ThreadPost, { record }: LocalRecord): boolean => {
  const root = textOf(at(record, "reply", "root", "uri"));
  return root !== undefined && (root === thread.post.uri || root === at(thread, "post", "record", "reply", "root", "uri"));
};

/** Hang a post under the one it answers to, wherever that is. Views come from elsewhere, but they are no deeper than JSON can be read. */
const grow = async (viewer: LocalViewer, view: ThreadPost, post: LocalRecord): Promise<ThreadPost> => {
  const replies = listOf(view["replies"]);
  if (at(post.record, "reply", "parent", "uri") === view.post.uri) return { ...view, replies: [await threadPost(viewer, post), ...(replies ?? [])] };
  if (replies === undefined) return view;
  return { ...view, replies: await Promise.all(replies.map((reply) => (isThreadPost(reply) ? grow(viewer, reply, post) : reply))) };
};

const threadPost = async (viewer: LocalViewer, post: LocalRecord): Promise<ThreadPost & Fields> => ({ $type: THREAD_POST, post: await viewer.post(post) });
