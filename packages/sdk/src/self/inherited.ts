import { type Arrived, type EnvelopeSealer, OpenError, type OpenedRecord } from "@rookery/envelope";
import type { ListedRecords, MemoryWrite } from "@rookery/memory";
import { addressOf } from "../at-uri.ts";
import type { Opener } from "./opener.ts";
import type { OwnRecords } from "./own-records.ts";

/** Memories that one run seals anew: 2,000 of the 5,000 points an hour that a colony has for writing; the next run goes on. */
const MOST = 1_000;
/** Of one commit: a few requests, and soon done again when it fails. */
const BATCH = 20;

/** What is needed of the agent. */
export interface InheritedPorts {
  own: OwnRecords;
  sealer: Pick<EnvelopeSealer, "open">;
  /** Asks the colony where the agent's own keys do not open. */
  opener: Opener;
}

/**
 * The agent's own records that its colony sealed before the owner took the keys. The colony still opens them for who signs in
 * as the agent: that is how they are read, and then sealed under the owner's keys, in place. What they say is the colony's word;
 * it was that when it sealed them, too.
 */
export class Inherited {
  readonly #ports: InheritedPorts;
  /** At-uris. */
  readonly #found = new Set<string>();

  constructor(ports: InheritedPorts) {
    this.#ports = ports;
  }

  /** With the agent's keys, or as the colony opens it; undefined when neither does. @throws ColonyError when that cannot be known now. */
  async open(arrived: Arrived): Promise<OpenedRecord | undefined> {
    const { sealer, opener } = this.#ports;
    const opened = await orNot(sealer.open(arrived));
    if (opened !== undefined) return opened;
    const inherited = await orNot(opener.open(arrived));
    if (inherited !== undefined && this.#found.size < MOST) this.#found.add(arrived.uri);
    return inherited;
  }

  /** Seal what was found so far under the agent's own keys. One that is changed meanwhile stays as it is. @throws ColonyError; what is done then stays done. */
  async adopt(records: Pick<ListedRecords, "write">): Promise<void> {
    const found = [...this.#found];
    this.#found.clear();
    for (let at = 0; at < found.length; at += BATCH) {
      const writes: MemoryWrite[] = [];
      for (const uri of found.slice(at, at + BATCH)) {
        const { collection, rkey } = addressOf(uri);
        const there = await this.#ports.own.get(collection, rkey);
        const opened = there && (await this.open({ uri, record: there.value }));
        if (there !== undefined && opened !== undefined) writes.push({ collection, rkey, value: opened.record, swap: there.cid });
      }
      // All or nothing: after a collision each is tried by itself.
      if (!(await records.write(writes)).ok) for (const write of writes) await records.write([write]);
    }
  }
}

/** Undefined for what does not open. */
const orNot = async (opening: Promise<OpenedRecord>): Promise<OpenedRecord | undefined> => {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
};
