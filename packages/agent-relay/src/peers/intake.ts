/**
 * The way of a host's events into the network relay, a turn at a time:
 *
 *   1. messages are read, and put in the order of their seqs;
 *   2. each account's events are handled one after another, those of different accounts side by side;
 *   3. what is passed on goes to the network relay;
 *   4. when it has that, cursor, accounts and counters go to disk in one transaction, with the note that accounts are to be compared
 *      when the stream has a hole.
 *
 * A crash or failure before 4 leaves everything as it was: the host is asked again from the stored cursor, and the network
 * relay leaves out what it has.
 */
import { tidOf } from "@rookery/repo";
import { ok, type Outcome } from "@rookery/sync";
import type { Accounts } from "./accounts.ts";
import type { Received } from "./connection.ts";
import type { EventHandler } from "./event-handler.ts";
import type { Held } from "./held.ts";
import type { PeerPorts } from "./peer-api.ts";
import type { PeerStore } from "./peer-row.ts";
import { seqOf } from "./position.ts";
import { HOLE_MARGIN_MS } from "./settings.ts";
import { writeSweep } from "./sweep-place.ts";
import { isOffence, type Standing } from "./standing.ts";
import { readMessage, type StreamItem } from "./stream-item.ts";
import { Turn } from "./turn.ts";

/** Where crash tests may stop the object. */
export type PeerFaultPoint = "peer.ingest" | "peer.ingested" | "peer.transaction" | "peer.committed";

/** What the intake reads and changes. */
export interface IntakeStores {
  storage: DurableObjectStorage;
  peer: PeerStore;
  accounts: Accounts;
  held: Held;
  standing: Standing;
  network: PeerPorts["network"];
  now: () => number;
  fault: (point: PeerFaultPoint) => void;
}

/** What a turn's messages said about the stream itself, in order. */
export type Notice = { kind: "info"; name: string; message: string } | { kind: "error"; error: string; message: string };

/** How far a turn of the stream gets, and whether the host says that events before it are gone. */
interface Progress {
  cursor: number;
  hasHole: boolean;
}

/** See above. One turn at a time. */
export class Intake {
  readonly #stores: IntakeStores;
  /** Highest seq read from the socket. */
  #seq = 0;
  #lagMs: number | undefined;

  constructor(stores: IntakeStores) {
    this.#stores = stores;
  }

  /** Age of the last event of a socket when it was dealt with, as far as its host says when it was; undefined before the first. */
  get lagMs(): number | undefined {
    return this.#lagMs;
  }

  /** A new socket, which goes on after this seq. */
  begin(cursor: number): void {
    this.#seq = cursor;
  }

  /** Deal with messages of the socket. An error is the network relay's, and nothing was changed. */
  async take(handler: EventHandler, messages: Received[]): Promise<Outcome<Notice[]>> {
    const turn = new Turn(this.#stores.accounts);
    const notices: Notice[] = [];
    const items: StreamItem[] = [];
    for (const message of messages) {
      const reading = readMessage(message);
      if (reading.kind === "refused") turn.refuse(reading.code);
      else if (reading.kind === "info" || reading.kind === "error") notices.push(reading);
      else {
        const seq = reading.kind === "item" ? reading.item.seq : reading.seq;
        if (seq === undefined) continue;
        if (seq <= this.#seq) {
          turn.refuse("SeqOrder");
          continue;
        }
        this.#seq = seq;
        if (reading.kind === "item") items.push(reading.item);
      }
    }
    const done = await this.#run(handler, turn, items, { cursor: this.#seq, hasHole: notices.some(isHole) });
    if (!done.ok) return done;
    const age = this.#stores.now() - Date.parse(items.at(-1)?.message.body.time ?? "");
    if (!Number.isNaN(age)) this.#lagMs = Math.max(0, age);
    return ok(notices);
  }

  /** Deal with an account's events that were held: the cursor is past them. */
  async release(handler: EventHandler, did: string): Promise<Outcome<null>> {
    const items = this.#stores.held.take(did);
    if (items.length === 0) return ok(null);
    const turn = new Turn(this.#stores.accounts);
    return this.#run(handler, turn, items, undefined);
  }

  /** Forget what memory believes: a turn was given up, or its transaction rolled back. */
  reload(): void {
    this.#stores.accounts.reload();
    this.#stores.peer.reload();
    this.#stores.held.clear();
  }

  async #run(handler: EventHandler, turn: Turn, items: StreamItem[], progress: Progress | undefined): Promise<Outcome<null>> {
    let isDone = false;
    try {
      await handleAll(handler, turn, items);
      const done = await this.#finish(turn, progress);
      isDone = done.ok;
      return done;
    } finally {
      if (!isDone) this.reload();
    }
  }

  async #finish(turn: Turn, progress: Progress | undefined): Promise<Outcome<null>> {
    const { network, peer, storage, fault } = this.#stores;
    const host = peer.row?.config.host ?? "";
    fault("peer.ingest");
    if (turn.rows.length > 0) {
      // Accounts were handled side by side; as the host had them, a reader meets what belongs together.
      const rows = turn.rows.toSorted((a, b) => a.n - b.n);
      const taken = await network.ingest({ host, rows, seq: seqOf(rows.at(-1)?.n ?? 0) });
      if (!taken.ok) return taken;
    }
    fault("peer.ingested");
    storage.transactionSync(() => this.#commit(turn, progress));
    fault("peer.committed");
    this.#judge(turn);
    return ok(null);
  }

  #commit(turn: Turn, progress: Progress | undefined): void {
    const { accounts, peer, now, fault } = this.#stores;
    for (const account of turn.changed) accounts.save(account);
    peer.refuse(turn.refused);
    const accepted = (peer.row?.accepted ?? 0) + turn.accepted;
    const place = progress === undefined ? {} : { cursor: progress.cursor, lastEventAt: now() };
    peer.change({ accepted, ...place, ...(progress?.hasHole === true && accounts.count > 0 ? { sweep: writeSweep({ cursor: "", since: this.#heardAt() }) } : {}) });
    fault("peer.transaction");
  }

  /** Up to where we have heard of the host for sure; undefined when we never did. */
  #heardAt(): string | undefined {
    const { lastEventAt } = this.#stores.peer.row ?? {};
    return typeof lastEventAt === "number" ? tidOf(Math.max(0, lastEventAt - HOLE_MARGIN_MS) * 1_000, 0) : undefined;
  }

  #judge(turn: Turn): void {
    const { standing, now } = this.#stores;
    const at = now();
    standing.good(turn.accepted, at);
    for (const { code, did } of turn.refusals) if (isOffence(code, did)) standing.bad(at, did);
  }
}

const isHole = (notice: Notice): boolean => notice.kind === "info" && notice.name === "OutdatedCursor";

async function handleAll(handler: EventHandler, turn: Turn, items: StreamItem[]): Promise<void> {
  const accounts = [...Map.groupBy(items, ({ did }) => did).values()];
  await Promise.all(
    accounts.map(async (own) => {
      for (const item of own) await handler.handle(turn, item);
    }),
  );
}
