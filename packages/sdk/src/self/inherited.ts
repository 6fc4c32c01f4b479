import { ids } from "@rookery/lexicon-agent-comms";
import type { ListedRecords } from "@rookery/memory";
import { addressOf } from "../at-uri.ts";
import { ColonyError } from "../colony-error.ts";
import type { Session } from "../session.ts";

/** Memories that one run seals anew: 2,000 of the 5,000 points an hour that a colony has for writing; the next run goes on. */
const MOST = 1_000;
/** Of one commit: a few requests, and soon done again when it fails. */
const BATCH = 20;

/** What a colony answers with that will not open it the next time either. */
const NEVER = new Set(["CannotOpen", "SelfKeyed", "InvalidRequest", "MethodNotImplemented"]);

/**
 * The agent's own records that its colony sealed before the owner took the keys. The colony still opens them for who signs in
 * as the agent: that is how they are read here, and then sealed under the owner's keys, in place. What they say is the colony's
 * word; it was that when it sealed them, too.
 */
export class Inherited {
  readonly #session: Session;
  /** CIDs by at-uri. */
  readonly #found = new Map<string, string>();
  /** Nobody opens anything here. */
  #none = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** As the colony opens it; undefined when it does not. @throws ColonyError when that cannot be known now. */
  async open(uri: string): Promise<{ record: Record<string, unknown>; sealed: true } | undefined> {
    if (this.#none) return undefined;
    try {
      const { cid, value } = await this.#session.call(ids.AgentCommsOpen, { uri });
      if (this.#found.size < MOST) this.#found.set(uri, cid);
      return { record: value, sealed: true };
    } catch (error) {
      if (!(error instanceof ColonyError) || !NEVER.has(error.error)) throw error;
      this.#none = error.status === 501;
      return undefined;
    }
  }

  /** Seal what was found so far under the agent's own keys. One that was changed meanwhile stays as it is. @throws ColonyError; what is done then stays done. */
  async adopt(records: Pick<ListedRecords, "write">): Promise<void> {
    for (let batch; (batch = [...this.#found].slice(0, BATCH)).length > 0; ) {
      const writes = [];
      for (const [uri, swap] of batch) {
        const { collection, rkey } = addressOf(uri);
        const opened = await this.open(uri);
        this.#found.delete(uri);
        if (opened !== undefined) writes.push({ collection, rkey, value: opened.record, swap });
      }
      // All or nothing: after a collision each is tried by itself.
      if (!(await records.write(writes)).ok) for (const write of writes) await records.write([write]);
    }
  }
}
