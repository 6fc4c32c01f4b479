import { cidKey, cidToString } from "@rookery/repo";
import { decodeFrame, type StreamMessage } from "@rookery/sync";
import type { AccountState } from "./chain-store.ts";
import { FutureCursorError, type FirehoseEvent, type Reason } from "./events.ts";
import { eventsOf } from "./events-of.ts";
import { Follower } from "./follower.ts";
import { mend } from "./mend.ts";
import { streamUrl, type FollowOptions } from "./options.ts";
import { changeOf } from "./record-value.ts";
import { judgeCommit, judgeSync, type Verdict } from "./verdict.ts";

/** See {@link followFirehose}. */
export interface FirehoseOptions extends FollowOptions {
  /** Fetch accounts that are first seen in the middle of their history, instead of beginning with the commit that was seen. */
  backfill?: boolean;
}

const PATH = "/xrpc/com.atproto.sync.subscribeRepos";

/**
 * Follow the firehose of a host or relay and believe nothing: every commit is verified (signature, limits, tree undone to the
 * one before) and has to follow from the one before it; where one does not, or events are missing, the repository is fetched
 * from its own host and verified whole. Filters choose what is told, not what is verified.
 *
 * ```ts
 * for await (const event of followFirehose({ url: "https://colony.example.com", cursor: { load, save } })) {
 *   if (event.kind === "commit") for (const op of event.ops) console.log(op.action, op.uri, op.value);
 * }
 * ```
 *
 * Asking for the next event says that the one before was handled: only then its place is kept. An event that was being handled
 * when the process died comes again (at least once); with a durable `chains` nothing else does of an
 * account that was seen to write. Leaving the loop, or aborting `signal`, closes the stream. It connects again by itself, from
 * where it was, whatever happens to the connection.
 *
 * @throws FutureCursorError when the host does not know the cursor; TypeError for a URL that is none; what the stores throw.
 */
export async function* followFirehose(options: FirehoseOptions): AsyncGenerator<FirehoseEvent, void, void> {
  const url = streamUrl(options.url, PATH);
  const follower = new Follower(options, (cursor) => {
    if (cursor === undefined) url.searchParams.delete("cursor");
    else url.searchParams.set("cursor", String(cursor));
    return url.href;
  });
  const reader = new FirehoseReader(follower, options);
  yield* eventsOf(follower, (message) => reader.read(message));
}

/** What one frame leads to. */
class FirehoseReader {
  readonly #follower: Follower;
  readonly #backfill: boolean;
  /** Place at which a frame was that could not be read: it is asked for once more, the wire may have damaged it. */
  #damagedAt: number | undefined;

  constructor(follower: Follower, { backfill = false }: FirehoseOptions) {
    this.#follower = follower;
    this.#backfill = backfill;
  }

  /** What one message of the stream leads to. */
  async *read(raw: Uint8Array | string): AsyncGenerator<FirehoseEvent, void, void> {
    const follower = this.#follower;
    const frame = typeof raw === "string" ? { kind: "malformed" as const, message: "a text among binary frames" } : decodeFrame(raw);
    switch (frame.kind) {
      case "message":
        yield* this.#message(frame);
        return;
      case "error":
        if (frame.error === "FutureCursor") throw new FutureCursorError(follower.cursor ?? 0, frame.message ?? "");
        follower.complain(`the host ends the stream: ${frame.error} ${frame.message ?? ""}`);
        follower.reconnect(frame.error === "ConsumerTooSlow");
        return;
      case "malformed":
        if (follower.cursor !== undefined && this.#damagedAt !== follower.cursor) {
          this.#damagedAt = follower.cursor;
          follower.complain(`a frame after ${follower.cursor} cannot be read: ${frame.message}`);
          follower.reconnect(true);
          return;
        }
        yield { kind: "refused", seq: undefined, did: undefined, reason: { code: "Malformed", message: frame.message } };
        return;
      case "unknown":
        return;
    }
  }

  async *#message(message: StreamMessage): AsyncGenerator<FirehoseEvent, void, void> {
    const follower = this.#follower;
    if (message.t === "#info") {
      if (message.body.name === "OutdatedCursor") yield* this.#gap(message.body.message ?? "");
      return;
    }
    const { seq } = message.body;
    const did = message.t === "#commit" ? message.body.repo : message.body.did;
    // The seq of what was not verified is not believed either: it might point into the far future.
    const verified = !follower.follows(did) || (yield* this.#event(message, did, await follower.chains.get(did)));
    if (verified) await follower.handled(seq);
  }

