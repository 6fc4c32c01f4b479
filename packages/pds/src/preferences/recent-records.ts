/**
 * What an AppView does not know yet, for answers that show an account its own writes at once ("read after write"). Bounded:
 * few posts are looked at, from the newest down. Posts whose keys are not in the order of time (the lexicon asks for TIDs) may
 * be missed, and are then shown when the AppView has them.
 */
import { cidToString, isTid, tidToMicros } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import { type RecordRow, listRecords, readRecord } from "../store/records.ts";
import type { RecentRecord, RecentRecords } from "./preferences-api.ts";

const PROFILE = "app.bsky.actor.profile/self";
const POSTS = "app.bsky.feed.post";

/** New posts that are shown at most: the reference looks at ten records. */
const MAX_POSTS = 10;
/** Posts looked at: after these, older ones are no newer. */
const LOOK_AT = 32;

/** Profile and posts written after `rev`; nothing when the AppView has seen no commit of this repository that we have, as after a move. */
export const recentRecords = ({ sql, account, head }: AgentState, rev: string): RecentRecords => {
  const current = readRecord(sql, PROFILE);
  const told = { handle: account.handle, ...(current === undefined ? {} : { current: recent(account.did, current) }) };
  if (!isTid(rev) || head.rev <= rev || !knows(sql, rev)) return { ...told, posts: [] };
  const posts = listRecords(sql, { collection: POSTS, limit: LOOK_AT }).filter((row) => row.rev > rev);
  return {
    ...told,
    ...(current !== undefined && current.rev > rev ? { profile: recent(account.did, current) } : {}),
    posts: posts.slice(0, MAX_POSTS).map((row) => recent(account.did, row)).toSorted((a, b) => (a.indexedAt < b.indexedAt ? -1 : 1)),
  };
};

/** Oldest records that are looked at for one that the AppView has seen. */
const OLDEST = 100;

/** Whether anything here is as old as `rev`: if not, it is of a time before this repository came here, and all would look new. */
const knows = (sql: SqlStorage, rev: string): boolean =>
  sql.exec("SELECT 1 FROM (SELECT rev FROM record_block ORDER BY id LIMIT ?) WHERE rev <= ? LIMIT 1", OLDEST, rev).toArray().length > 0;

const recent = (did: string, { key, cid, rev, data }: RecordRow): RecentRecord => ({
  uri: `at://${did}/${key}`,
  cid: cidToString(cid),
  // A rev says when it was made.
  indexedAt: new Date(Math.floor(tidToMicros(rev) / 1000)).toISOString(),
  bytes: data,
});
