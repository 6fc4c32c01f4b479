/**
 * Records and blobs of this account that the moderator took down: nobody is shown them, though the repository keeps its records,
 * since its tree is signed with them in it. A record is meant by its path, whatever it says by then; the takedown of one that its
 * owner deletes goes with it. A blob is meant by its CID, which cannot be uploaded again.
 */
export class TakenDown {
  readonly #sql: SqlStorage;
  /** Whether anything may be: nearly all accounts have nothing, and reads and writes pay nothing for it. */
  #any: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#any = sql.exec("SELECT 1 FROM taken_down LIMIT 1").toArray().length > 0;
  }

  /** False when nothing of this account is taken down. */
  get any(): boolean {
    return this.#any;
  }

  /** @param subject `collection/rkey` of a record, or the CID of a blob as a string. */
  has(subject: string): boolean {
    return this.#any && this.refOf(subject) !== undefined;
  }

  /** What the moderator refers to; undefined when the subject was not taken down. */
  refOf(subject: string): string | undefined {
    return this.#sql.exec<{ ref: string }>("SELECT ref FROM taken_down WHERE subject = ?", subject).toArray()[0]?.ref;
  }

  /** Take down, or with null put back. */
  set(subject: string, ref: string | null): void {
    if (ref === null) return this.forget(subject);
    this.#sql.exec("INSERT INTO taken_down (subject, ref) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET ref = excluded.ref", subject, ref);
    this.#any = true;
  }

  /** The subject is gone. Inside the transaction of the commit that deletes it. */
  forget(subject: string): void {
    if (this.#any) this.#sql.exec("DELETE FROM taken_down WHERE subject = ?", subject);
  }

  /** Records that are not in the repository any more are gone, whatever took them away. Inside the transaction that did. */
  forgetMissing(): void {
    if (this.#any) this.#sql.exec("DELETE FROM taken_down WHERE instr(subject, '/') > 0 AND NOT EXISTS (SELECT 1 FROM record_key WHERE key = subject)");
  }
}
