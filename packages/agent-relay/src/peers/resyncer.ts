/**
 * Mends accounts whose chain broke, one at a time: their repository is fetched from the host and verified whole, and a `#sync`
 * tells everybody where it stands now. What came of the account meanwhile was held, and goes on from there.
 *
 * After a hole in the host's stream (its window was shorter than our absence) any account may have missed its last commit.
 * Those that write again show it themselves; of the others the host's listRepos is compared with what is known. One that is not
 * known may have begun meanwhile, and is fetched too, as far as it wrote since. Whether accounts take part is told there as well,
 * and by getRepoStatus, which is asked where a host gives no repository.
 */
import { cidEquals, type Sha256 } from "@rookery/repo";
import { checkRev } from "@rookery/sync";
import { type Account, type Accounts, isUnseen, newAccount } from "./accounts.ts";
import { backoffMs } from "./backoff.ts";
import { readSweep, writeSweep } from "./sweep-place.ts";
import { NO_FAILURES } from "./failures.ts";
import { failedAgain, givenUp } from "./given-up.ts";
import { HostBusyError, HostError, type HostClient } from "./host-client.ts";
import { isAccountDid } from "./identities.ts";
import { BrokenOftenError, NotBelievedError } from "./mend-error.ts";
import { deliverMissed } from "./missed.ts";
import { MissedMail } from "./missed-mail.ts";
import { activeRow, inactiveRow, syncRow, type Outgoing, type Resynced } from "./outgoing.ts";
import type { PeerPorts } from "./peer-api.ts";
import type { PeerStore } from "./peer-row.ts";
import { positionAfter, positionSince } from "./position.ts";
import { Quota } from "./quota.ts";
import { readRepo, RepoError } from "./read-repo.ts";
import type { Serial } from "./serial.ts";
import { MAX_SWEEP_PAGES, RESYNCS_PER_QUARTER, type ResyncLimits } from "./settings.ts";
import type { Verifier } from "./verifier.ts";

/** What mending accounts needs. */
export interface ResyncerOptions {
  storage: DurableObjectStorage;
  peer: PeerStore;
  accounts: Accounts;
  outgoing: Outgoing;
  network: PeerPorts["network"];
  /** Turns of the stream and changes made here exclude each other. */
  serial: Serial;
  limits: ResyncLimits;
  sha256: Sha256;
  client: () => HostClient;
  verifier: () => Verifier;
  isKept: (collection: string) => boolean;
  deliveriesOf: PeerPorts["deliveriesOf"];
  localOf: PeerPorts["localOf"];
  maxAccounts: number;
  /** Deal with what was held of an account; or forget it. */
  release: (did: string) => Promise<void>;
  drop: (did: string) => void;
  now: () => number;
  random: () => number;
}

const QUARTER_MS = 15 * 60_000;

/** See above. */
export class Resyncer {
  readonly #options: ResyncerOptions;
  readonly #quota = new Quota(RESYNCS_PER_QUARTER, QUARTER_MS);
  #sweptPages = 0;
  /** A listRepos that failed is not asked for again before. */
  #sweepFrom = 0;
  #sweepTries = 0;

  constructor(options: ResyncerOptions) {
    this.#options = options;
  }

