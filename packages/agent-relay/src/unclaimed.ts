import type { DeliveryHint } from "@rookery/sync";
import { MAX_UNCLAIMED } from "./settings.ts";

/** A record of an account of this colony for somebody who is not known here. */
export interface Unclaimed {
  seq: number;
  op: number;
  /** Id of the author's row. */
  author: number;
  hint: DeliveryHint;
}

/**
 * What was written to accounts that are not known here, for a while: nearly all live elsewhere, but one may have been born a moment
 * ago, its first event still on its way behind a letter to it. In memory only: losing it takes a restart in between.
 */
export class UnclaimedMail {
  /** Oldest first. */
  readonly #byDid = new Map<string, Unclaimed[]>();
  #count = 0;

  note(did: string, mail: Unclaimed): void {
    const all = this.#byDid.get(did) ?? [];
    this.#byDid.delete(did);
    this.#byDid.set(did, all);
    all.push(mail);
    this.#count++;
    for (const oldest of this.#byDid.keys()) {
      if (this.#count <= MAX_UNCLAIMED) break;
      this.take(oldest);
    }
  }

  /** Hand out what was for somebody, oldest first, and forget it. */
  take(did: string): Unclaimed[] {
    const all = this.#byDid.get(did) ?? [];
    this.#byDid.delete(did);
    this.#count -= all.length;
    return all;
  }

  /** After a transaction was rolled back: seqs may come again. */
  clear(): void {
    this.#byDid.clear();
    this.#count = 0;
  }
}
