import { MAX_TAKEN } from "./settings.ts";

/** What was handed on, and for whom: a record that comes again is not fetched again, and a delete of one is worth a look. */
export class Taken {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** CID and recipients of the record at a path; undefined when nothing was taken from there. */
  at(author: string, path: string): { cid: string; to: string[] | "all" } | undefined {
    const [row] = this.#sql.exec<{ cid: string; recipients: string }>("SELECT cid, recipients FROM taken WHERE author = ? AND path = ?", author, path).toArray();
    return row === undefined ? undefined : { cid: row.cid, to: row.recipients === "all" ? "all" : row.recipients.split(" ") };
  }

  note(author: string, path: string, cid: string, to: string[] | "all"): void {
    this.#sql.exec("INSERT OR REPLACE INTO taken (author, path, cid, recipients) VALUES (?, ?, ?, ?)", author, path, cid, to === "all" ? to : to.join(" "));
    this.#sql.exec("DELETE FROM taken WHERE id <= (SELECT MAX(id) FROM taken) - ?", MAX_TAKEN);
  }

  forget(author: string, path: string): void {
    this.#sql.exec("DELETE FROM taken WHERE author = ? AND path = ?", author, path);
  }
}
