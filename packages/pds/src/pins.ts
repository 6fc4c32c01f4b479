import { MAX_PINS, PIN_IDLE, PIN_TOTAL, PIN_YIELD, PART_BYTES } from "./limits.ts";
import { readRoom } from "./room/read-room.ts";
import type { Lease } from "./room/room.ts";

/** One export's hold on a rev: everything reachable at that rev stays readable until the pin closes. */
export interface Pin {
  readonly rev: string;
  /** Milliseconds since 1970. */
  readonly opened: number;
  used: number;
  /** Called once when the lease ran out. */
  readonly expire: () => void;
  /** What it has of the isolate's room. */
  readonly room: Lease;
}

/** How often leases are looked at while there are any. */
const CHECK_MS = 5_000;

/**
 * Revs that exports are reading. Pins live in memory: an export dies with its object. What a commit supersedes while a
 * pin is open goes to `node_old` and `record_old`, and is swept when no pin needs it any more.
 */
export class Pins {
  readonly #sql: SqlStorage;
  readonly #open = new Set<Pin>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether anything may be kept aside. True at first: the object may have died during an export. */
  #kept: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#kept = sql.exec("SELECT 1 FROM node_old UNION ALL SELECT 1 FROM record_old LIMIT 1").toArray().length > 0;
  }

  /** Newest rev that is pinned, or undefined: versions of this rev or older must be kept when superseded. */
  get newest(): string | undefined {
    let newest: string | undefined;
    for (const { rev } of this.#open) if (newest === undefined || rev > newest) newest = rev;
    return newest;
  }

  /** Whether older versions may exist at all; spares readers the look-up. */
  get anyKept(): boolean {
    return this.#kept;
  }

  /** A commit is about to keep versions aside. */
  kept(): void {
    this.#kept = true;
  }

  /** Hold `rev`, the newest one. Undefined when too many exports are open, of this agent or in the isolate, and all of them are being read. */
  open(rev: string, expire: () => void): Pin | undefined {
    const now = Date.now();
    if (this.#open.size >= MAX_PINS) this.#displace(now);
    if (this.#open.size >= MAX_PINS) return undefined;
    // What a dead export left behind must not be taken for this one's.
    if (this.#open.size === 0) this.#sweep();
    const room = readRoom.take(PART_BYTES, PIN_TOTAL);
    if (room === undefined) return undefined;
    const pin: Pin = { rev, opened: now, used: now, expire, room };
    this.#open.add(pin);
    this.#timer ??= setTimeout(() => this.#check(), CHECK_MS);
    return pin;
  }

  /** Let go; doing it twice does no harm. */
  close(pin: Pin): void {
    if (!this.#open.delete(pin)) return;
    pin.room.leave();
    this.#sweep();
    if (this.#open.size > 0) return;
    // A timer that waits keeps the object from going to sleep.
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The object's storage is going: end every export, touch nothing. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pins = [...this.#open];
    this.#open.clear();
    for (const pin of pins) {
      pin.room.leave();
      pin.expire();
    }
  }

  /** End the export that was not read for longest: those who open exports and leave them keep nobody out. */
  #displace(now: number): void {
    const [stalest] = [...this.#open].toSorted((a, b) => a.used - b.used);
    if (stalest === undefined || now - stalest.used < PIN_YIELD) return;
    this.close(stalest);
    stalest.expire();
  }

  #check(): void {
    this.#timer = undefined;
    const now = Date.now();
    for (const pin of this.#open) {
      if (now - pin.used < PIN_IDLE && now - pin.opened < PIN_TOTAL) continue;
      this.close(pin);
      pin.expire();
    }
    if (this.#open.size > 0) this.#timer = setTimeout(() => this.#check(), CHECK_MS);
  }

  /** Delete versions that were superseded at or before the oldest pin. */
  #sweep(): void {
    if (!this.#kept) return;
    let oldest: string | undefined;
    for (const { rev } of this.#open) if (oldest === undefined || rev < oldest) oldest = rev;
    if (oldest === undefined) {
      this.#sql.exec("DELETE FROM node_old");
      this.#sql.exec("DELETE FROM record_old");
      this.#kept = false;
    } else {
      this.#sql.exec("DELETE FROM node_old WHERE until <= ?", oldest);
      this.#sql.exec("DELETE FROM record_old WHERE until <= ?", oldest);
    }
  }
}
