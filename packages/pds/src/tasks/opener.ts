import { isSealedRecord, keyIdsIn, type KeyRing, openRecord, OpenError } from "@rookery/envelope";
import { recipientsOf, validateRecord } from "@rookery/lexicon-agent-comms";
import { CborError, decode, lexToJson } from "@rookery/repo";
import type { HostedKeys } from "../keys/hosted-keys.ts";
import type { MailRow } from "../store/mail.ts";

/** A message that was looked at. */
export type Looked = { row: MailRow } & (
  | { kind: "opened"; record: Record<string, unknown>; sealed: boolean }
  /** Sealed, and not for a key that is here; `former`: for one that was. */
  | { kind: "unopened"; former: boolean }
  | { kind: "invalid"; reason: string }
  | { kind: "retraction" }
);

/** Look at a message: it was verified when it came, so what opens here is its author's. @throws KeyUnavailableError */
export async function look(row: MailRow, did: string, ring: KeyRing, keys: Pick<HostedKeys, "standing">): Promise<Looked> {
  if (row.action === "delete" || row.bytes === undefined) return { row, kind: "retraction" };
  const [collection = "", rkey = ""] = row.path.split("/");
  const record = valueOf(row.bytes);
  if (record === undefined) return { row, kind: "invalid", reason: "it is not data" };
  if (!isSealedRecord(collection, record)) return judged(row, collection, record);
  // Whoever publishes this agent's key as theirs is sent what opens here, and is not meant for here.
  const to = recipientsOf(collection, record);
  if (to !== "all" && to?.includes(did) !== true) return { row, kind: "unopened", former: false };
  try {
    const opened = await openRecord({ repo: row.author, collection, rkey, record }, ring);
    return { row, kind: "opened", record: opened.record, sealed: true };
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return { row, kind: "unopened", former: await isForFormer(record, keys) };
  }
}

/** What was sealed is judged when it is opened; what was not, its author's host may have let pass. */
function judged(row: MailRow, collection: string, record: Record<string, unknown>): Looked {
  const verdict = validateRecord(collection, record);
  if (verdict.known && !verdict.ok) return { row, kind: "invalid", reason: "it is not what its kind demands" };
  return { row, kind: "opened", record, sealed: false };
}

/** Undefined for what is no map: its author may sign any bytes. */
function valueOf(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = lexToJson(decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

/** Whether it was sealed for a key of this agent whose private half is deleted. Anybody else's garbage is for none. */
async function isForFormer(record: Record<string, unknown>, keys: Pick<HostedKeys, "standing">): Promise<boolean> {
  for (const keyId of keyIdsIn(record)) if ((await keys.standing(keyId)) === "former") return true;
  return false;
}