  /** Whether the event was verified. */
  async *#event(message: Exclude<StreamMessage, { t: "#info" }>, did: string, state: AccountState | undefined): AsyncGenerator<FirehoseEvent, boolean, void> {
    const { chains, keys, resync } = this.#follower;
    if (message.t === "#commit" || message.t === "#sync") {
      // What comes while an account waits to be fetched is in what will be fetched.
      if (state?.desynchronized !== undefined && resync.waits(did)) return false;
      return yield* this.#judged(message, did, state);
    }
    const { seq, time } = message.body;
    // Commits are told apart by their revs. Events of another account may come late without harm, since each has its own chain.
    if (state !== undefined && seq <= state.seq) return true;
    const after: AccountState = { ...state, seq };
    switch (message.t) {
      case "#identity":
        keys.forget(did);
        yield { kind: "identity", seq, did, time, ...(message.body.handle === undefined ? {} : { handle: message.body.handle }) };
        break;
      case "#account": {
        const { active, status } = message.body;
        yield { kind: "account", seq, did, time, active, ...(status === undefined ? {} : { status }) };
        // The last two are about the mirror that is followed, not about the account.
        if (active || status === "desynchronized" || status === "throttled") delete after.inactive;
        else after.inactive = status ?? "inactive";
      }
    }
    // Nobody signs these: accounts that were never seen to write would push those out that were.
    if (state !== undefined) await chains.set(did, after);
    return true;
  }

  async *#judged(message: Extract<StreamMessage, { t: "#commit" | "#sync" }>, did: string, state: AccountState | undefined): AsyncGenerator<FirehoseEvent, boolean, void> {
    const follower = this.#follower;
    const { seq } = message.body;
    const after: AccountState = { ...state, seq: Math.max(state?.seq ?? 0, seq) };
    const settings = { keys: follower.keys, sha256: follower.sha256, now: follower.now, backfill: this.#backfill };
    const verdict = message.t === "#commit" ? await judgeCommit(message.body, state, settings) : await judgeSync(message.body, state, settings);
    switch (verdict.kind) {
      case "repeat":
        return false;
      case "refused":
        yield { kind: "refused", seq, did, reason: verdict.reason };
        if (verdict.fetch && follower.resync.suspect(did, verdict.reason)) yield* mend(follower, did, state, { ...state, seq: state?.seq ?? follower.cursor ?? 0 }, verdict.reason);
        return false;
      case "broken":
        yield* mend(this.#follower, did, state, after, verdict.reason, verdict.rev);
        return true;
      case "accepted":
        yield* this.#commit(verdict, message.body.time, after);
        return true;
    }
  }

  async *#commit({ checked }: Extract<Verdict, { kind: "accepted" }>, time: string, after: AccountState): AsyncGenerator<FirehoseEvent, void, void> {
    const { did, rev, since, ops, blocks } = checked;
    const { wants, chains, filtered, resync } = this.#follower;
    const commit = cidToString(checked.commit);
    const wanted = ops.filter(({ path }) => wants(path.slice(0, path.indexOf("/"))));
    if (wanted.length > 0 || !filtered) {
      const changes = wanted.map((op) => changeOf(did, op, op.cid === null ? undefined : blocks.get(cidKey(op.cid))));
      yield { kind: "commit", seq: after.seq, did, rev, since, commit, time, ops: changes };
    }
    delete after.desynchronized;
    resync.forget(did);
    await chains.set(did, { ...after, rev, commit, data: cidToString(checked.data) });
  }

  /** Events are missing: every account that is known may have gone on, and is asked about at its host. */
  async *#gap(message: string): AsyncGenerator<FirehoseEvent, void, void> {
    const { chains, cursor = 0 } = this.#follower;
    yield { kind: "gap", cursor, message };
    const reason: Reason = { code: "Gap", message: `events after ${cursor} are gone from the host's window` };
    for await (const [did, state] of chains.entries()) {
      if (!this.#follower.follows(did) || state.rev === undefined) continue;
      yield* mend(this.#follower, did, state, { ...state }, reason);
    }
  }
}
