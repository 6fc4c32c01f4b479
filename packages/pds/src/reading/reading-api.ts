import type { Outcome } from "@rookery/sync";
import type { BlobRow, ListRecordsInput } from "../agent-api.ts";
import type { Reader } from "./reader.ts";
import type { JsonAnswer, PageAnswer } from "./record-json.ts";

/** Something with the rev of the repository it was read from. */
export type Dated<T> = T & { rev: string };

/** What the door asks of an account for readers: each is one call, and refuses by itself what the reader may not see. */
export interface ReadingApi {
  /** com.atproto.repo.getRecord, written where the record is, so that nothing is taken apart on the way; with the record's CID. */
  recordJson(input: { collection: string; rkey: string; cid?: string }): Promise<Outcome<JsonAnswer & { cid: string }>>;
  /** com.atproto.repo.listRecords likewise. */
  recordsJson(input: ListRecordsInput): Promise<Outcome<PageAnswer>>;
  /** com.atproto.repo.describeRepo: names of collections. */
  collections(): Promise<Outcome<string[]>>;
  /** com.atproto.sync.getLatestCommit */
  syncHead(input: { reader: Reader }): Promise<Outcome<Dated<{ cid: string }>>>;
  /** com.atproto.sync.getRepo; `cid` is the commit's. Without a stream when that is one of the tags the reader `has` (If-None-Match). */
  syncRepo(input: { reader: Reader; since?: string; has?: string }): Promise<Outcome<Dated<{ cid: string; car?: ReadableStream<Uint8Array> }>>>;
  /** com.atproto.sync.getRecord, likewise. */
  syncRecord(input: { reader: Reader; collection: string; rkey: string; has?: string }): Promise<Outcome<Dated<{ cid: string; car?: Uint8Array }>>>;
  /** com.atproto.sync.getBlocks */
  syncBlocks(input: { reader: Reader; cids: string[] }): Promise<Outcome<Dated<{ car: Uint8Array | ReadableStream<Uint8Array> }>>>;
  /** com.atproto.sync.getBlob: where it is. */
  syncBlob(input: { reader: Reader; cid: string }): Promise<Outcome<BlobRow>>;
  /** com.atproto.sync.listBlobs */
  syncBlobs(input: { reader: Reader; since?: string; limit: number; cursor?: string }): Promise<Outcome<Dated<{ cids: string[]; cursor?: string }>>>;
}
