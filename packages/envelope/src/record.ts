import { type AgentCommsGrant, validateRecord } from "@rookery/lexicon-agent-comms";
import { decodeData } from "./data-model.ts";
import { OpenError, SealError, opening } from "./errors.ts";
import { formOf, isSealedRecord } from "./forms.ts";
import { type GrantInput, makeGrant } from "./grant.ts";
import type { GivenGrant } from "./granted.ts";
import { type KeyRing, open, type OpenInput } from "./open.ts";
import { type SealInput, seal } from "./seal.ts";
import { mapOf } from "./sealed.ts";

/** A record in JSON form, and its place. */
export interface PlacedRecord {
  /** DID of the repository. */
  repo: string;
  collection: string;
  rkey: string;
  record: Record<string, unknown>;
}

/** For whom a whole record is sealed, and how. */
export type RecordSealing = Pick<SealInput, "recipients" | "suite" | "epochKey" | "blobs">;

/** A record as its recipient reads it. */
export interface OpenedRecord {
  record: Record<string, unknown>;
  /** Whether it was sealed: a plain record is answered as it is. */
  sealed: boolean;
}

/**
 * Seal a whole record: all that is not needed to deliver it goes inside, the rest is bound to it.
 * @throws SealError
 */
export const sealRecord = async ({ repo, collection, rkey, record }: PlacedRecord, sealing: RecordSealing): Promise<Record<string, unknown>> => {
  const form = formOf(collection);
  if (form === undefined) throw new SealError(`Records of ${collection} have no sealed form`);
  // Who is named would be sent what they cannot open, and be told nothing.
  if (form.addressed && (sealing.recipients ?? []).length === 0) throw new SealError(`A record of ${collection} is sealed for whom it is addressed to, and nobody is given`);
  const whole = plainOf(collection, record);
  const isClear = ([field]: [string, unknown]): boolean => form.clear.includes(field);
  const entries = Object.entries({ $type: collection, ...whole }).filter(([, value]) => value !== undefined);
  const routing = Object.fromEntries([...entries.filter(isClear), ...(form.placeholder ? [form.placeholder] : [])]);
  const plaintext = Object.fromEntries(entries.filter((entry) => !isClear(entry)));
  if (namesBlob(plaintext)) throw new SealError("A plain blob in a sealed record would be readable for everybody: seal the file");
  const content = await seal({ ...sealing, plaintext, type: collection, context: { repo, collection, rkey, routing } });
  return { ...routing, [form.slot]: form.list ? [content] : content };
};

/**
 * A copy of the record, so that what is bound is what was judged, whatever its owner does to it meanwhile. Nobody on the
 * way can tell the author that a record is not right, and its recipients refuse it. @throws SealError
 */
const plainOf = (collection: string, record: Record<string, unknown>): Record<string, unknown> => {
  let reason: string | undefined;
  try {
    const copy = structuredClone(record);
    const verdict = validateRecord(collection, copy);
    if (isSealedRecord(collection, copy)) reason = "it is sealed already";
    else if (hasPlaceholder(collection, copy)) reason = "it says nothing of its own";
    else if (!verdict.known) reason = "its lexicon is not known here";
    else if (verdict.ok) return copy;
    else reason = verdict.message;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new SealError(`Not a record of ${collection}: ${reason}`);
};

/** Whether a blob is named anywhere in it. Its bytes would be public, and the host, which cannot see the name, would drop them. */
const namesBlob = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  return ("$type" in value && value.$type === "blob") || Object.values(value).some(namesBlob);
};

/**
 * The record as its author wrote it; a plain one stays as it is. What was inside is validated as the host validates what
 * is not, since nobody could before. @param grant when the key comes from one. @throws OpenError
 */
export const openRecord = async (placed: PlacedRecord, ring: KeyRing, grant?: GivenGrant): Promise<OpenedRecord> => {
  const { collection, record } = placed;
  if (!isSealedRecord(collection, record)) return { record, sealed: false };
  return opening(async () => ({ record: await unsealed(placed, ring, grant), sealed: true }));
};

/**
 * A grant for a whole record of one's own. @throws OpenError when the record is not sealed, or not for this ring.
 * @throws SealError
 */
export const grantRecord = async (placed: PlacedRecord, ring: KeyRing, granting: Omit<GrantInput, keyof OpenInput>): Promise<AgentCommsGrant> => {
  const { sealed, context } = await opening(async () => sealedPartOf(placed));
  return makeGrant({ sealed, context, ring, ...granting });
};

/** The sealed content of a record, and what it is bound to. @throws OpenError when there is none, or not alone. */
export const sealedPartOf = ({ repo, collection, rkey, record }: PlacedRecord): Pick<OpenInput, "sealed" | "context"> => {
  const form = formOf(collection);
  if (form === undefined) throw new OpenError();
  const { [form.slot]: held, ...routing } = record;
  const parts: unknown = form.list ? held : [held];
  if (!Array.isArray(parts) || parts.length !== 1) throw new OpenError();
  return { sealed: parts[0], context: { repo, collection, rkey, routing } };
};

const unsealed = async (placed: PlacedRecord, ring: KeyRing, grant: GivenGrant | undefined): Promise<Record<string, unknown>> => {
  const { collection } = placed;
  const { sealed, context } = sealedPartOf(placed);
  const { routing } = context;
  const { type, plaintext } = await open({ sealed, context, ring, ...(grant === undefined ? {} : { grant }) });
  if (type !== collection) throw new OpenError();
  const inner = mapOf(decodeData(plaintext));
  const [standIn, value] = formOf(collection)?.placeholder ?? [];
  for (const field of Object.keys(inner)) {
    // What is clear is what the record was delivered by: the inside cannot say otherwise.
    if (Object.hasOwn(routing, field) && !(field === standIn && routing[field] === value)) throw new OpenError();
  }
  const whole = { ...routing, ...inner };
  const verdict = validateRecord(collection, whole);
  // What is sealed within what is sealed would be taken for plain by whoever reads on.
  if (!verdict.known || !verdict.ok || isSealedRecord(collection, whole) || hasPlaceholder(collection, whole)) throw new OpenError();
  return whole;
};

/** Whether what only stands in for a field's value is taken for it. */
const hasPlaceholder = (collection: string, whole: Record<string, unknown>): boolean => {
  const [field, value] = formOf(collection)?.placeholder ?? [];
  return field !== undefined && whole[field] === value;
};
