import { decodeData, encodeData } from "@rookery/envelope";
import type { Decision } from "@rookery/messaging";
import { idsOf, readPlace, writePlace } from "../store/mail.ts";
import { MAX_ENTRY_BYTES, type Vault } from "../vault/vault.ts";

const KIND = "mail";

/** What is kept of a message that was looked at. */
export interface Letter {
  sealed: boolean;
  /** It is sealed and did not open. */
  unopened?: boolean;
  /** As its author wrote it; absent where that is what the inbox has. */
  record?: Record<string, unknown>;
  decision?: Decision;
}

/** What was not worth a row: plain, and accepted as what it is. */
const PLAIN: Letter = { sealed: false, decision: { disposition: "accepted" } };

/** Opened messages, by their id in the inbox. In the vault: beside it there is ciphertext only. */
export class Mail {
  readonly #sql: SqlStorage;
  readonly #vault: Vault;

  constructor(sql: SqlStorage, vault: Vault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  /** Of a message that was looked at. */
  get(id: number): Letter {
    const data = this.#vault.get(KIND, String(id));
    return data === undefined ? PLAIN : letterOf(data);
  }

  put(id: number, letter: Letter): void {
    const { sealed, decision, unopened } = letter;
    if (!sealed && unopened !== true && decision?.disposition === "accepted" && decision.task === undefined) return;
    this.#vault.put(KIND, String(id), dataOf(letter));
  }

  /** The newest message at an at-uri, if one was looked at and opened. */
  at(author: string, path: string): Letter | undefined {
    const id = idsOf(this.#sql, author, path).at(-1);
    return id === undefined ? undefined : this.get(id);
  }

  /** Its author has taken a record back: what was opened of it goes. */
  forget(author: string, path: string): void {
    for (const id of idsOf(this.#sql, author, path)) {
      const { record: _, ...letter } = this.get(id);
      this.put(id, { ...letter, decision: { ...letter.decision, disposition: "refused", reason: "its author has taken it back" } });
    }
  }

  /** Nothing opened is kept any more: what is in the inbox is as it came. */
  clear(): void {
    const place = readPlace(this.#sql);
    this.#vault.clear(KIND);
    writePlace(this.#sql, { ...place, from: place.through + 1 });
  }

  /** Drop what is kept, from `from` on, of messages that left the inbox: those before `oldest`. Returns from where on it is kept now. */
  trim(from: number, oldest: number): number {
    for (let id = from; id < oldest; id++) this.#vault.delete(KIND, String(id));
    return Math.max(from, oldest);
  }
}

const BRACE = 0x7b;

/** DAG-CBOR where JSON makes too much of it: six letters of a control character. */
const dataOf = (letter: Letter): Uint8Array => {
  const text = JSON.stringify(letter);
  const data = new TextEncoder().encode(text);
  return data.length <= MAX_ENTRY_BYTES ? data : encodeData(JSON.parse(text));
};

/** JSON: every message is kept once and read at least once, and that is a fraction of what DAG-CBOR costs, as which earlier ones were kept. Our own writing (named boundary). */
const letterOf = (data: Uint8Array): Letter => (data[0] === BRACE ? JSON.parse(new TextDecoder().decode(data)) : decodeData(data)) as Letter;
