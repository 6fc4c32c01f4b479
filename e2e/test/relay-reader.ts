import { ChainChecker, type StreamMessage, atprotoKeyOf, didResolver, pdsOf } from "@rookery/sync";
import { sha256 } from "./sha256.ts";
import { type Stream, openStream } from "./stream.ts";

/** What was said of the account, as `kind@host` with the status of an `#account`, and in which order. */
export interface Heard {
  host: string;
  message: StreamMessage;
  /** Why it was refused; absent when it was good. */
  failure?: string;
  /** It came from a host that the DID did not name at that moment: a relay drops it. */
  foreign: boolean;
}

/**
 * A relay in small: it reads several hosts at once, believes of each account only the host that its DID document names when the
 * event comes, and checks what it believes by the strict rules of sync 1.1, as one chain across hosts.
 */
export class RelayReader {
  readonly heard: Heard[] = [];
  readonly #streams: Stream[] = [];
  readonly #chain: ChainChecker;
  readonly #document: (did: string) => Promise<unknown>;
  readonly #dids: ReadonlySet<string>;
  #turn: Promise<void> = Promise.resolve();
  #seq = 0;

  /** @param dids accounts that are looked at. */
  constructor(plcUrl: string, dids: readonly string[]) {
    this.#document = didResolver({ plcUrl, allowLoopback: true });
    this.#dids = new Set(dids);
    this.#chain = new ChainChecker({ sha256, keyOf: async (did) => atprotoKeyOf(await this.#document(did)), now: Date.now });
  }

  /** Listen to a host from the beginning of its log. */
  async listen(origin: string): Promise<void> {
    const stream = await openStream(0, (frame) => {
      if (frame.kind !== "message" || frame.t === "#info") return;
      const did = frame.t === "#commit" ? frame.body.repo : frame.body.did;
      if (this.#dids.has(did)) this.#turn = this.#turn.then(() => this.#take(origin, did, frame));
    }, origin);
    this.#streams.push(stream);
  }

  /** What was heard, in short: `account:deactivated`, `sync`, … with `!` in front of what a relay would drop. */
  words(host: string): string[] {
    return this.heard.filter((one) => one.host === host).map(({ message, foreign }) => (foreign ? "!" : "") + wordOf(message));
  }

  /** Everything that was believed and is wrong. */
  get failures(): string[] {
    return this.heard.flatMap(({ host, message, failure }) => (failure === undefined ? [] : [`${host} ${wordOf(message)}: ${failure}`]));
  }

  /** Everything that came so far is dealt with. */
  settled(): Promise<void> {
    return this.#turn;
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  async #take(host: string, did: string, message: Exclude<StreamMessage, { t: "#info" }>): Promise<void> {
    const foreign = pdsOf(await this.#document(did)) !== host;
    if (foreign) return void this.heard.push({ host, message, foreign });
    // One chain: each host counts for itself.
    const body = { ...message.body, seq: ++this.#seq };
    const checked = await this.#chain.accept({ ...message, body } as StreamMessage);
    this.heard.push({ host, message, foreign, ...(checked.ok ? {} : { failure: `${checked.failure.code}: ${checked.failure.message}` }) });
  }
}

const wordOf = (message: StreamMessage): string => {
  if (message.t === "#account") return message.body.active ? "account:active" : `account:${message.body.status ?? "inactive"}`;
  return message.t.slice(1);
};
