import { DurableObject } from "cloudflare:workers";
import { cidToString } from "@rookery/repo";
import { type Outcome, type OutboxRow, type XrpcFault, fail, ok } from "@rookery/sync";
import type {
  AccountApi, AccountView, BlobRow, InboxMessage, ListRecordsInput, ProvisionInput, RepoHead, SessionGrant, StoredRecord, WriteRequest, WriteResult,
} from "./agent-api.ts";
import { accountView, announceBirth, announceByAlarm, announceDeletion, setCredential, statusOf } from "./account.ts";
import { exportRepo } from "./export/export.ts";
import { makeFirstKeys } from "./keys/first-keys.ts";
import { KeyUnavailableError } from "./keys/wrap.ts";
import type { AgentPorts, SourceName } from "./ports.ts";
import { proofOf } from "./proofs.ts";
import { provision } from "./provision.ts";
import { schemaVersion } from "./schema.ts";
import { createSession, deleteSession, refreshSession, startSession } from "./sessions/sessions.ts";
import { barOf } from "./standing/standing.ts";
import { shownRecords } from "./standing/shown-records.ts";
import { type AgentState, openState } from "./state.ts";
import { readRecord, type RecordRow } from "./store/records.ts";
import type { Writer } from "./write/writer.ts";

/** One account: repository, sessions, inbox. The door to its rooms: nothing is decided here. An object that was never provisioned writes nothing. */
export abstract class AccountObject<Env> extends DurableObject<Env> implements AccountApi {
  #awake: { state: AgentState } | undefined;

  /** What the object is given of the world. */
  protected abstract ports(): AgentPorts;

  async provision(input: ProvisionInput): Promise<Outcome<RepoHead>> {
    const made = await this.#provision(input, true);
    if (!made.ok) return made;
    return this.with(async (state) => {
      // One that was there before may have been left before the relay knew it.
      if (made.value !== undefined || state.outbox.waiting > 0) await announceBirth(state);
      return ok(headOf(state));
    });
  }

  async provisionUntold(input: ProvisionInput): Promise<Outcome<OutboxRow[]>> {
    const made = await this.#provision(input, false);
    if (!made.ok) return made;
    const { value: untold } = made;
    // Not opened only for this: it is opened by whoever uses it first.
    return untold === undefined ? this.with(({ outbox }) => ok(outbox.unsent())) : ok(untold);
  }

