import { nothingTaken, type Taken } from "../account-turn.ts";
import type { LogSlice } from "../relay-api.ts";
import { FOLLOW_RETRY_MAX_MS, FOLLOW_RETRY_MS, FOLLOW_SLICE_BYTES, FOLLOW_SLICE_ROWS } from "../settings.ts";
import { compareAccounts } from "./comparison.ts";
import { takeRows, type NetworkStores } from "./ingest-batch.ts";
import type { CarriedRow, NetworkPorts } from "./network-api.ts";
import { ownRow } from "./own-row.ts";

/** What the follower needs of the object it runs in. */
export interface FollowerContext extends NetworkPorts {
  stores: NetworkStores;
  sql: SqlStorage;
  /** Run a transaction over the stores. */
  transaction: <T>(run: () => T) => T;
  publish: (taken: Taken, now: number) => void;
  now: () => number;
  /** Have `catchUp` called at this time or sooner. */
  schedule: (due: number) => void;
  /** Called inside each transaction, after its last statement: crash tests throw here. */
  beforeCommit: () => void;
}

type Place = { seq: number; epoch: number; owed: number };

/**
 * Follows the colony's log into the network's: own accounts' events, under new seqs. The place reached is kept in the same
 * transaction as the events, so a crash neither loses nor repeats any.
 *
 * Where the log has a hole before that place's next event (it was pruned further than it was followed, or went back to a
 * backup) nothing is passed over in silence: it is said in the log, and every account is compared with where it stands now.
 * Those that have moved on get a `#sync`, which tells consumers to fetch the repository.
 */
export class Follower {
  readonly #context: FollowerContext;
  #place: Place;
  #running: Promise<void> | undefined;
  #again = false;
  /** Accounts that could not be compared are not tried before. */
  #compareFrom = 0;
  /** Comparisons in a row that had to leave accounts out. */
  #incomplete = 0;
  /** Why it did not get to the log's end the last time. */
  error: string | undefined;

  constructor(context: FollowerContext) {
    this.#context = context;
    this.#place = this.#read();
  }

  /** Seq in the colony's log up to which it was followed. */
  get through(): number {
    return this.#place.seq;
  }

  /** When accounts that could not be compared are tried again; undefined when there are none. */
  get comparisonDue(): number | undefined {
    return this.#place.owed === 1 ? this.#compareFrom : undefined;
  }

  /** Take everything that the colony's log holds at the moment of this call. One run serves all who ask. Rejects when it cannot be read. */
  catchUp(): Promise<void> {
    this.#again = true;
    this.#running ??= Promise.resolve().then(() => this.#run());
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      if (this.#place.owed === 1 && this.#context.now() >= this.#compareFrom) await this.#compare(this.#place);
      while (this.#again) {
        // Whoever asks from here on is not served by the read that begins now.
        this.#again = false;
        await this.#readOn();
      }
      this.error = undefined;
    } catch (error) {
      this.error = String(error);
      this.#again = false;
      console.error({ event: "network.follow_failed", after: this.#place.seq, error: this.error });
      throw error;
    } finally {
      // In the turn that looked for the last time whether anybody asked.
      this.#running = undefined;
    }
  }

  /** Read to the end of the log as it is told by the first answer. */
  async #readOn(): Promise<void> {
    for (;;) {
      const after = this.#place.seq;
      const slice = await this.#context.colony.readLog({ after, rows: FOLLOW_SLICE_ROWS, bytes: FOLLOW_SLICE_BYTES });
      if (slice.wentBackTo !== undefined) await this.#wentBack(slice.wentBackTo);
      else if (slice.prunedThrough > after) await this.#missed(slice);
      else {
        this.#take(slice.frames);
        if (slice.frames.length === 0 || this.#place.seq >= slice.lastSeq) return;
      }
    }
  }

  /** The place is always one of an event: the log's end may be a seq that was never given out, and says nothing (seq-gaps.ts). */
  #take(frames: LogSlice["frames"]): void {
    const last = frames.at(-1);
    if (last === undefined) return;
    const { epoch } = this.#place;
    this.#commit({ ...this.#place, seq: last.seq }, (taken, now) => {
      takeRows(this.#context.stores, "", frames.map(({ frame }) => ownRow(frame, epoch)), taken, now);
    });
  }

  async #missed({ prunedThrough }: LogSlice): Promise<void> {
    const { seq } = this.#place;
    if (seq > 0) console.error({ event: "network.follow_hole", after: seq, prunedThrough });
    await this.#compare({ ...this.#place, seq: prunedThrough });
  }

  async #wentBack(seq: number): Promise<void> {
    console.error({ event: "network.follow_went_back", after: this.#place.seq, to: seq });
    // A new epoch: positions that were taken may come again with other events, if the clock went back too.
    await this.#compare({ ...this.#place, seq, epoch: this.#place.epoch + 1 });
  }

  /** Bring every own account up to where it stands now, then go on from `place`. Events that come again after that are known by their rev. */
  async #compare(place: Place): Promise<void> {
    const { stores, now, schedule } = this.#context;
    this.#save({ ...this.#place, owed: 1 });
    const { repos } = stores.sequencer;
    const failed = await compareAccounts({ ...this.#context, find: (did) => repos.find(did), ownAccounts: () => repos.own(), state: (did, rows) => this.#state(did, rows) });
    this.#save({ ...place, owed: failed > 0 ? 1 : 0 });
    this.#incomplete = failed > 0 ? this.#incomplete + 1 : 0;
    if (failed === 0) return;
    this.#compareFrom = now() + Math.min(FOLLOW_RETRY_MS * 2 ** (this.#incomplete - 1), FOLLOW_RETRY_MAX_MS);
    schedule(this.#compareFrom);
  }

  /** Events that no outbox made: the account's position stays what it was. */
  #state(did: string, rows: CarriedRow[]): void {
    this.#commit(this.#place, (taken, now) => {
      const turn = this.#context.stores.sequencer.turn(did, "", taken);
      const { epoch, n } = turn.repo;
      for (const row of rows) turn.append({ ...row, epoch, n }, now);
      turn.amend({ host: "", n, carried: true });
      turn.finish();
    });
  }

  #commit(place: Place, take: (taken: Taken, now: number) => void): void {
    const { transaction, publish, now, beforeCommit } = this.#context;
    const at = now();
    const taken = nothingTaken();
    transaction(() => {
      take(taken, at);
      this.#write(place);
      beforeCommit();
    });
    this.#place = place;
    publish(taken, at);
  }

  #save(place: Place): void {
    this.#write(place);
    this.#place = place;
  }

  #write({ seq, epoch, owed }: Place): void {
    this.#context.sql.exec("UPDATE follow SET seq = ?, epoch = ?, owed = ?", seq, epoch, owed);
  }

  #read(): Place {
    return this.#context.sql.exec<Place>("SELECT seq, epoch, owed FROM follow").one();
  }
}
