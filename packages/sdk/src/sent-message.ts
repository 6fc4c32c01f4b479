import type { ReceiptKind } from "./options.ts";
import type { Receipt, ReceiptOptions, Receipts } from "./receipts.ts";
import type { Sent } from "./transport.ts";

/** A message that was sent, and a way to hear what became of it. */
export class SentMessage implements Sent {
  readonly uri: string;
  readonly cid: string;
  readonly #to: readonly string[];
  readonly #asked: readonly ReceiptKind[];
  readonly #receipts: Receipts;

  /** @param to DIDs: what anybody else says of it is nothing. @param asked which receipts were asked for. */
  constructor({ uri, cid }: Sent, to: readonly string[], asked: readonly ReceiptKind[], receipts: Receipts) {
    this.uri = uri;
    this.cid = cid;
    this.#to = to;
    this.#asked = asked;
    this.#receipts = receipts;
  }

  /** Wait for a receipt that was asked for with `receipt`; says when there is none. @throws ColonyError for a handle in `from` that leads nowhere. */
  receipt(kind: ReceiptKind, options?: ReceiptOptions): Promise<Receipt> {
    return this.#receipts.wait({ uri: this.uri, to: this.#to, asked: this.#asked }, kind, options);
  }
}
