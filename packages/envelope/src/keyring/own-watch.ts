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
  /** What was right, or told of: looked at once. */
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
    const { did, list, alarm } = this.#ports;
    const uris = (await list(did)).slice(0, MAX_KEY_RECORDS);
    for (const uri of uris) {
      if (!this.#seen.has(uri) && !(await this.#isOwn(uri))) alarm({ did, why: "substituted", reason: `A key in the repository of ${did} is not signed by its owner, who is lost or did not make it: ${uri}` });
    }
    this.#seen = new Set(uris);
  }

  async #isOwn(uri: string): Promise<boolean> {
    const { did, owner, prove } = this.#ports;
    const found = await prove(uri);
    if (found === undefined) return true; // not there any more
    const verdict = await checkKeyRecord(did, found);
    return verdict.ok && verdict.key.owners.some((one) => sameOwner(one, owner));
  }
}
