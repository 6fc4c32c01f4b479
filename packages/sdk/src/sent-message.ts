import type { ReceiptKind } from "./options.ts";
import type { Receipt, ReceiptOptions, Receipts } from "./receipts.ts";
import type { Sent } from "./transport.ts";

/** A message that was sent, and a way to hear what became of it. */
export class SentMessage implements Sent {
  readonly uri: string;
  readonly cid: string;
  readonly #to: readonly string[];
  readonly #receipts: Receipts;

  /** @param to DIDs: what anybody else says of it is nothing. */
  constructor({ uri, cid }: Sent, to: readonly string[], receipts: Receipts) {
    this.uri = uri;
    this.cid = cid;
    this.#to = to;
    this.#receipts = receipts;
  }

  /** Wait for a receipt that was asked for with `receipt`. Never fails; says when there is none. */
  receipt(kind: ReceiptKind, options?: ReceiptOptions): Promise<Receipt> {
    return this.#receipts.wait(this.uri, kind, options, this.#to);
  }
}