  /** What the relay is to be told of a new account; nothing of one that was there before, which only gets its credential. */
  async #provision(input: ProvisionInput, isOpenedNow: boolean): Promise<Outcome<OutboxRow[] | undefined>> {
    // Made before anything is looked at: while they are made, another call may bring the account into being.
    const keys = input.keys === "hosted" && schemaVersion(this.ctx.storage.sql) === 0 ? await makeFirstKeys(input.did, Date.now()) : undefined;
    const awake = this.#wake();
    if (awake !== undefined) {
      const { state } = awake;
      if (state.account.did !== input.did) return fail(400, "InvalidRequest", `This object is ${state.account.did}, not ${input.did}`);
      setCredential(state, input.passwordHash);
      return ok(undefined);
    }
    try {
      return ok(provision(this.ctx.storage, this.ports(), input, keys, isOpenedNow));
    } catch (error) {
      if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
      throw error;
    }
  }

  announceByAlarm(): Promise<Outcome<null>> {
    return this.with((state) => ok(announceByAlarm(state)));
  }

  setCredential({ passwordHash }: { passwordHash: string }): Promise<Outcome<null>> {
    return this.with((state) => ok(setCredential(state, passwordHash)));
  }

  getAccount(): Promise<Outcome<AccountView>> {
    return this.with((state) => ok(accountView(state)));
  }

  createSession(input: { password: string; ip?: string; by?: "name" | "mail"; allowTakendown?: boolean }): Promise<Outcome<SessionGrant>> {
    return this.with((state) => createSession(state, input));
  }

  startSession(): Promise<Outcome<SessionGrant>> {
    return this.with((state) => startSession(state));
  }

  refreshSession(input: { id: string }): Promise<Outcome<SessionGrant>> {
    return this.with((state) => refreshSession(state, input));
  }

  deleteSession(input: { id: string }): Promise<Outcome<null>> {
    return this.with((state) => {
      deleteSession(state, input);
      return ok(null);
    });
  }

  write(input: WriteRequest): Promise<Outcome<WriteResult>> {
    return this.with((state, writer) => writer.write(input, state.tasks.outgoing.noting(input.ops)));
  }

  getRecord({ collection, rkey, cid }: { collection: string; rkey: string; cid?: string }): Promise<Outcome<StoredRecord>> {
    return this.with((state) => {
      const { sql, account, takenDown } = state;
      if (account.status !== null) return inactive(state);
      const key = `${collection}/${rkey}`;
      const row = takenDown.has(key) ? undefined : readRecord(sql, key);
      const record = row && storedRecord(row);
      if (record === undefined || (cid !== undefined && record.cid !== cid))
        return fail(400, "RecordNotFound", `Could not locate record: at://${account.did}/${collection}/${rkey}`);
      return ok(record);
    });
  }

  listRecords(input: ListRecordsInput): Promise<Outcome<{ records: StoredRecord[]; cursor?: string }>> {
    return this.with((state) => {
      if (state.account.status !== null) return inactive(state);
      const records = shownRecords(state, input).map(storedRecord);
      const last = records.at(-1);
      return ok(last === undefined ? { records } : { records, cursor: last.rkey });
    });
  }

  reserveBlob({ key }: { key: string }): Promise<Outcome<null>> {
    return this.asOwner(({ account, blobs }) => (account.status === "deleted" ? NOT_FOUND : blobs.reserve(key)));
  }

  discardBlob({ key }: { key: string }): Promise<Outcome<null>> {
    return this.with(({ blobs }) => {
      blobs.discard(key);
      return ok(null);
    });
  }

  putBlob(input: BlobRow): Promise<Outcome<null>> {
    return this.with(({ account, blobs }) => {
      // An account that is going takes no more: its objects in R2 may have been collected already.
      if (account.status === "deleted") return NOT_FOUND;
      const barred = barOf(account);
      return barred === undefined ? blobs.put(input) : { ok: false, error: barred };
    });
  }

  blobSizes({ collection, rkey, cids }: { collection: string; rkey: string; cids: string[] }): Promise<Outcome<number[] | null>> {
    return this.with(({ tree, blobs }) => (tree.get(`${collection}/${rkey}`) === null ? ok(null) : blobs.sizes(cids)));
  }

  getHead(): Promise<Outcome<RepoHead>> {
    return this.with((state) => ok(headOf(state)));
  }

  getStatus(): ReturnType<AccountApi["getStatus"]> {
    return this.with((state) => ok(statusOf(state)));
  }

  exportRepo({ since }: { since?: string }): Promise<Outcome<ReadableStream<Uint8Array>>> {
    return this.with((state) => exportRepo(state, since));
  }

  getProof({ collection, rkey }: { collection: string; rkey: string }): Promise<Outcome<Uint8Array>> {
    return this.with((state) => ok(proofOf(state, `${collection}/${rkey}`)));
  }

  async wake(input: { source?: SourceName } = {}): Promise<void> {
    await this.#wake()?.state.inbox.wake(input.source);
  }

  listInbox(input: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<{ messages: InboxMessage[]; cursor?: string }>> {
    return this.asReader(({ inbox }) => inbox.list(input));
  }

  announceDeletion(): Promise<Outcome<null>> {
    return this.with((state) => announceDeletion(state));
  }

  takeBlobKeys({ limit }: { limit: number }): Promise<Outcome<string[]>> {
    return this.with(({ blobs }) => ok(blobs.take(limit)));
  }

  async erase(): Promise<void> {
    if (schemaVersion(this.ctx.storage.sql) === 0) return;
    const { state } = this.#awake ?? {};
    this.#awake = undefined;
    state?.pins.abandon();
    state?.imports.abandon();
    state?.inbox.abandon();
    state?.tasks.inbox.abandon();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const state = this.#wake()?.state;
    if (state === undefined) return;
    await state.scheduler.run(Date.now(), (job, tries) => state[job].job(tries));
  }

  /** The agent, or undefined when it was never provisioned. Reads only, unless its schema must be brought up to date. */
  #wake(): { state: AgentState } | undefined {
    if (this.#awake === undefined && schemaVersion(this.ctx.storage.sql) > 0) {
      this.#awake = { state: openState(this.ctx.storage, this.ports(), this.ctx) };
    }
    return this.#awake;
  }

  /** Run `then` on the awake agent; the outcome `RepoNotFound` when there is none. */
  protected async with<T>(then: (state: AgentState, writer: Writer) => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
    const awake = this.#wake();
    if (awake === undefined) return NOT_FOUND;
    return then(awake.state, awake.state.writer);
  }

  /** As `with`, for what its owner does: refused while the moderator has put the account aside, whatever the door knew. */
  protected async asOwner<T>(then: (state: AgentState) => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.with((state) => {
      const barred = barOf(state.account);
      return barred === undefined ? then(state) : { ok: false, error: barred };
    });
  }

  /** As `asOwner`, for reads that may wait: what came meanwhile is judged by how the account stands then. */
  protected async asReader<T>(then: (state: AgentState) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.asOwner(async (state) => {
      const read = await then(state);
      const barred = barOf(state.account);
      return barred === undefined ? read : { ok: false, error: barred };
    });
  }
}

const NOT_FOUND: { ok: false; error: XrpcFault } = fail(400, "RepoNotFound", "There is no account here");

/** The words of com.atproto.repo.* for an account that does not take part: it is as if there were none. */
const inactive = ({ account }: AgentState) => fail(400, "InvalidRequest", `Could not find repo: ${account.did}`);

const headOf = ({ account, head }: AgentState): RepoHead => ({ did: account.did, cid: cidToString(head.cid), rev: head.rev });

function storedRecord({ key, cid, data }: RecordRow): StoredRecord {
  const slash = key.indexOf("/");
  return { collection: key.slice(0, slash), rkey: key.slice(slash + 1), cid: cidToString(cid), bytes: data };
}
