import type { Outcome } from "@rookery/sync";
import type { AccountApi } from "../agent-api.ts";
import { legacyBlob } from "./blobs-of.ts";

const PROFILE = "app.bsky.actor.profile";
/** Fields of a profile that are blobs. */
const PICTURES = ["avatar", "banner"] as const;

interface Put {
  collection: string;
  rkey: string;
  record: unknown;
}

/** A blob reference in the form of 2022, as JSON. */
interface Old {
  field: (typeof PICTURES)[number];
  cid: string;
  mimeType: unknown;
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const oldOf = (record: Record<string, unknown>): Old[] =>
  PICTURES.flatMap((field): Old[] => {
    const picture = record[field];
    const cid = isFields(picture) ? legacyBlob(picture) : undefined;
    return isFields(picture) && cid !== undefined ? [{ field, cid, mimeType: picture["mimeType"] }] : [];
  });

/**
 * Accounts from 2022 have profiles that name their pictures in the form of then, and clients that change such a profile send it back
 * as it was. As in the reference (putRecord, `updateProfileLegacyBlobRef`) the pictures of a profile that is there already come into
 * today's form. The record that is to be written; the one given when there is nothing to change. Errors: `InvalidRequest` (400),
 * `Blob not found`.
 */
export async function renewPictures(agent: Pick<AccountApi, "blobSizes">, { collection, rkey, record }: Put): Promise<Outcome<unknown>> {
  const old = collection === PROFILE && isFields(record) ? oldOf(record) : [];
  if (old.length === 0 || !isFields(record)) return { ok: true, value: record };
  const sizes = await agent.blobSizes({ collection, rkey, cids: old.map(({ cid }) => cid) });
  // Of a profile that is not there yet: it is refused like everybody's.
  if (!sizes.ok || sizes.value === null) return sizes.ok ? { ok: true, value: record } : sizes;
  const pictures = old.map(({ field, cid, mimeType }, i) => [field, { $type: "blob", ref: { $link: cid }, mimeType, size: sizes.value?.[i] }]);
  return { ok: true, value: { ...record, ...Object.fromEntries(pictures) } };
}
