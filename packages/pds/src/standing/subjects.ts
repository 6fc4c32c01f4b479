import { cidToString } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import { readBlob } from "../store/blobs.ts";
import { readRecord } from "../store/records.ts";
import type { StatusAttr } from "./standing-api.ts";

/** What a takedown refers to when its moderator does not say: when it was. */
export const refOf = ({ applied, ref }: StatusAttr, now = new Date()): string | null => (applied ? (ref ?? now.toISOString()) : null);

const attrOf = (ref: string | null | undefined): StatusAttr => (typeof ref === "string" ? { applied: true, ref } : { applied: false });

/** com.atproto.admin.getSubjectStatus of the account. */
export const accountAttrs = ({ account }: AgentState): { takedown: StatusAttr; deactivated: StatusAttr } => ({
  takedown: attrOf(account.takedownRef),
  deactivated: { applied: account.deactivatedAt !== null },
});

/** The same of a record, with its CID; undefined when there is none at that path. */
export function recordAttr({ sql, takenDown }: AgentState, path: string): { cid: string; takedown: StatusAttr } | undefined {
  const row = readRecord(sql, path);
  return row && { cid: cidToString(row.cid), takedown: attrOf(takenDown.refOf(path)) };
}

/** The same of a blob; undefined when this account has none with that CID, and none was taken down. */
export function blobAttr({ sql, takenDown }: AgentState, cid: string): StatusAttr | undefined {
  const ref = takenDown.refOf(cid);
  return ref === undefined && readBlob(sql, cid) === undefined ? undefined : attrOf(ref);
}

/** Take a record down or put it back; nothing happens when there is none at that path, as in the reference. */
export function takeDownRecord({ sql, takenDown }: AgentState, path: string, takedown: StatusAttr): void {
  if (!takedown.applied || readRecord(sql, path) !== undefined) takenDown.set(path, refOf(takedown));
}

/** The same of a blob. */
export function takeDownBlob({ sql, takenDown }: AgentState, cid: string, takedown: StatusAttr): void {
  if (!takedown.applied || readBlob(sql, cid) !== undefined) takenDown.set(cid, refOf(takedown));
}
