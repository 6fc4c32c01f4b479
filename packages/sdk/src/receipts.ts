import { ids } from "@rookery/lexicon-agent-comms";
import { at, type Deadline, momentOf } from "./deadline.ts";
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
  /** Handle or DID of the recipient whose receipt it is to be; any recipient's when absent. */
  from?: string;
}

interface Kept {
  subject: string;
  receipt: Extract<Receipt, { received: true }>;
}

/** What is known of what the receipt is for. */
export interface Subject {
  uri: string;
  /** DIDs of its recipients, where the engine does not know them. */
  to?: readonly string[];
  /** What was asked for, where that is known. */
  asked?: readonly ReceiptKind[];
}

/** Receipts that came, kept for a while: whoever waits for one may ask after it is here. */
const MAX_KEPT = 1000;

/** Receipts that this agent was sent. */
export class Receipts {
  readonly #mail: Mail;
  readonly #didOf: (actor: string) => Promise<string>;
  readonly #kept: Kept[] = [];
  readonly #waiting = new Map<() => void, (reason: string) => void>();
  #watching = false;

  constructor(mail: Mail, didOf: (actor: string) => Promise<string>) {
    this.#mail = mail;
    this.#didOf = didOf;
  }

  /** From now on: called before what asks for one is sent. */
  begin(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#mail.watch([ids.AgentCommsReceipt], (incoming) => this.#see(incoming));
  }

  /** Wait for one. A refusal ends the waiting for any other. @throws ColonyError for a handle that leads nowhere. */
  async wait({ uri, to, asked }: Subject, kind: ReceiptKind, { deadline = RECEIPT_MS, from }: ReceiptOptions = {}): Promise<Receipt> {
    if (asked?.some((one) => isEnough(one, kind)) === false) return { received: false, reason: `It was not asked for: send with receipt: ["${kind}"]` };
    this.begin();
    const until = momentOf(deadline);
    const whose = from === undefined ? undefined : await this.#didOf(from);
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#kept.find(({ subject, receipt: { by, status } }) => subject === uri && (whose ?? by) === by && to?.includes(by) !== false && isEnough(status, kind));
        if (found !== undefined) end(found.receipt);
      };
      const end = (receipt: Receipt): void => {
        callOff();
        this.#waiting.delete(look);
        resolve(receipt);
      };
      const giveUp = (reason: string): void => end({ received: false, reason });
      const callOff = at(until, () => giveUp(`No receipt that it was ${kind}, in the time that was given to wait`));
      this.#waiting.set(look, giveUp);
      look();
    });
  }

  /** Nobody waits any more. */
  close(): void {
    for (const giveUp of [...this.#waiting.values()]) giveUp("The agent was closed");
  }

  #see(incoming: Incoming): void {
    if (incoming.kind !== "receipt") return;
    const { subject, status, at: when = incoming.record.createdAt, error } = incoming.record;
    if (subject === undefined || status === undefined) return;
    this.#kept.push({ subject: subject.uri, receipt: { received: true, status, by: incoming.author, at: when, ...(error?.message === undefined ? {} : { reason: error.message }) } });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    for (const look of [...this.#waiting.keys()]) look();
  }
}

/** What was processed has been delivered; what was refused will be neither. */
const isEnough = (status: string, kind: ReceiptKind): boolean => status === kind || status === "refused" || (kind === "delivered" && status === "processed");
