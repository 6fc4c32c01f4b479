import { base64Decode } from "@rookery/repo";
import type { AccountState } from "./chain-store.ts";
import type { JetstreamFollowEvent, Reason } from "./events.ts";
import { eventsOf } from "./events-of.ts";
import { Follower } from "./follower.ts";
import { readJetstream, type JetstreamMessage, type JetstreamOp } from "./jetstream-message.ts";
import { mend } from "./mend.ts";
import { streamUrl, type FollowOptions } from "./options.ts";
import { prove } from "./prove.ts";
import { judgeSync } from "./verdict.ts";

/** See {@link followJetstream}. Cursors are microseconds since 1970. */
export interface JetstreamOptions extends FollowOptions {
  /** `proof` (default): each record is proven by its author's own host. `none`: the stream is believed. */
  verify?: "proof" | "none";
}

const KINDS = ["commit", "identity", "account", "sync"];

/**
 * Follow a Jetstream (version 1, `/subscribe`). A Jetstream signs nothing, so each record is proven by its author's own host
 * before it is told (com.atproto.sync.getRecord, down from the author's signature).
 *
 * Where the server tells of `prevRev` (this project's do, also of commits of which the filter leaves nothing), each account's
 * commits form a chain: a commit that went missing on the way is noticed, and the repository fetched and verified instead. That
 * catches loss; a server that lies about revs can still withhold records, and who must exclude that follows the firehose.
 *
 * ```ts
 * for await (const event of followJetstream({ url: "https://colony.example.com", collections: ["agent.comms.*"], cursor: { load, save } })) {
 *   if (event.kind === "record") console.log(event.action, event.uri, event.value);
 * }
 * ```
 *
 * Place, end and repetition are as with followFirehose. @throws TypeError for a URL that is none; what the stores throw.
 */
export async function* followJetstream(options: JetstreamOptions): AsyncGenerator<JetstreamFollowEvent, void, void> {
  const url = streamUrl(options.url, "/subscribe");
  for (const collection of options.collections ?? []) url.searchParams.append("wantedCollections", collection);
  for (const did of options.dids ?? []) url.searchParams.append("wantedDids", did);
  for (const kind of KINDS) url.searchParams.append("kinds", kind);
  url.searchParams.set("prevRev", "chain");
  const follower = new Follower(options, (cursor) => {
    if (cursor !== undefined) url.searchParams.set("cursor", String(cursor));
    return url.href;
  });
  const reader = new JetstreamReader(follower, options.verify ?? "proof");
  yield* eventsOf(follower, (message) => reader.read(message));
}

type Commit = Extract<JetstreamMessage, { kind: "commit" }>;

/** What one message leads to. */
class JetstreamReader {
  readonly #follower: Follower;
  readonly #verify: "proof" | "none";

  constructor(follower: Follower, verify: "proof" | "none") {
    this.#follower = follower;
    this.#verify = verify;
  }

  async *read(raw: Uint8Array | string): AsyncGenerator<JetstreamFollowEvent, void, void> {
    const follower = this.#follower;
    const message = typeof raw === "string" ? readJetstream(raw) : { kind: "malformed" as const, message: "bytes among texts" };
    if (message.kind === "malformed") {
      yield { kind: "refused", cursor: undefined, did: undefined, reason: { code: "Malformed", message: message.message } };
      return;
    }
    const { did, us } = message;
    if (follower.follows(did)) {
      const state = await follower.chains.get(did);
      // Times are unique and in order: what is not later than the account's last was had already.
      if (state === undefined || us > state.seq) yield* this.#event(message, state);
    }
    await follower.handled(us);
  }

