import type { PeerState } from "@rookery/agent-relay";
import { eachOf } from "../federation/each.ts";
import { STATUS_TIMEOUT, UPKEEP_CONCURRENCY } from "../federation/limits.ts";
import { type Listening, statusOf } from "../federation/listening.ts";
import type { PeerRow } from "../federation/peer-row.ts";

/** `com.atproto.sync.defs#hostStatus` */
export type HostStatus = "active" | "idle" | "offline" | "throttled" | "banned";

const WORDS: Record<PeerState, HostStatus> = {
  connecting: "active",
  live: "active",
  waiting: "offline",
  throttled: "throttled",
  "cut-off": "banned",
  stopped: "idle",
};

/** How long an answer is good for, in ms: asking wakes an object, and anybody may ask for a list of them. */
const FRESH = 30_000;
const MAX_REMEMBERED = 2_000;

/** What the objects that listen say of their hosts, remembered for a while. One per isolate. */
export class HostStatuses {
  readonly #known = new Map<string, { status: HostStatus; until: number }>();

  /** Status of each of these peers; of one whose object does not answer in time it is `idle`. */
  async of(listening: Listening, rows: PeerRow[], now: number): Promise<Map<string, HostStatus>> {
    const found = new Map<string, HostStatus>();
    const ask = async (row: PeerRow): Promise<void> => {
      const known = this.#known.get(row.name);
      found.set(row.name, known !== undefined && known.until > now ? known.status : this.#remember(row.name, await asked(listening, row), now));
    };
    await eachOf(rows, UPKEEP_CONCURRENCY, ask, ({ name }) => found.set(name, "idle"));
    return found;
  }

  #remember(name: string, status: HostStatus, now: number): HostStatus {
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(name, { status, until: now + FRESH });
    return status;
  }
}

const asked = async (listening: Listening, row: PeerRow): Promise<HostStatus> => {
  if (row.blocked) return "banned";
  if (!row.listening) return "idle";
  const done = new AbortController();
  const late = scheduler.wait(STATUS_TIMEOUT, { signal: done.signal }).then(() => undefined, () => undefined);
  const status = await Promise.race([statusOf(listening, row), late]).finally(() => done.abort());
  return status === undefined ? "idle" : WORDS[status.state];
};
