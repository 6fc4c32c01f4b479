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
    const seen = new Set<string>();
    for (const uri of uris) {
      const found = await prove(uri);
      if (found === undefined) continue; // not there any more
      const what = `${uri} ${found.cid}`;
      if (!this.#seen.has(what) && !(await this.#isOwn(found))) alarm({ did, why: "substituted", reason: `A key in the repository of ${did} is not signed by its owner, who is lost or did not make it: ${uri}` });
      seen.add(what);
    }
    this.#seen = seen;
  }

  async #isOwn(found: FoundKeyRecord): Promise<boolean> {
    const { did, owner } = this.#ports;
    const verdict = await checkKeyRecord(did, found);
    return verdict.ok && verdict.key.owners.some((one) => sameOwner(one, owner));
  }
}
