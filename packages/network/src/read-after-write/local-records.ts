import { cborToJsonText } from "@rookery/repo";
import type { RecentRecord, RecentRecords } from "@rookery/pds";
import type { Fields } from "./view.ts";

/** A record of the caller's that the AppView has not seen. */
export interface LocalRecord {
  uri: string;
  cid: string;
  /** ISO datetime. */
  indexedAt: string;
  /** In JSON form. */
  record: Fields;
}

/** What the AppView does not know yet of the caller. */
export interface LocalRecords {
  handle: string;
  /** The caller's profile as it is, if there is one. */
  current: Fields | undefined;
  /** The profile, if the AppView has an older one. */
  profile: LocalRecord | undefined;
  /** Oldest first. */
  posts: LocalRecord[];
}

const localRecord = ({ bytes, ...row }: RecentRecord): LocalRecord => {
  // A named boundary: a record is an object, or it would not be in the repository.
  return { ...row, record: JSON.parse(cborToJsonText(bytes)) as Fields };
};

/** What the agent gave, in the form that answers take. */
export const localRecords = ({ handle, current, profile, posts }: RecentRecords): LocalRecords => ({
  handle,
  current: current && localRecord(current).record,
  profile: profile && localRecord(profile),
  posts: posts.map(localRecord),
});

/** Milliseconds that the AppView is behind, by the oldest record that it has not seen. */
export const lagOf = ({ profile, posts }: LocalRecords, now = Date.now()): number | undefined => {
  const times = [...(profile === undefined ? [] : [profile]), ...posts].map(({ indexedAt }) => Date.parse(indexedAt));
  return times.length === 0 ? undefined : now - Math.min(...times);
};
