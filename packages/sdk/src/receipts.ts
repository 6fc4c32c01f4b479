import { ids } from "@rookery/lexicon-agent-comms";
import { type Deadline, momentOf } from "./deadline.ts";
import type { Mail } from "./mail.ts";
import type { Incoming } from "./message.ts";
import type { ReceiptKind } from "./options.ts";
import { RECEIPT_MS } from "./tasks/settings.ts";

/** What became of a record at its recipient, as far as it said so. */
export type Receipt =
  | { received: true; status: string; /** DID. */ by: string; /** When it was so, as the recipient says. */ at: string; reason?: string }
  | { received: false; reason: string };

/** Until when, and whose. */
export interface ReceiptOptions {
  deadline?: Deadline;
  /** DID of the recipient whose receipt it is to be; anybody's when absent. */
  from?: string;
}

interface Kept {
  subject: string;
  receipt: Extract<Receipt, { received: true }>;
}

/** Receipts that came, kept for a while: whoever waits for one may ask after it is here. */
const MAX_KEPT = 1000;

/** Receipts that this agent was sent. */
export class Receipts {
  readonly #mail: Mail;
  readonly #kept: Kept[] = [];
  readonly #waiting = new Set<() => void>();
  #watching = false;

  constructor(mail: Mail) {
    this.#mail = mail;
  }

  /** From now on: called before what asks for one is sent. */
  begin(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#mail.watch([ids.AgentCommsReceipt], (incoming) => this.#see(incoming));
  }

  /** Wait for one. A refusal ends the waiting for any other. */
  wait(subject: string, kind: ReceiptKind, { deadline = RECEIPT_MS, from }: ReceiptOptions = {}): Promise<Receipt> {
    this.begin();
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#kept.find(({ subject: of, receipt }) => of === subject && (from === undefined || receipt.by === from) && isEnough(receipt.status, kind));
        if (found !== undefined) end(found.receipt);
      };
      const end = (receipt: Receipt): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(receipt);
      };
      const timer = setTimeout(() => end({ received: false, reason: `No receipt that it was ${kind}, in the time that was given to wait` }), Math.min(2 ** 31 - 1, Math.max(0, momentOf(deadline) - Date.now())));
      this.#waiting.add(look);
      look();
    });
  }

  #see(incoming: Incoming): void {
    if (incoming.kind !== "receipt") return;
    const { subject, status, at = incoming.record.createdAt, error } = incoming.record;
    if (subject === undefined || status === undefined) return;
    this.#kept.push({ subject: subject.uri, receipt: { received: true, status, by: incoming.author, at, ...(error?.message === undefined ? {} : { reason: error.message }) } });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    for (const look of [...this.#waiting]) look();
  }
}

/** What was processed has been delivered; what was refused will be neither. */
const isEnough = (status: string, kind: ReceiptKind): boolean => status === kind || status === "refused" || (kind === "delivered" && status === "processed");
