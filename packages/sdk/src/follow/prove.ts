import { cidToString, verifyProof, type Sha256 } from "@rookery/repo";
import { fetchBytes, type FetchSettings } from "./fetch-bytes.ts";
import type { JetstreamOp } from "./jetstream-message.ts";
import type { Keys } from "./keys.ts";
import { recordValue } from "./record-value.ts";
import { MAX_PROOF_BYTES } from "./settings.ts";

/** What an author's host proves about a record that was told of. */
export type Proven =
  | { kind: "proven"; value: Record<string, unknown> | undefined }
  /** It has changed since, at `rev`. */
  | { kind: "superseded"; rev: string }
  /** At the very rev of the event the repository says otherwise. */
  | { kind: "disproven"; message: string }
  /** The host cannot say now. */
  | { kind: "unavailable"; message: string };

/** Ask the author's host for the proof of a record (com.atproto.sync.getRecord), and check it down from the author's signature. */
export const prove = async (did: string, rev: string, op: JetstreamOp, { keys, sha256, ...settings }: Omit<FetchSettings, "maxBytes"> & { keys: Keys; sha256: Sha256 }): Promise<Proven> => {
  const path = `${op.collection}/${op.rkey}`;
  try {
    const host = await keys.hostOf(did);
    const query = new URLSearchParams({ did, collection: op.collection, rkey: op.rkey });
    const car = await fetchBytes(`${host}/xrpc/com.atproto.sync.getRecord?${query}`, { ...settings, maxBytes: MAX_PROOF_BYTES });
    const { commit, cid, record } = verifyProof(car, path, sha256);
    if (commit.did !== did) return { kind: "unavailable", message: `${host} gives a proof of ${commit.did}` };
    const signed = await keys.verify(commit);
    if (signed.kind !== "yes") return { kind: "unavailable", message: `the proof that ${host} gives is not signed by ${did} (${signed.kind})` };
    if (commit.rev < rev) return { kind: "unavailable", message: `${host} is at rev ${commit.rev}, the event at ${rev}` };
    if ((cid === null ? null : cidToString(cid)) === op.cid) return { kind: "proven", value: record === null ? undefined : recordValue(record) };
    if (commit.rev > rev) return { kind: "superseded", rev: commit.rev };
    return { kind: "disproven", message: `at rev ${rev} ${path} is ${cid === null ? "absent" : cidToString(cid)}, not ${op.cid ?? "absent"}` };
  } catch (error) {
    settings.signal.throwIfAborted();
    return { kind: "unavailable", message: error instanceof Error ? error.message : String(error) };
  }
};
