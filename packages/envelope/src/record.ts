import { type AgentCommsGrant, collectionsOf, isComms, validateRecord } from "@rookery/lexicon-agent-comms";
import { decodeData, encodeData } from "./data-model.ts";
import { OpenError, SealError, opening } from "./errors.ts";
import { type GrantInput, makeGrant } from "./grant.ts";
import type { GivenGrant } from "./granted.ts";
import { type KeyRing, open, type OpenInput } from "./open.ts";
import { type SealInput, seal } from "./seal.ts";
import { SEALED, mapOf } from "./sealed.ts";

/** How the records of a collection are sealed. */
interface Form {
  /** Field that holds the sealed content. */
  slot: string;
  /** Whether the slot is a list of parts, of which the sealed content is then the only one. */
  list: boolean;
  /** Fields that stay clear: where the record goes, and what its lexicon demands. */
  clear: readonly string[];
  /** Demanded by the lexicon and yet nobody's business: clear with this value, the real one inside. */
  placeholder?: readonly [field: string, value: string];
}

const forms: Record<string, Form> = {
  [collectionsOf.message]: { slot: "content", list: true, clear: ["$type", "to", "createdAt"] },
  [collectionsOf.broadcast]: { slot: "content", list: true, clear: ["$type", "audience", "createdAt"] },
  [collectionsOf.request]: { slot: "input", list: true, clear: ["$type", "to", "createdAt"] },
  [collectionsOf.response]: { slot: "output", list: true, clear: ["$type", "request", "createdAt"], placeholder: ["state", "sealed"] },
  [collectionsOf.handoff]: { slot: "sealed", list: false, clear: ["$type", "to", "request", "createdAt"] },
};

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
 * Seal a record of `agent.comms.*`: all that is not needed to deliver it goes inside, the rest is bound to it.
 * @throws SealError
 */
export const sealRecord = async ({ repo, collection, rkey, record }: PlacedRecord, sealing: RecordSealing): Promise<Record<string, unknown>> => {
  const form = forms[collection];
  if (form === undefined) throw new SealError(`Records of ${collection} have no sealed form`);
  checkPlain(collection, record);
  const isClear = ([field]: [string, unknown]): boolean => form.clear.includes(field);
  const entries = Object.entries({ $type: collection, ...record }).filter(([, value]) => value !== undefined);
  const routing = Object.fromEntries([...entries.filter(isClear), ...(form.placeholder ? [form.placeholder] : [])]);
  const plaintext = Object.fromEntries(entries.filter((entry) => !isClear(entry)));
  if (namesBlob(plaintext)) throw new SealError("A plain blob in a sealed record would be readable for everybody: seal the file");
  const content = await seal({ ...sealing, plaintext, type: collection, context: { repo, collection, rkey, routing } });
  return { ...routing, [form.slot]: form.list ? [content] : content };
};

/** Nobody on the way can tell the author that a record is not right, and its recipients refuse it. @throws SealError */
const checkPlain = (collection: string, record: Record<string, unknown>): void => {
  let reason: string | undefined;
  try {
    encodeData(record);
    const verdict = validateRecord(collection, record);
    if (verdict.known && !verdict.ok) reason = verdict.message;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  if (reason !== undefined) throw new SealError(`Not a record of ${collection}: ${reason}`);
};

/** Whether a blob is named anywhere in it. Its bytes would be public, and the host, which cannot see the name, would drop them. */
const namesBlob = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  return ("$type" in value && value.$type === "blob") || Object.values(value).some(namesBlob);
};

/** Whether there is sealed content in a record of `agent.comms.*`, where it belongs or in its neighbourhood. */
export const isSealedRecord = (collection: string, record: Record<string, unknown>): boolean => {
  const held = slotOf(collection, record);
  return (Array.isArray(held) ? held : [held]).some((part) => typeof part === "object" && part !== null && "$type" in part && part.$type === SEALED);
};

const slotOf = (collection: string, record: Record<string, unknown>): unknown => {
  const form = forms[collection];
  return form === undefined ? undefined : record[form.slot];
};

/**
 * The record as its author wrote it; a plain one stays as it is. What was inside is validated as the host validates what
 * is not, since nobody could before. @param grant when the key comes from one. @throws OpenError
 */
export const openRecord = async (placed: PlacedRecord, ring: KeyRing, grant?: GivenGrant): Promise<OpenedRecord> => {
  const { collection, record } = placed;
  if (!isComms(collection) || !isSealedRecord(collection, record)) return { record, sealed: false };
  return opening(async () => ({ record: await unsealed(placed, ring, grant), sealed: true }));
};

/**
 * A grant for a whole record of one's own. @throws OpenError when the record is not sealed, or not for this ring.
 * @throws SealError
 */
export const grantRecord = async (placed: PlacedRecord, ring: KeyRing, granting: Omit<GrantInput, keyof OpenInput>): Promise<AgentCommsGrant> => {
  const { sealed, context } = await opening(async () => partsOf(placed));
  return makeGrant({ sealed, context, ring, ...granting });
};

/** The sealed content of a record, and what it is bound to. @throws OpenError */
const partsOf = ({ repo, collection, rkey, record }: PlacedRecord): Pick<OpenInput, "sealed" | "context"> => {
  const form = forms[collection];
  if (form === undefined) throw new OpenError();
  const { [form.slot]: held, ...routing } = record;
  const parts: unknown = form.list ? held : [held];
  if (!Array.isArray(parts) || parts.length !== 1) throw new OpenError();
  return { sealed: parts[0], context: { repo, collection, rkey, routing } };
};

const unsealed = async (placed: PlacedRecord, ring: KeyRing, grant: GivenGrant | undefined): Promise<Record<string, unknown>> => {
  const { collection } = placed;
  const { sealed, context } = partsOf(placed);
  const { routing } = context;
  const { type, plaintext } = await open({ sealed, context, ring, ...(grant === undefined ? {} : { grant }) });
  if (type !== collection) throw new OpenError();
  const inner = mapOf(decodeData(plaintext));
  const [standIn, value] = forms[collection]?.placeholder ?? [];
  for (const field of Object.keys(inner)) {
    // What is clear is what the record was delivered by: the inside cannot say otherwise.
    if (Object.hasOwn(routing, field) && !(field === standIn && routing[field] === value)) throw new OpenError();
  }
  const whole = { ...routing, ...inner };
  const verdict = validateRecord(collection, whole);
  if (!verdict.known || !verdict.ok) throw new OpenError();
  return whole;
};
