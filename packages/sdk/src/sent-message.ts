import type { ReceiptKind } from "./options.ts";
import type { Receipt, ReceiptOptions, Receipts } from "./receipts.ts";
import type { Sent } from "./transport.ts";

/** A message that was sent, and a way to hear what became of it. */
export class SentMessage implements Sent {
  readonly uri: string;
  readonly cid: string;
  readonly #receipts: Receipts;

  constructor({ uri, cid }: Sent, receipts: Receipts) {
    this.uri = uri;
    this.cid = cid;
    this.#receipts = receipts;
  }

  /** Wait for a receipt that was asked for with `receipt`. Never fails; says when there is none. */
  receipt(kind: ReceiptKind, options?: ReceiptOptions): Promise<Receipt> {
    return this.#receipts.wait(this.uri, kind, options);
  }
}
