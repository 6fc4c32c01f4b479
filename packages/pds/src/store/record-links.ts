import { decode, isLexMap } from "@rookery/repo";
import type { Change } from "../write/plan.ts";

/**
 * Who is followed and blocked, what is liked and reposted: of each subject an account has one such record, the newest. The official
 * PDS sees to it when one is created (packages/pds/src/actor-store/record/reader.ts, getBacklinkConflicts), for applications count on it.
 * Records of before this table are not in it: they stay beside a new one.
 */
const LINKING: ReadonlySet<string> = new Set(["app.bsky.graph.follow", "app.bsky.graph.block", "app.bsky.feed.like", "app.bsky.feed.repost"]);

/** Records of one subject that go at once at most, so that they fit into a commit with the new one. */
const MAX_LINKED = 100;

/** Longest at-uri that there is (specs/at-uri-scheme); what is longer is about nothing. A record that came from elsewhere may say anything. */
const MAX_SUBJECT = 8_192;

/** Whether a new record of this collection takes the place of others like it. */
export const replacesOthers = (collection: string): boolean => LINKING.has(collection);

/** What a record of such a collection is about: a DID or an at-uri; undefined for others. */
export function subjectOf(collection: string, bytes: Uint8Array): string | undefined {
  if (!LINKING.has(collection)) return undefined;
  const record = decode(bytes);
  const subject = isLexMap(record) ? record["subject"] : undefined;
  if (typeof subject === "string") return subject.startsWith("did:") && subject.length <= MAX_SUBJECT ? subject : undefined;
  const uri = isLexMap(subject) ? subject["uri"] : undefined;
  return typeof uri === "string" && uri.startsWith("at://") && uri.length <= MAX_SUBJECT ? uri : undefined;
}

/** Follow a change of the repository, before it is made. */
export function noteLink(sql: SqlStorage, { path, cid, op }: Pick<Change, "path" | "cid" | "op">): void {
  if (!LINKING.has(op.collection)) return;
  sql.exec("DELETE FROM record_link WHERE path = ?", path);
  const subject = cid === null || op.bytes === undefined ? undefined : subjectOf(op.collection, op.bytes);
  if (subject !== undefined) sql.exec("INSERT INTO record_link (collection, subject, path) VALUES (?, ?, ?)", op.collection, subject, path);
}

/** Paths of the records of a collection that are about a subject. */
export const linkedTo = (sql: SqlStorage, collection: string, subject: string): string[] =>
  sql.exec<{ path: string }>("SELECT path FROM record_link WHERE collection = ? AND subject = ? ORDER BY path LIMIT ?", collection, subject, MAX_LINKED).toArray().map(({ path }) => path);
