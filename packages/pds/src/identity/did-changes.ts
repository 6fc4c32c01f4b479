import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { type DidChange, type DidChangeRow, deleteDidChange, putDidChange, readDidChange } from "../store/did-change.ts";
import { deleteSecret, putSecret, readSecret } from "../store/secret.ts";
import { DID_CHANGE_RETRY_FIRST, DID_CHANGE_RETRY_LAST, DID_CHANGE_ROUNDS, DID_DOCUMENT_LOOK, POSTED_LIFE, WRITES_WAIT } from "./limits.ts";
import { takeSigningKey } from "./take-signing-key.ts";

/** Name among the agent's secrets, which a rotation of the master key covers. */
const NEXT_KEY = "signing-next";

/** `done`: the document and the account agree. `waiting`: it is written down and goes on by itself. */
export type DidChangeState = "done" | "waiting";

/**
 * Changes of the account's DID document, one at a time (`state.didChanges`, job "identity").
 *
 * Order: the new key is on disk before the directory hears of it, since a document that names a key which nobody has would be
 * the end of the account. Then it is noted that something may have been posted, and from there on until the directory says what
 * it has, nothing is signed: writes wait, and are refused when that takes long, because neither key might be the right one.
 * Last, one transaction takes the new key. A crash at any point leaves a row, and the job goes on from what the directory says.
 */
export class DidChanges {
  readonly #state: AgentState;
  #row: DidChangeRow | undefined;
  #running: Promise<Outcome<DidChangeState>> | undefined;
  #holding: ReturnType<typeof setTimeout> | undefined;
  /** They have waited long enough. */
  #isLate = false;

  constructor(state: AgentState) {
    this.#state = state;
    this.#row = readDidChange(state.sql);
    if (this.#isUncertain) this.#resume();
  }

  /** The change that is under way. */
  get current(): DidChangeRow | undefined {
    return this.#row;
  }

  /** Why nothing may be signed now. */
  get refusal(): XrpcFault | undefined {
    return this.#running !== undefined && !this.#isLate ? undefined : this.uncertainty;
  }

  /** Why nothing may be signed now, by those who do not wait in the queue of writes. */
  get uncertainty(): XrpcFault | undefined {
    if (!this.#isUncertain) return undefined;
    return { status: 503, name: "SigningKeyUncertain", message: `The signing key of ${this.#state.account.did} is being rotated, and the directory has not said yet which one it has: try again in a moment` };
  }

  /**
   * Begin a change, or go on with the one that is under way when it is the same; of a signing key that is any, unless `exactly` that
   * key is meant. @param wrapped the private half of a new signing key.
   * Errors: `DidChangeUnderWay` (409) when another one is; what the directory refuses.
   */
  async begin(change: DidChange, { wrapped, exactly = false }: { wrapped?: Uint8Array; exactly?: boolean } = {}): Promise<Outcome<DidChangeState>> {
    const under = this.#row;
    if (under !== undefined && !isSame(under.change, change, exactly)) return fail(409, "DidChangeUnderWay", `Another change of ${this.#state.account.did} is under way: its ${under.change.kind}`);
    if (under === undefined) {
      const { storage, sql, scheduler, ports } = this.#state;
      const row: DidChangeRow = { change, step: "planned", began: Date.now(), posted: null, reason: null };
      storage.transactionSync(() => {
        if (wrapped !== undefined) putSecret(sql, NEXT_KEY, wrapped);
        putDidChange(sql, row);
        scheduler.ensure("identity", Date.now() + DID_CHANGE_RETRY_FIRST);
      });
      this.#row = row;
      await storage.sync();
      faultPoint(ports.fault, "identity.planned");
    }
    return this.run();
  }

  /** Bring it as far as it goes now. Errors: what the directory refused, and the change is given up. */
  run(): Promise<Outcome<DidChangeState>> {
    return (this.#running ??= this.#advance().finally(() => {
      this.#running = undefined;
      // What is still uncertain refuses; what is not lets those that wait go on.
      this.#release();
    }));
  }

