import type { StrongRef } from "./message.ts";
import { type Deadline, datetimeOf } from "./deadline.ts";
import type { ReceiptKind, SendOptions } from "./options.ts";
import type { Posting } from "./post.ts";
import type { Attachment } from "./sealing/files.ts";

const RECEIPTS: ReadonlySet<unknown> = new Set(["delivered", "processed"] satisfies ReceiptKind[]);

const MOMENTS = ["deadline", "expiresAt", "notBefore"] as const;

/** What an author may give beside the content of a record. */
export type Given = SendOptions & { receipt?: ReceiptKind[]; thread?: { root: StrongRef; parent: StrongRef } } & { [moment in (typeof MOMENTS)[number]]?: Deadline };

/** The same, in the form of the record, apart from how it travels. */
export interface Split {
  fields: Record<string, unknown>;
  posting: Posting;
  /** Parts for the content. */
  parts: Attachment["part"][];
}

const refOf = ({ uri, cid }: StrongRef): StrongRef => ({ uri, cid });

/** Part what goes into the record from how it travels. @throws TypeError for a moment or a receipt that is none. */
export const split = ({ privacy, files = [], receipt, thread, ...given }: Given): Split => {
  const fields: Record<string, unknown> = { ...given };
  for (const moment of MOMENTS) {
    const when = given[moment];
    if (when !== undefined) fields[moment] = datetimeOf(when);
  }
  // Only what names a record: what was sent knows more than that.
  if (thread !== undefined) fields["thread"] = { root: refOf(thread.root), parent: refOf(thread.parent) };
  if (receipt !== undefined && !(Array.isArray(receipt) && receipt.every((kind: unknown) => RECEIPTS.has(kind)))) throw new TypeError('Not receipts: there are "delivered" and "processed", in a list, as in receipt: ["processed"]');
  if (receipt !== undefined) fields["ackRequested"] = Object.fromEntries(receipt.map((kind) => [kind, true]));
  return { fields, posting: { ...(privacy === undefined ? {} : { privacy }), files }, parts: files.map(({ part }) => part) };
};

/** What was said in confidence is not answered in public by default. */
export const answering = <T extends SendOptions>({ sealed = false }: { sealed?: boolean }, options: T): T => (sealed ? { ...options, privacy: options.privacy ?? "sealed" } : options);
