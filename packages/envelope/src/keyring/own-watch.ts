import type { OwnerKey } from "../continuity.ts";
import { checkKeyRecord, type FoundKeyRecord, sameOwner } from "../key-record.ts";
import type { KeyAlarm } from "./peer-keys.ts";
import { MAX_KEY_RECORDS, PEER_FRESH_MS, WATCH_MS } from "./settings.ts";

/** What the watch needs of the world. */
export interface OwnWatchPorts {
  did: string;
  /** The owner's key: every key record of the agent has to be signed by it. */
  owner: OwnerKey;
  /** Addresses of key records, newest first. */
  list: (did: string) => Promise<string[]>;
  /** A record, proven down to its author's signature; undefined when proven absent. */
  prove: (uri: string) => Promise<FoundKeyRecord | undefined>;
  alarm: (alarm: KeyAlarm) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Looks for keys in the agent's own repository that its owner has not signed: its host, which can write there, would read
 * what is sealed by who writes to it for the first time. A host that hides them from the agent hides them from nobody else.
 */
export class OwnWatch {
  readonly #ports: OwnWatchPorts;
  #next = 0;
  /** What was right, or told of, by address and content: a record that was changed is another one. */
  #seen: ReadonlySet<string> = new Set();

  constructor(ports: OwnWatchPorts) {
    this.#ports = ports;
  }

  /** Look, if it is time. @throws Error when the host does not answer. */
  async look(): Promise<void> {
    const { now } = this.#ports;
    if (now() < this.#next) return;
    this.#next = now() + PEER_FRESH_MS; // if it fails
    await this.check();
    this.#next = now() + WATCH_MS;
  }

  /** Look now. Alarms once for each key that is not the owner's. @throws Error when the host does not answer. */
  async check(): Promise<void> {
    const { did, list, prove, alarm } = this.#ports;
    const uris = (await list(did)).slice(0, MAX_KEY_RECORDS);
    const all = (await Promise.all(uris.map(prove))).filter((found) => found !== undefined); // the rest is not there any more
    const right = await this.#rightOf(all);
    for (const found of all) {
      if (!this.#seen.has(nameOf(found)) && !right.has(nameOf(found))) alarm({ did, why: "substituted", reason: `A key in the repository of ${did} is not signed by its owner, who is lost or did not make it: ${found.uri}` });
    }
    this.#seen = new Set(all.map(nameOf));
  }

  /** The owner's keys, and those before them of who held the keys then: the owner named them by taking over. */
  async #rightOf(all: FoundKeyRecord[]): Promise<Set<string>> {
    const { did, owner } = this.#ports;
    const right = new Set<string>();
    const keys = await Promise.all(all.map(async (found) => ({ name: nameOf(found), verdict: await checkKeyRecord(did, found) })));
    for (let before = -1; before < right.size; ) {
      before = right.size;
      for (const { name, verdict } of keys) {
        if (!verdict.ok || !(right.has(name) || verdict.key.owners.some((one) => sameOwner(one, owner)))) continue;
        right.add(name);
        if (verdict.key.prev !== undefined) right.add(nameOf(verdict.key.prev));
      }
    }
    return right;
  }
}

/** A record that was changed is another one. */
const nameOf = ({ uri, cid }: Pick<FoundKeyRecord, "uri" | "cid">): string => `${uri} ${cid}`;