  /** The alarm's turn. */
  async job(tries: number): Promise<JobResult> {
    if (this.#row === undefined) return undefined;
    const done = await this.run();
    if (this.#row === undefined) return undefined;
    if (done.ok && this.#row.step === "planned" && this.#row.reason === null) return { again: DID_DOCUMENT_LOOK };
    return { again: Math.min(DID_CHANGE_RETRY_LAST, DID_CHANGE_RETRY_FIRST * 2 ** Math.min(tries, 16)) };
  }

  get #isUncertain(): boolean {
    return this.#row?.step === "posting" && this.#row.change.kind === "signing-key";
  }

  /** Writes wait, for a while: then they are refused, and whoever sent them knows. */
  #hold(): void {
    if (this.#holding !== undefined) return;
    this.#state.writer.hold();
    const late = setTimeout(() => {
      this.#isLate = true;
      this.#state.writer.release();
    }, WRITES_WAIT);
    this.#holding = late;
  }

  #release(): void {
    clearTimeout(this.#holding);
    this.#holding = undefined;
    this.#isLate = false;
    this.#state.writer.release();
  }

  /** The object woke in the middle: settled before the first write. */
  #resume(): void {
    this.#hold();
    void this.run().catch((error: unknown) => console.error(JSON.stringify({ event: "did-change-failed", did: this.#state.account.did, error: String(error) })));
  }

  async #advance(): Promise<Outcome<DidChangeState>> {
    for (let round = 0; round < DID_CHANGE_ROUNDS; round++) {
      const row = this.#row;
      if (row === undefined) return ok("done");
      if (this.#state.account.status === "deleted") return this.#give(row);
      if (row.step === "settling") return this.#settle(row);
      if (this.#isUncertain) this.#hold();
      const next = await this.#step(row);
      if (next !== "again") return next;
    }
    return this.#later("the DID was changed by others meanwhile, again and again");
  }

  async #step(row: DidChangeRow): Promise<Outcome<DidChangeState> | "again"> {
    const { account, ports } = this.#state;
    const standing = await ports.directory.look(account.did, row.change);
    if (!standing.ok) return standing.error.status < 500 ? this.#refused(standing.error) : this.#later(standing.error.message);
    if (standing.value === "there" || standing.value === "ours") return this.#take(row);
    if (standing.value === "theirs") return this.#wait(row);
    await this.#note({ ...row, step: "posting", posted: Date.now(), reason: null });
    if (this.#isUncertain) this.#hold();
    faultPoint(ports.fault, "identity.before-post");
    const posted = await ports.directory.post(account.did, row.change);
    faultPoint(ports.fault, "identity.after-post");
    if (posted.ok || (posted.error.status >= 500 && posted.error.name !== "PlcBusy")) return "again";
    // This one will have no effect; one before may still have.
    await this.#note({ ...row, reason: posted.error.message });
    return posted.error.status < 500 ? this.#refused(posted.error) : this.#later(posted.error.message);
  }

  /** The directory says so: so does the account. */
  async #take(row: DidChangeRow): Promise<Outcome<DidChangeState> | "again"> {
    const { storage, sql, ports } = this.#state;
    if (row.change.kind === "recovery-key") return this.#give(row);
    const wrapped = readSecret(sql, NEXT_KEY);
    if (wrapped === undefined) throw new Error(`the new signing key of ${this.#state.account.did} is gone`);
    const settling: DidChangeRow = { ...row, step: "settling", reason: null };
    takeSigningKey(this.#state, wrapped, () => {
      deleteSecret(sql, NEXT_KEY);
      putDidChange(sql, settling);
    });
    this.#row = settling;
    this.#release();
    await storage.sync();
    faultPoint(ports.fault, "identity.taken");
    return "again";
  }

  async #settle(row: DidChangeRow): Promise<Outcome<DidChangeState>> {
    const { account, ports } = this.#state;
    try {
      await ports.directory.keepSigningKey(account.did, account.signingKey);
    } catch (error) {
      return this.#later(`the registry cannot be told: ${String(error)}`);
    }
    faultPoint(ports.fault, "identity.told");
    return this.#give(row);
  }

  /** There is nothing more to do. */
  async #give(row: DidChangeRow): Promise<Outcome<DidChangeState>> {
    const { storage, sql } = this.#state;
    storage.transactionSync(() => {
      if (row.change.kind === "signing-key") deleteSecret(sql, NEXT_KEY);
      deleteDidChange(sql);
    });
    this.#row = undefined;
    await storage.sync();
    return ok("done");
  }

  /** Refused for good, unless something that was posted before may still be taken: then its key is kept, and it is looked at again. */
  async #refused(error: XrpcFault): Promise<Outcome<DidChangeState>> {
    const row = this.#row;
    if (row === undefined) return ok("done");
    if (row.posted !== null && Date.now() - row.posted < POSTED_LIFE) return this.#later(error.message);
    await this.#give(row);
    return { ok: false, error };
  }

  async #wait(row: DidChangeRow): Promise<Outcome<DidChangeState>> {
    await this.#note({ ...row, step: "planned", reason: null });
    return ok("waiting");
  }

  async #later(reason: string): Promise<Outcome<DidChangeState>> {
    if (this.#row !== undefined) await this.#note({ ...this.#row, reason });
    console.error(JSON.stringify({ event: "did-change-waits", did: this.#state.account.did, reason }));
    return ok("waiting");
  }

  async #note(row: DidChangeRow): Promise<void> {
    const { storage, sql, scheduler } = this.#state;
    storage.transactionSync(() => {
      putDidChange(sql, row);
      scheduler.ensure("identity", Date.now() + DID_CHANGE_RETRY_FIRST);
    });
    this.#row = row;
    await storage.sync();
  }
}

const isSame = (under: DidChange, asked: DidChange, exactly: boolean): boolean => {
  if (under.kind === "signing-key") return asked.kind === "signing-key" && (!exactly || under.add === asked.add);
  return asked.kind === "recovery-key" && under.add === asked.add && under.remove === asked.remove;
};