  /** When there is something to do; undefined when there is nothing. */
  nextDue(): number | undefined {
    const { outgoing, peer, accounts, now } = this.#options;
    if (outgoing.next() !== undefined) return now();
    const account = accounts.nextDue();
    return typeof peer.row?.sweep === "string" ? Math.min(account ?? Infinity, Math.max(now(), this.#sweepFrom)) : account;
  }

  /** One piece of what is due; false when there was none. Throws only what is not the host's fault. */
  async step(): Promise<boolean> {
    const { peer, accounts, serial, now } = this.#options;
    if (await serial.run(() => this.#tell())) return true;
    const [account] = accounts.due(now(), 1);
    if (account === undefined) {
      const sweep = peer.row?.sweep;
      if (typeof sweep !== "string" || this.#sweepFrom > now()) return false;
      await this.#sweep(sweep);
      return true;
    }
    try {
      await (account.desync > 0 ? this.#fetch(account) : this.#compare(account));
    } catch (error) {
      if (!(isRefusal(error) && (await this.#isOff(account.did)))) await this.#postpone(account.did, error);
    }
    return true;
  }

  async #fetch({ did, rev: known, unproven, unanswered }: Account): Promise<void> {
    const { client, sha256, limits, verifier, serial, isKept, peer, network, deliveriesOf, localOf, now } = this.#options;
    if (this.#quota.isSpent(did, now())) return this.#postpone(did, new BrokenOftenError());
    const isDelivered = peer.row?.config.deliver === true;
    const missed = new MissedMail({ did, since: known, delivered: isDelivered ? await network.delivered(did) : [], isKept, deliveriesOf });
    const repo = await readRepo(await client().repo(did), did, sha256, limits, ...(isDelivered ? [missed] : []));
    const future = checkRev(repo.signed.rev, now());
    if (future !== undefined) throw new RepoError(future.message);
    const verified = await verifier().signature(repo.signed);
    if (!verified.ok) throw new NotBelievedError(did, verified.code);
    const { rev, data } = repo.signed;
    // Before the account counts as mended: a crash in between delivers them again, which does no harm.
    const leaveOut = { unproven: unproven >= limits.missedTries, unanswered: unanswered >= 2 * limits.missedTries };
    if (isDelivered) await deliverMissed({ client: client(), verifier: verifier(), sha256, deliveriesOf, network, leaveOut, wait: (ms) => scheduler.wait(ms) }, did, await missed.paths(localOf), missed.gone);
    await serial.run(async () => this.#settle({ did, n: 0, rev, data, commit: repo.commit, block: repo.block, collections: repo.collections, time: new Date(now()).toISOString() }));
    await serial.run(() => this.#tell());
  }

  /** The account goes on from the state that was fetched. */
  async #settle(found: Resynced): Promise<void> {
    const { accounts, outgoing, storage, peer, isKept, release, now } = this.#options;
    const account = accounts.find(found.did);
    if (account === undefined || !account.active || account.desync === 0) return;
    if (found.rev < account.rev) throw new RepoError(`the repository of ${found.did} went back from rev ${account.rev} to ${found.rev}`);
    this.#quota.take(found.did, now());
    const isSame = cidEquals(found.commit, account.commit);
    if (found.rev === account.rev && !isSame) throw new RepoError(`the repository of ${found.did} has two commits of rev ${found.rev}`);
    const { rev, commit, data } = found;
    const carried = account.carried || found.collections.some(isKept);
    const next: Account = { ...account, rev, commit, data, carried };
    const isTold = carried && (!isSame || account.status !== null) && peer.row?.config.carry === true;
    storage.transactionSync(() => {
      // It stays desynchronized, and its events held, until everybody was told.
      if (isTold) outgoing.add({ ...found, n: account.desync });
      accounts.save(isTold ? { ...next, due: now() } : this.#inSync(next));
    });
    if (!isTold) await release(found.did);
  }

  /** Tell the network relay of one resync; false when there is none. */
  async #tell(): Promise<boolean> {
    const { accounts, outgoing, network, storage, peer, release, limits } = this.#options;
    const resynced = outgoing.next();
    const { row } = peer;
    if (resynced === undefined || row === undefined) return false;
    const account = accounts.find(resynced.did);
    if (account?.active !== true) {
      // Told when it is active again, by another resync.
      outgoing.remove(resynced.did);
      return true;
    }
    const taken = await network.ingest({ host: row.config.host, rows: [...(account.status === null ? [] : [activeRow(resynced, row.epoch)]), syncRow(resynced, row.epoch)] });
    if (!taken.ok) {
      console.error({ event: "peer.resync_not_taken", host: row.config.host, did: resynced.did, error: taken.error });
      await scheduler.wait(limits.gapMs);
      throw new Error(`the network relay refused a resync: ${taken.error.message}`);
    }
    storage.transactionSync(() => {
      outgoing.remove(resynced.did);
      accounts.save({ ...this.#inSync(account), told: resynced.n });
    });
    await release(resynced.did);
    return true;
  }

  /** An account under suspicion: did it miss anything? */
  async #compare({ did }: Account): Promise<void> {
    const { client, serial, limits, random } = this.#options;
    const stand = await client().latestCommit(did);
    await serial.run(async () => {
      const { accounts, peer, now } = this.#options;
      const account = accounts.find(did);
      if (account === undefined || !account.active || account.desync > 0 || account.due === null) return;
      if (stand.rev <= account.rev) this.#end(isUnseen(account) ? "forgotten" : { ...account, ...NO_FAILURES, due: null }, did);
      else {
        // A host that says one thing and gives another would have its repository fetched without end.
        const waitMs = account.tries === 0 ? 0 : backoffMs(account.tries, limits.retry, random);
        accounts.save({ ...account, desync: positionSince(peer.row?.cursor ?? 0, account.told), due: now() + waitMs, tries: account.tries + 1 });
      }
    });
  }

  async #sweep(place: string): Promise<void> {
    const { cursor, since } = readSweep(place);
    const { client, serial, peer, accounts, limits, now, storage, random } = this.#options;
    if (cursor === "") this.#sweptPages = 0;
    try {
      const page = await client().listRepos(cursor);
      await serial.run(async () =>
        storage.transactionSync(() => {
          for (const { did, rev, active } of page.repos) {
            const account = accounts.find(did);
            const due = now() + limits.suspicionMs;
            if (account === undefined) this.#suspect(did, rev, since);
            else if (account.active && account.due === null && (rev > account.rev || active === false)) accounts.save({ ...account, due });
            // It came on in the hole: as if its host had said so in the last event that came, or the one after if that was its own, and the directory could not be asked.
            else if (!account.active && active === true) accounts.save({ ...account, active: true, status: account.status ?? "inactive", desync: positionSince(peer.row?.cursor ?? 0, account.told), due });
          }
          this.#sweepTries = 0;
          peer.change({ sweep: ++this.#sweptPages < MAX_SWEEP_PAGES && page.cursor !== undefined ? writeSweep({ cursor: page.cursor, since }) : null });
        }),
      );
    } catch (error) {
      // Accounts that write find out for themselves; the others are compared when the host lists them again.
      this.#sweepFrom = now() + backoffMs(++this.#sweepTries, limits.retry, random);
      peer.change({ error: `listRepos failed after a hole in the stream: ${String(error)}` });
    }
  }

  /** An account that is not known has written since we last heard of its host: it is fetched like one whose chain broke. */
  #suspect(did: string, rev: string, since: string | undefined): void {
    const { accounts, peer, maxAccounts, limits, now } = this.#options;
    const { row } = peer;
    if (row === undefined || since === undefined || rev <= since || !isAccountDid(did) || accounts.count >= maxAccounts) return;
    if (row.config.allowAgents?.includes(did) === false) return;
    accounts.save({ ...newAccount(did), rev: since, desync: positionAfter(row.cursor), due: now() + limits.suspicionMs });
  }

  /** The host does not give a repository: whether it says that the account takes no part. Nobody may have heard that it went off. */
  async #isOff(did: string): Promise<boolean> {
    const { client, verifier, serial, accounts } = this.#options;
    const known = accounts.find(did);
    const standing = await client().standing(did).catch(() => undefined);
    if (standing?.active !== false) return false;
    const lives = await verifier().lives(did);
    if (!lives.ok && lives.code !== "NoDocument" && lives.code !== "Unresolvable") return false;
    await serial.run(async () => {
      // What the stream has said of it meanwhile is newer; it is still due, and asked about again.
      if (accounts.find(did)?.due === known?.due && accounts.find(did)?.status === known?.status) await this.#switchOff(did, standing.status);
    });
    return true;
  }

  async #switchOff(did: string, status: string | null): Promise<void> {
    const { accounts, peer, network, now, release } = this.#options;
    const account = accounts.find(did);
    const { row } = peer;
    if (account?.active !== true || row === undefined) return;
    const place = positionSince(row.cursor, account.told);
    // Nobody was told that one with a status came on.
    const isTold = account.carried && row.config.carry && account.status === null;
    if (isTold) {
      const taken = await network.ingest({ host: row.config.host, rows: [inactiveRow({ did, n: place, time: new Date(now()).toISOString() }, status, row.epoch)] });
      if (!taken.ok) throw new Error(`the network relay refused that ${did} is off: ${taken.error.message}`);
    }
    this.#end(isUnseen(account) ? "forgotten" : { ...account, ...NO_FAILURES, active: false, status, desync: account.desync > 0 ? place : 0, told: isTold ? place : account.told, due: null }, did);
    await release(did);
  }

  async #postpone(did: string, error: unknown): Promise<void> {
    const { serial, accounts, peer, limits, now, random, release, drop } = this.#options;
    await serial.run(async () => {
      const known = accounts.find(did);
      if (known === undefined || known.due === null) return;
      const account = { ...known, ...failedAgain(known, error) };
      const message = error instanceof HostError || error instanceof RepoError ? error.message : String(error);
      const end = givenUp(account, error, limits);
      if (end !== undefined) {
        console.warn({ event: "peer.account_given_up", host: peer.row?.config.host, did, error: message });
        this.#end(end, did);
        return end === "forgotten" ? drop(did) : release(did);
      }
      accounts.save({ ...account, due: now() + backoffMs(account.tries, limits.retry, random) });
      peer.change({ error: `${did} cannot be resynchronized: ${message}` });
    });
  }

  /** An account is not looked into any more. */
  #end(end: Account | "forgotten", did: string): void {
    const { storage, accounts } = this.#options;
    storage.transactionSync(() => (end === "forgotten" ? accounts.remove(did) : accounts.save(end)));
  }

  /** Mended. What was held meanwhile may have been lost (held.ts), and an account that writes no more would never show it: it is compared once. */
  #inSync(account: Account): Account {
    const { now, limits } = this.#options;
    // Pauses do not begin anew before that: a host may say one thing and give another.
    return { ...account, ...NO_FAILURES, tries: account.tries, status: null, desync: 0, due: now() + limits.suspicionMs };
  }
}

/** Whether the host has answered, and said no. */
const isRefusal = (error: unknown): boolean => error instanceof HostError && !(error instanceof HostBusyError) && error.status !== undefined && error.status >= 400 && error.status < 500;
