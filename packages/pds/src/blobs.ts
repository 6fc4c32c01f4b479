import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { BlobRow } from "./agent-api.ts";
import { BLOB_DELETE_BATCH, BLOB_RETRY, MAX_TEMP_BLOBS, TEMP_BLOB_LIFE } from "./limits.ts";
import type { AgentPorts } from "./ports.ts";
import type { JobResult, Scheduler } from "./scheduler.ts";
import {
  blobsAt, countTempBlobs, discardKey, dropBlob, dropExpired, dropSome, forgetKeys, goneKeys, hasReferences,
  isReferred, keepBlob, listBlobs, putTempBlob, readBlob, referBlob, releaseKey, reserveKey, revReferring, unreferBlob,
} from "./store/blobs.ts";
import type { TakenDown } from "./standing/taken-down.ts";
import type { Change } from "./write/plan.ts";

/** Lets a burst of deletions go to R2 in one call. */
const GATHER_MS = 1_000;

/** Which blobs this account has, and which records refer to them. The bytes are in R2, which only the alarm touches. */
export class Blobs {
  readonly #sql: SqlStorage;
  readonly #scheduler: Scheduler;
  readonly #ports: AgentPorts;
  readonly #takenDown: TakenDown;
  /** Whether any record may refer to a blob: agents without blobs pay nothing for them. */
  #anyReferences: boolean;

  constructor(sql: SqlStorage, scheduler: Scheduler, ports: AgentPorts, takenDown: TakenDown) {
    this.#sql = sql;
    this.#takenDown = takenDown;
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#anyReferences = hasReferences(sql);
  }

