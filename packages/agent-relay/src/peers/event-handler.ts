/**
 * One event of one account: what it changes and what of it is passed on. Events of an account must be given one after
 * another; those of different accounts may be given at the same time.
 *
 *   commit    verified, and in its place in the account's chain; otherwise refused. One that is sound and does not fit means
 *             that we missed something: the account is desynchronized, and what follows is held until its repository was
 *             fetched (resyncer.ts). One that was refused for what may pass makes the account be compared a while later.
 *   sync      verified; a state that is not the known one is fetched.
 *   account   believed of the host where the account lives.
 *   identity  passed on without a handle: nobody verified it here.
 */
import { cidEquals, cidToString, isTid } from "@rookery/repo";
import { chainFailure, encodeIdentityFrame, isDatetime, templateOf, type AccountBody, type ChainState, type CheckedCommit, type CommitBody, type FrameTemplate, type SyncBody } from "@rookery/sync";
import type { CarriedRow } from "../network/network-api.ts";
import { type Account, isAccountStatus, newAccount } from "./accounts.ts";
import { collectionFilter, collectionOf } from "./collections.ts";
import { NO_FAILURES } from "./failures.ts";
import type { Held } from "./held.ts";
import { isAccountDid } from "./identities.ts";
import type { PeerConfig, PeerPorts } from "./peer-api.ts";
import { positionAfter, positionOf } from "./position.ts";
import { Quota } from "./quota.ts";
import { IDENTITY_EVENTS_PER_MINUTE } from "./settings.ts";
import type { Standing } from "./standing.ts";
import type { StreamItem } from "./stream-item.ts";
import type { Turn } from "./turn.ts";
import type { RefusalCode, Verifier } from "./verifier.ts";

/** What the handler works with. `config` and `epoch` are those of the moment. */
export interface HandlerOptions {
  verifier: Verifier;
  held: Held;
  standing: Standing;
  config: PeerConfig;
  epoch: number;
  maxAccounts: number;
  /** How long after a doubtful refusal an account is compared. */
  suspicionMs: number;
  deliveriesOf: PeerPorts["deliveriesOf"];
  now: () => number;
}

/** Commits refused for these are signed, as far as one can tell, but too large or without their proof: the repository itself says what they did. */
const FETCH_INSTEAD = new Set<RefusalCode>(["TooLarge", "TooManyOps", "Deprecated", "BadBlocks", "MissingRecord", "InversionFailed", "PrevDataMismatch", "Unresolvable"]);

/**
 * What may pass: the directory, or a copy of it, may tell of an account, its key or its host after they were used, and clocks differ.
 * Nobody sends this commit again, and the account may write no more.
 */
const COMPARE_LATER = new Set<RefusalCode>(["BadSignature", "UnknownKey", "NoDocument", "WrongHost", "FutureRev"]);

/** An account is on where its document says that it lives, and that may be told a moment later than the host says so. */
const MAY_LIVE_HERE = new Set<RefusalCode>(["Unresolvable", "NoDocument", "WrongHost"]);

/** See above. */
export class EventHandler {
  readonly #options: HandlerOptions;
  readonly #isKept: (collection: string) => boolean;
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #identityQuota = new Quota(IDENTITY_EVENTS_PER_MINUTE, 60_000);

  constructor(options: HandlerOptions) {
    const { collections, allowAgents } = options.config;
    this.#options = options;
    this.#isKept = collectionFilter(collections);
    this.#allowed = allowAgents === undefined ? undefined : new Set(allowAgents);
  }

  /** Whether an NSID is among the collections that are kept. */
  isKept(collection: string): boolean {
    return this.#isKept(collection);
  }

  async handle(turn: Turn, item: StreamItem): Promise<void> {
    try {
      await this.#handle(turn, item);
    } catch (error) {
      // A frame with unknown fields too deep to be passed on (templateOf); nothing was changed by then.
      if (!(error instanceof RangeError)) throw error;
      turn.refuse("Malformed", item.did);
    }
  }

