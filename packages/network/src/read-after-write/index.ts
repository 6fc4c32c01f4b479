/** Methods of an AppView that show the caller's own writes at once. */
import { mungeAuthorFeed, mungeLikes, mungeProfile, mungeProfiles, mungeTimeline } from "./feeds.ts";
import { readAfterWrite } from "./read-after-write.ts";

export { getFeed } from "./get-feed.ts";
export { getPostThread } from "./post-thread.ts";
/** app.bsky.actor.getProfile */
export const getProfile = readAfterWrite(mungeProfile);
/** app.bsky.actor.getProfiles */
export const getProfiles = readAfterWrite(mungeProfiles);
/** app.bsky.feed.getActorLikes */
export const getActorLikes = readAfterWrite(mungeLikes);
/** app.bsky.feed.getAuthorFeed */
export const getAuthorFeed = readAfterWrite(mungeAuthorFeed);
/** app.bsky.feed.getTimeline */
export const getTimeline = readAfterWrite(mungeTimeline);