  /**
   * An upload begins: its R2 object is written down before there is one, so that it goes even if nobody comes back to
   * say how the upload ended. Errors: `RateLimitExceeded` (429).
   */
  reserve(key: string): Outcome<null> {
    if (countTempBlobs(this.#sql) >= MAX_TEMP_BLOBS) return fail(429, "RateLimitExceeded", `${MAX_TEMP_BLOBS} uploads wait for a record to refer to them`);
    const now = Date.now();
    reserveKey(this.#sql, key, now);
    this.#scheduler.ensure("blobs", now + TEMP_BLOB_LIFE);
    return ok(null);
  }

  /** An upload came to nothing: its object goes, if there is one. */
  discard(key: string): void {
    releaseKey(this.#sql, key);
    discardKey(this.#sql, key);
    this.#scheduler.ensure("blobs", Date.now() + GATHER_MS);
  }

  /** Note an upload. Of a blob that is here already one object goes: the new one, unless nothing refers to the blob yet. */
  put(blob: BlobRow): Outcome<null> {
    if (this.#takenDown.has(blob.cid)) {
      this.discard(blob.key);
      return fail(400, "InvalidRequest", "Blob has been takendown, cannot re-upload");
    }
    releaseKey(this.#sql, blob.key);
    const known = readBlob(this.#sql, blob.cid);
    // Said again: the first answer was lost.
    if (known?.key === blob.key) return ok(null);
    if (known !== undefined) this.discard(known.rev === null ? known.key : blob.key);
    if (known !== undefined && known.rev !== null) return ok(null);
    const now = Date.now();
    putTempBlob(this.#sql, blob, now);
    // One that records refer to already, since they came from another host, is no temporary one.
    const rev = this.#anyReferences ? revReferring(this.#sql, blob.cid) : undefined;
    if (rev === undefined) this.#scheduler.ensure("blobs", now + TEMP_BLOB_LIFE);
    else keepBlob(this.#sql, blob.cid, rev);
    return ok(null);
  }

  /** An import has replaced the references. */
  reload(): void {
    this.#anyReferences = hasReferences(this.#sql);
  }

  get(cid: string): Outcome<BlobRow> {
    const blob = readBlob(this.#sql, cid);
    // An upload that no record refers to is nobody's to read (reference: only permanent blobs are served).
    if (blob === undefined || blob.rev === null || this.#takenDown.has(cid)) return fail(400, "BlobNotFound", "Blob not found");
    const { rev: _, ...row } = blob;
    return ok(row);
  }

  /** An upload of this account's own, also before any record refers to it: for a record that is about to. */
  uploaded(cid: string): Pick<BlobRow, "mimeType" | "size"> | undefined {
    return readBlob(this.#sql, cid);
  }

  /** Bytes of uploads, in the order asked for. Errors: `InvalidRequest` (400). */
  sizes(cids: string[]): Outcome<number[]> {
    const sizes: number[] = [];
    for (const cid of cids) {
      const blob = this.#takenDown.has(cid) ? undefined : readBlob(this.#sql, cid);
      if (blob === undefined) return fail(400, "InvalidRequest", "Blob not found");
      sizes.push(blob.size);
    }
    return ok(sizes);
  }

  list(page: { since?: string; limit: number; cursor?: string }): { cids: string[]; cursor?: string } {
    const cids = listBlobs(this.#sql, page);
    const last = cids.at(-1);
    return last === undefined ? { cids } : { cids, cursor: last };
  }

  /** Why these changes cannot refer to the blobs they do: `BlobNotFound`, `InvalidMimeType`, `InvalidSize` (400). */
  check(changes: Change[]): XrpcFault | undefined {
    for (const { cid, op } of changes) {
      if (cid === null) continue;
      for (const mention of op.blobs ?? []) {
        const blob = readBlob(this.#sql, mention.cid);
        if (blob === undefined || this.#takenDown.has(mention.cid)) return fault("BlobNotFound", `Could not find blob: ${mention.cid}`);
        // As the reference: what a record has referred to before is not compared again.
        if (blob.rev !== null) continue;
        if (blob.mimeType !== mention.mimeType)
          return fault("InvalidMimeType", `Referenced Mimetype does not match stored blob. Expected: ${blob.mimeType}, Got: ${mention.mimeType}`);
        if (blob.size !== mention.size) return fault("InvalidSize", `Referenced Size does not match stored blob. Expected: ${blob.size}, Got: ${mention.size}`);
      }
    }
    return undefined;
  }

  /** Inside a commit's transaction: new references first, so that a blob that only moves is never without one. */
  apply(changes: Change[], rev: string, now: number): void {
    const had = this.#anyReferences;
    for (const { cid, path, op } of changes) {
      if (cid === null) continue;
      for (const blob of op.blobs ?? []) {
        referBlob(this.#sql, blob.cid, path, rev);
        this.#anyReferences = true;
      }
    }
    if (!had) return;
    const dropped: string[] = [];
    for (const { cid, path, prev, op } of changes) {
      if (prev === null) continue;
      const stays = new Set(cid === null ? [] : op.blobs?.map((blob) => blob.cid));
      for (const blob of blobsAt(this.#sql, path)) {
        if (stays.has(blob)) continue;
        unreferBlob(this.#sql, blob, path);
        dropped.push(blob);
      }
    }
    const orphans = dropped.filter((cid) => !isReferred(this.#sql, cid));
    for (const cid of orphans) dropBlob(this.#sql, cid);
    if (orphans.length > 0) this.#scheduler.ensure("blobs", now + GATHER_MS);
  }

  /** The alarm's turn: forget expired uploads, delete what is gone from R2. Rows go after their objects. */
  async job(): Promise<JobResult> {
    const oldest = dropExpired(this.#sql, Date.now() - TEMP_BLOB_LIFE);
    const keys = goneKeys(this.#sql, BLOB_DELETE_BATCH);
    if (keys.length > 0) {
      try {
        await this.#ports.deleteBlobs(keys);
      } catch (error) {
        console.error(JSON.stringify({ event: "blob-delete-failed", count: keys.length, error: String(error) }));
        return { again: BLOB_RETRY };
      }
      forgetKeys(this.#sql, keys);
    }
    if (keys.length === BLOB_DELETE_BATCH) return { again: 0 };
    return oldest === undefined ? undefined : { again: Math.max(0, oldest + TEMP_BLOB_LIFE - Date.now()) };
  }

  /** R2 keys of an account that is going, some at a time; each is handed out once. */
  take(limit: number): string[] {
    dropSome(this.#sql, limit);
    const keys = goneKeys(this.#sql, limit);
    forgetKeys(this.#sql, keys);
    return keys;
  }
}

const fault = (name: string, message: string): XrpcFault => ({ status: 400, name, message });
