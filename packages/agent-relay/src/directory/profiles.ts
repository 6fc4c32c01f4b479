import { Buffer } from "node:buffer";
import { blocksOf, messagesIn, viewFrame } from "@rookery/sync";
import type { Repo } from "../repos.ts";
import { MAX_LISTED_PAGE, MAX_PROFILE_BYTES } from "../settings.ts";
import type { AccountActivity, ListedAccount, ListingRule, SeenProfile } from "./directory-api.ts";

/** What may stand before the ops of a frame, and what one op takes at most: a path of 830 bytes, two CIDs, its keys. */
const HEADER_BYTES = 64;
const MAX_OP_BYTES = 1_024;

/**
 * The profiles of accounts that chose to be listed. They are taken from the events as these are sequenced, in the same
 * transaction, so that the directory is never ahead of the log nor behind it, whatever crashes. Commits come verified, so what
 * stands in one is the account's own word.
 */
export class Profiles {
  readonly #sql: SqlStorage;
  readonly #rule: ListingRule | undefined;
  readonly #needle: Buffer;

  constructor(sql: SqlStorage, rule: ListingRule | undefined) {
    this.#sql = sql;
    this.#rule = rule;
    this.#needle = Buffer.from(rule?.path ?? "");
  }

  /**
   * Look at a `#commit` that is being appended. Nearly all say nothing about profiles, and cost one search for the path's bytes:
   * about 3 us, since canonical CBOR puts `ops` first and the blocks need not be searched.
   */
  take(repo: Repo, frame: Uint8Array): void {
    if (this.#rule === undefined) return;
    const opsEnd = Math.min(frame.length, HEADER_BYTES + messagesIn(frame) * MAX_OP_BYTES);
    if (!Buffer.from(frame.buffer, frame.byteOffset, opsEnd).includes(this.#needle)) return;
    const { path } = this.#rule;
    const { ops = [], blocks } = viewFrame(frame) ?? {};
    const op = ops.find(({ collection, rkey }) => `${collection}/${rkey}` === path);
    if (op === undefined) return;
    const [record] = blocksOf(blocks ?? new Uint8Array(), [op.cid]);
    if (record !== undefined && record.length <= MAX_PROFILE_BYTES && this.#rule.isListed(record)) this.#put(repo, record);
    else this.remove(repo.id);
  }

  /** What an account of our own says with a `#sync`, of a repository that no commits led to: base64, or null when it has no profile. */
  say(repo: Repo, profile: string | null): void {
    const record = profile === null ? undefined : new Uint8Array(Buffer.from(profile, "base64"));
    if (record !== undefined && record.length <= MAX_PROFILE_BYTES && this.#rule?.isListed(record) === true) this.#put(repo, record);
    else this.remove(repo.id);
  }

  /**
   * A `#sync` of an account of another host: commits were missed, so what is known of its profile counts no more. If it has one
   * (`collections` of the repository, as it was fetched), somebody is to look: see `doubtful`.
   */
  doubt(repo: Repo, collections: readonly string[]): void {
    if (this.#rule === undefined) return;
    if (collections.includes(this.#rule.path.slice(0, this.#rule.path.indexOf("/")))) this.#put(repo, null);
    else this.remove(repo.id);
  }

  /** Accounts whose profile was not seen, at most `limit` of them, any. */
  doubtful(limit: number): { did: string; host: string }[] {
    // In no order: those whose hosts are away must not keep the others waiting.
    return this.#sql
      .exec<{ did: string; host: string }>(
        `SELECT p.did, r.host FROM profile p JOIN repos r ON r.id = p.repo AND r.did = p.did
         WHERE p.record IS NULL AND r.carried = 1 AND r.active = 1 ORDER BY RANDOM() LIMIT ?`, limit,
      )
      .toArray();
  }

  /**
   * Somebody looked: the profile as of `rev`, verified, or null when there is none. What a commit said meanwhile is newer, and a
   * look at an older state than is known settles nothing.
   */
  settle({ did, rev, record }: SeenProfile): void {
    const [repo] = this.#sql.exec<{ rev: string | null }>("SELECT rev FROM repos WHERE did = ?", did).toArray();
    if (repo === undefined || rev < (repo.rev ?? "")) return;
    if (record !== null && record.length <= MAX_PROFILE_BYTES && this.#rule?.isListed(record) === true)
      this.#sql.exec("UPDATE profile SET record = ? WHERE did = ? AND record IS NULL", record, did);
    else this.#sql.exec("DELETE FROM profile WHERE did = ? AND record IS NULL", did);
  }

  /** The account is gone. */
  remove(repo: number): void {
    this.#sql.exec("DELETE FROM profile WHERE repo = ?", repo);
  }

  /** See DirectoryApi. */
  listed({ after, limit, foreign = false }: { after: string; limit: number; foreign?: boolean }): ListedAccount[] {
    const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_LISTED_PAGE);
    return this.#sql
      .exec<{ did: string; host: string; record: ArrayBuffer; at: number | null }>(
        `SELECT p.did, r.host, p.record, r.at FROM profile p JOIN repos r ON r.id = p.repo AND r.did = p.did
         WHERE p.did > ? AND p.record IS NOT NULL AND r.carried = 1 AND r.active = 1 AND r.status IS NULL AND (r.host <> '' OR NOT ?) ORDER BY p.did LIMIT ?`,
        after, foreign ? 1 : 0, most,
      )
      .toArray()
      .map(({ did, host, record, at }) => ({ did, host, record: new Uint8Array(record), ...(at === null ? {} : { lastEventAt: at }) }));
  }

  #put(repo: Repo, record: Uint8Array | null): void {
    this.#sql.exec("INSERT OR REPLACE INTO profile (repo, did, record) VALUES (?, ?, ?)", repo.id, repo.did, record);
  }
}

/** See DirectoryApi. */
export function activityOf(repo: Repo | undefined): AccountActivity | undefined {
  if (repo === undefined || repo.status === "deleted") return undefined;
  return { active: repo.active, ...(repo.at === null ? {} : { lastEventAt: repo.at }) };
}