  async *#event(message: Exclude<JetstreamMessage, { kind: "malformed" }>, state: AccountState | undefined): AsyncGenerator<JetstreamFollowEvent, void, void> {
    const { chains, keys } = this.#follower;
    const { did, us: cursor } = message;
    const after: AccountState = { ...state, seq: cursor };
    switch (message.kind) {
      case "commit":
        yield* this.#commit(message, state, after);
        return;
      case "sync":
        yield* this.#sync(message, state, after);
        return;
      case "identity":
        keys.forget(did);
        yield { kind: "identity", cursor, did, time: message.time, ...(message.handle === undefined ? {} : { handle: message.handle }) };
        break;
      case "account":
        yield { kind: "account", cursor, did, time: message.time, active: message.active, ...(message.status === undefined ? {} : { status: message.status }) };
        if (message.active) delete after.inactive;
        else after.inactive = message.status ?? "inactive";
        break;
      case "unknown":
        return;
    }
    // Nobody signs these: accounts that were never seen to write would push those out that were.
    if (state !== undefined) await chains.set(did, after);
  }

  async *#commit({ did, rev, prevRev, op }: Commit, state: AccountState | undefined, after: AccountState): AsyncGenerator<JetstreamFollowEvent, void, void> {
    const { chains, resync } = this.#follower;
    if (state?.desynchronized !== undefined && resync.waits(did)) return;
    // Covered by what was fetched since.
    if (state?.rev !== undefined && (rev < state.rev || (rev === state.rev && state.commit !== undefined))) {
      await chains.set(did, after);
      return;
    }
    const broken = state?.desynchronized !== undefined || state?.gone === true || (state?.rev !== undefined && prevRev !== undefined && rev !== state.rev && prevRev !== state.rev);
    if (broken) {
      yield* this.#mend(did, state, after, { code: "SinceMismatch", message: `prevRev ${prevRev}, the rev before was ${state?.rev}` }, rev);
      return;
    }
    if (op !== undefined) {
      const told = this.#verify === "none" ? toldOf(did, rev, op, after.seq, op.value) : await this.#proven(did, rev, op, after.seq);
      if (told === undefined || "unavailable" in told) {
        yield* this.#mend(did, state, after, { code: "Unresolvable", message: told?.unavailable ?? "" }, rev);
        return;
      }
      yield told;
      if (told.kind === "refused") {
        // What the author really did is still to be told.
        yield* this.#mend(did, state, after, told.reason, rev);
        return;
      }
    }
    // A Jetstream does not say which commit and tree a rev is.
    const { commit: _commit, data: _data, ...rest } = after;
    await chains.set(did, { ...rest, rev });
  }

  async #proven(did: string, rev: string, op: JetstreamOp, cursor: number): Promise<JetstreamFollowEvent | { unavailable: string }> {
    const { keys, sha256, fetch, signal } = this.#follower;
    const proven = await prove(did, rev, op, { keys, sha256, fetch, signal });
    switch (proven.kind) {
      case "proven":
        return toldOf(did, rev, op, cursor, proven.value);
      case "superseded":
        return { kind: "superseded", cursor, did, uri: `at://${did}/${op.collection}/${op.rkey}`, cid: op.cid, rev: proven.rev };
      case "disproven":
        return { kind: "refused", cursor, did, reason: { code: "FieldMismatch", message: proven.message } };
      case "unavailable":
        return { unavailable: proven.message };
    }
  }

  async *#sync({ did, rev, time, blocks }: Extract<JetstreamMessage, { kind: "sync" }>, state: AccountState | undefined, after: AccountState): AsyncGenerator<JetstreamFollowEvent, void, void> {
    const { keys, sha256, now, chains } = this.#follower;
    const bytes = base64Decode(blocks) ?? new Uint8Array();
    const verdict = await judgeSync({ did, rev, time, blocks: bytes }, state, { keys, sha256, now, backfill: false });
    if (verdict.kind === "refused") yield { kind: "refused", cursor: after.seq, did, reason: verdict.reason };
    if (verdict.kind === "broken") yield* this.#mend(did, state, after, verdict.reason, verdict.rev);
    else await chains.set(did, after);
  }

  #mend(did: string, state: AccountState | undefined, after: AccountState, reason: Reason, atLeast: string): AsyncGenerator<JetstreamFollowEvent, void, void> {
    return mend(this.#follower, did, state, after, reason, this.#verify === "none" ? undefined : atLeast);
  }
}

const toldOf = (did: string, rev: string, { action, collection, rkey, cid }: JetstreamOp, cursor: number, value: Record<string, unknown> | undefined): JetstreamFollowEvent => ({
  kind: "record", cursor, did, rev, action, uri: `at://${did}/${collection}/${rkey}`, collection, rkey, cid, ...(value === undefined ? {} : { value }),
});
