import { BlockMap, CarReader, cidKey, cidToString, decodeCommit, Tree, type CidBytes, type Sha256 } from "@rookery/repo";
import type { CurrentRecord } from "./events.ts";
import { fetchBytes, fetchPieces, type FetchSettings } from "./fetch-bytes.ts";
import type { Keys } from "./keys.ts";
import { currentOf } from "./record-value.ts";
import { MAX_ANSWER_BYTES } from "./settings.ts";

/** A repository as it was fetched: its commit signed, its tree whole and in order, every block hashed. */
export interface FetchedRepo {
  rev: string;
  commit: string;
  data: string;
  /** Of the collections that were asked for, in the order of the tree; decoded as they are read. */
  records: Iterable<CurrentRecord>;
}

/** What was fetched is not what it should be. */
export class RepoError extends Error {
  override readonly name = "RepoError";
}

/** Where a repository stands, by its host's word alone. @throws HostError, RepoError */
export const fetchLatest = async (host: string, did: string, settings: FetchSettings): Promise<{ cid: string; rev: string }> => {
  const bytes = await fetchBytes(`${host}/xrpc/com.atproto.sync.getLatestCommit?did=${encodeURIComponent(did)}`, { ...settings, maxBytes: MAX_ANSWER_BYTES });
  const text = new TextDecoder().decode(bytes);
  const [, cid] = /"cid"\s*:\s*"([a-z2-7]{20,100})"/.exec(text) ?? [];
  const [, rev] = /"rev"\s*:\s*"([a-z2-7]{13})"/.exec(text) ?? [];
  if (cid === undefined || rev === undefined) throw new RepoError(`${host} does not say where ${did} stands: ${text.slice(0, 200)}`);
  return { cid, rev };
};

/**
 * Fetch a whole repository and believe nothing: every block is hashed as it arrives, the commit must be this account's and signed by
 * it, the tree strict and complete, and so must be the records that are wanted.
 * @throws HostError, RepoError, or an error of the engine that says what is malformed.
 */
export const fetchRepo = async (
  host: string, did: string, wants: (collection: string) => boolean, { keys, sha256, ...settings }: FetchSettings & { keys: Keys; sha256: Sha256 },
): Promise<FetchedRepo> => {
  const reader = new CarReader(sha256, { maxBytes: settings.maxBytes });
  const blocks = new Map<string, Uint8Array>();
  await fetchPieces(`${host}/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(did)}`, (piece) => {
    for (const { cid, bytes } of reader.push(piece)) blocks.set(cidKey(cid), bytes);
  }, settings);
  reader.end();
  const [root] = reader.roots ?? [];
  const block = root === undefined ? undefined : blocks.get(cidKey(root));
  if (root === undefined || block === undefined) throw new RepoError(`${host} gives a repository without its commit`);
  const signed = decodeCommit(block);
  if (signed.did !== did) throw new RepoError(`${host} gives the repository of ${signed.did} for ${did}`);
  const answer = await keys.verify(signed);
  if (answer.kind !== "yes") throw new RepoError(`the repository that ${host} gives is not signed by ${did} (${answer.kind})`);
  const paths: [path: string, cid: CidBytes][] = [];
  for (const [path, cid] of Tree.open(new BlockMap(blocks), { cid: signed.data, id: 0 }, sha256, { strict: true }).entries()) {
    if (!wants(path.slice(0, path.indexOf("/")))) continue;
    if (!blocks.has(cidKey(cid))) throw new RepoError(`${host} leaves out the record at ${path} of ${did}`);
    paths.push([path, cid]);
  }
  return { rev: signed.rev, commit: cidToString(root), data: cidToString(signed.data), records: recordsOf(did, paths, blocks) };
};

const recordsOf = (did: string, paths: [path: string, cid: CidBytes][], blocks: Map<string, Uint8Array>): Iterable<CurrentRecord> => ({
  *[Symbol.iterator]() {
    for (const [path, cid] of paths) yield currentOf(did, path, cid, blocks.get(cidKey(cid)));
  },
});