  async #handle(turn: Turn, item: StreamItem): Promise<void> {
    const { did, message } = item;
    if (!isAccountDid(did)) return turn.refuse("BadDid");
    // The admin chose; nothing of the others counts in any way.
    if (this.#allowed?.has(did) === false) return;
    if (!isDatetime(message.body.time)) return turn.refuse("BadTime", did);
    const account = turn.find(did);
    if (message.t === "#account" && !message.body.active) return this.#deactivated(turn, item, message.body, account);
    if (account !== undefined && account.active && account.desync > 0) {
      this.#options.held.add(did, item);
      return;
    }
    if ((message.t === "#commit" || message.t === "#sync") && this.#isSpent(turn, did, account)) return turn.refuse("TooMany", did);
    if (message.t === "#commit") return this.#commit(turn, item, message.body, account);
    if (message.t === "#sync") return this.#sync(turn, item, message.body, account);
    // Of an account without a repository there is nothing to tell yet.
    if (account === undefined) return;
    if (message.t === "#account") return this.#activated(turn, item, account);
    if (!this.#identityQuota.take(did, this.#options.now())) return turn.refuse("TooMany", did);
    this.#options.verifier.doubt(did);
    this.#pass(turn, item, account, encodeIdentityFrame({ did, time: message.body.time }));
    if (!account.active) turn.put({ ...account, told: Math.max(account.told, positionOf(item.seq)) });
  }

  async #commit(turn: Turn, item: StreamItem, body: CommitBody, account: Account | undefined): Promise<void> {
    const { did } = item;
    if (account?.active === false) return turn.refuse("Inactive", did);
    if (account !== undefined && body.rev <= account.rev) return turn.refuse("RevOrder", did);
    if (this.#isFull(turn, account)) return turn.refuse("AccountLimit", did);
    const verified = await this.#options.verifier.commit(body);
    if (!verified.ok) {
      turn.refuse(verified.code, did);
      if (account !== undefined && FETCH_INSTEAD.has(verified.code)) this.#desynchronize(turn, item, account);
      else if (COMPARE_LATER.has(verified.code)) this.#suspect(turn, account ?? unseen(body));
      // The first that is heard of an account may be all that it writes.
      else if (verified.code === "Unresolvable") this.#desynchronize(turn, item, unseen(body));
      return;
    }
    const commit = verified.value;
    // Once more: others came in while this one was verified.
    if (this.#isFull(turn, account)) return turn.refuse("AccountLimit", did);
    const broken = account === undefined ? undefined : chainFailure(account, commit);
    if (account !== undefined && broken !== undefined) {
      turn.refuse(broken.code, did);
      return this.#desynchronize(turn, item, account);
    }
    const written = writtenCollections(commit);
    const carried = account?.carried === true || touchedCollections(commit).some((collection) => this.#isKept(collection));
    const next = { ...(account ?? newAccount(did)), rev: commit.rev, commit: commit.commit, data: commit.data, carried, due: null, ...NO_FAILURES };
    const { config, deliveriesOf } = this.#options;
    const deliveries = config.deliver ? deliveriesOf(commit) : [];
    this.#pass(turn, item, next, templateOf(item.frame), { ...stateFields(next), ...(written.length > 0 ? { collections: written } : {}), ...(deliveries.length > 0 ? { deliveries } : {}) });
    turn.put(next);
  }

  async #sync(turn: Turn, item: StreamItem, body: SyncBody, account: Account | undefined): Promise<void> {
    const { did } = item;
    if (account?.active === false) return turn.refuse("Inactive", did);
    if (this.#isFull(turn, account)) return turn.refuse("AccountLimit", did);
    if (account !== undefined && body.rev < account.rev) return turn.refuse("RevOrder", did);
    const verified = await this.#options.verifier.sync(body);
    if (!verified.ok) {
      turn.refuse(verified.code, did);
      if (account !== undefined && COMPARE_LATER.has(verified.code)) this.#suspect(turn, account);
      return;
    }
    if (this.#isFull(turn, account)) return turn.refuse("AccountLimit", did);
    const { state } = verified.value;
    if (account === undefined) {
      turn.accepted++;
      return turn.put({ ...newAccount(did), ...state });
    }
    if (state.rev > account.rev) {
      turn.accepted++;
      return this.#desynchronize(turn, item, account);
    }
    if (!cidEquals(state.commit, account.commit)) return turn.refuse("ChainBroken", did);
    const next = { ...account, due: null };
    this.#pass(turn, item, next, templateOf(item.frame), stateFields(next));
    turn.put(next);
  }

  /** Also of an account whose document is gone, since that is what deleting may do, or cannot be had; but only for one that was seen living here. */
  async #deactivated(turn: Turn, item: StreamItem, body: AccountBody, account: Account | undefined): Promise<void> {
    if (account === undefined) return;
    const lives = await this.#options.verifier.lives(item.did);
    if (!lives.ok && lives.code !== "NoDocument" && lives.code !== "Unresolvable") return turn.refuse(lives.code, item.did);
    this.#options.held.take(item.did);
    const status = body.status ?? null;
    const desync = account.desync > 0 ? positionAfter(item.seq) : 0;
    const next: Account = { ...account, ...NO_FAILURES, active: false, status, desync, told: Math.max(account.told, positionOf(item.seq)), due: null };
    this.#pass(turn, item, next, templateOf(item.frame), { active: false, ...(isAccountStatus(status) ? { status } : {}) });
    turn.put(next);
  }

  async #activated(turn: Turn, item: StreamItem, account: Account): Promise<void> {
    const lives = await this.#options.verifier.lives(item.did);
    // The directory may be down or late, and no host says this twice: what follows is held until the repository could be fetched and verified.
    if (!lives.ok && MAY_LIVE_HERE.has(lives.code) && !account.active) {
      if (lives.code !== "Unresolvable") turn.refuse(lives.code, item.did);
      return turn.put({ ...account, active: true, status: account.status ?? "inactive", desync: positionAfter(item.seq), due: this.#options.now() });
    }
    if (!lives.ok) return turn.refuse(lives.code, item.did);
    const again = account.desync > 0;
    const next: Account = { ...account, active: true, status: null, desync: again ? positionAfter(item.seq) : 0, due: again ? this.#options.now() : account.due };
    this.#pass(turn, item, next, templateOf(item.frame), { active: true });
    turn.put(next);
    // What it wrote while it was off here was refused.
    if (!account.active) this.#suspect(turn, next);
  }

  /** Whether nothing is looked into that is said of an account. What it missed is found out afterwards. */
  #isSpent(turn: Turn, did: string, account: Account | undefined): boolean {
    const until = this.#options.standing.spentUntil(did, this.#options.now());
    if (until === undefined) return false;
    if (account !== undefined && account.due === null) turn.put({ ...account, due: until });
    return true;
  }

  /** Whether there is no room for an account that is not known yet. */
  #isFull(turn: Turn, account: Account | undefined): boolean {
    return account === undefined && turn.count >= this.#options.maxAccounts;
  }

  #desynchronize(turn: Turn, item: StreamItem, account: Account): void {
    // Fetched at once, also where a comparison was due later; how often that is done, and what follows failures, is the resyncer's.
    turn.put({ ...account, desync: positionAfter(item.seq), due: this.#options.now() });
  }

  /** The host is asked after a while whether the account missed anything. */
  #suspect(turn: Turn, account: Account): void {
    if (account.due === null) turn.put({ ...account, due: this.#options.now() + this.#options.suspicionMs });
  }

  #pass(turn: Turn, item: StreamItem, account: Account, template: FrameTemplate, fields: Partial<CarriedRow> = {}): void {
    turn.accepted++;
    const { config, epoch } = this.#options;
    const carry = config.carry && account.carried;
    if (!carry && fields.deliveries === undefined) return;
    const { did, seq, message } = item;
    const { frame, seqAt } = template;
    turn.rows.push({ ...fields, did, epoch, n: positionOf(seq), kind: KINDS[message.t], time: message.body.time, frame, seqAt, carry });
  }
}

/** One of which nothing was believed yet: what it has written since before this commit is looked for. */
const unseen = ({ repo, since, rev }: CommitBody): Account => ({ ...newAccount(repo), rev: since !== null && isTid(since) && since < rev ? since : "" });

const KINDS = { "#commit": "commit", "#sync": "sync", "#identity": "identity", "#account": "account" } as const;

const stateFields = ({ rev, commit, data }: ChainState) => ({ rev, head: cidToString(commit), data: cidToString(data) });

const touchedCollections = ({ ops }: CheckedCommit): string[] => [...new Set(ops.map(({ path }) => collectionOf(path)))];

const writtenCollections = ({ ops }: CheckedCommit): string[] => [...new Set(ops.filter(({ action }) => action !== "delete").map(({ path }) => collectionOf(path)))];
