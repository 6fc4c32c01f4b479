import type { KeyStore } from "@rookery/envelope";
import { MapStore, type Snapshot } from "@rookery/messaging";

const VERSION = 1;
/** Changes are gathered for this long, in ms: a crash loses no more, and what it loses is read again from the inbox. */
const SAVE_MS = 200;

/** What is kept between runs, beside keys: in one text, so that its parts never disagree. */
interface Kept {
  version: number;
  did: string;
  cursor?: string;
  tasks: Snapshot;
}

/** A kept state that cannot be read, or is not this agent's: nothing is made anew over it. */
export class AgentStateError extends Error {
  override name = "AgentStateError";
}

/** How far an agent is with its inbox and its tasks; in memory alone when there is no store. */
export class KeptState {
  readonly tasks: MapStore;
  readonly #did: string;
  readonly #store: KeyStore | undefined;
  readonly #onError: (error: unknown) => void;
  #cursor: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();

  private constructor(did: string, store: KeyStore | undefined, onError: (error: unknown) => void, kept: Kept | undefined) {
    this.#did = did;
    this.#store = store;
    this.#onError = onError;
    this.tasks = new MapStore(kept?.tasks ?? []);
    this.#cursor = kept?.cursor;
    this.tasks.onChange = () => this.#changed();
  }

  /** @throws AgentStateError when there is something that cannot be read, or is another agent's. */
  static async load(did: string, store: KeyStore | undefined, onError: (error: unknown) => void): Promise<KeptState> {
    const text = await store?.load();
    return new KeptState(did, store, onError, text === undefined ? undefined : parse(text, did));
  }

  /** Everything in the inbox up to here has been worked on. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  set cursor(cursor: string | undefined) {
    this.#cursor = cursor;
    this.#changed();
  }

  /** Answers when everything until now is kept. @throws what the store throws. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept: Kept = { version: VERSION, did: this.#did, tasks: this.tasks.snapshot(), ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }) };
    // One after the other, so that the newest is the one that stays.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#store?.save(JSON.stringify(kept)));
    await this.#saving;
  }

  #changed(): void {
    if (this.#store === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.save().catch(this.#onError), SAVE_MS);
  }
}

/** What `save` wrote (named boundary: the store is the author's own). */
const parse = (text: string, did: string): Kept => {
  let kept: Kept;
  try {
    kept = JSON.parse(text) as Kept;
    if (kept.version !== VERSION || !Array.isArray(kept.tasks)) throw new TypeError("version");
  } catch {
    throw new AgentStateError("The kept state cannot be read; it is left as it is");
  }
  if (kept.did !== did) throw new AgentStateError(`The kept state is of ${kept.did}, not of ${did}; it is left as it is`);
  return kept;
};
