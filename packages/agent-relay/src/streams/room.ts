import { TOTAL_BUFFERED_BYTES } from "../settings.ts";

/**
 * What may be put into sockets in one turn. A socket holds `cap` bytes; an empty one may take a payload beyond that, or large ones
 * would never come through, as long as all sockets together do not hold too much: a commit of 2 MB must not be in memory for
 * each of a thousand readers.
 */
export class Room {
  readonly #cap: number;
  readonly #unreadOfAll: () => number;
  /** Bytes beyond caps that are still possible; reckoned when the first is asked for, since that looks at every socket. */
  #left: number | undefined;

  /** @param unreadOfAll bytes that wait in all sockets now. */
  constructor(cap: number, unreadOfAll: () => number) {
    this.#cap = cap;
    this.#unreadOfAll = unreadOfAll;
  }

  /** Whether `bytes` more may go into a socket in which `unread` wait. */
  has(unread: number, bytes: number): boolean {
    if (unread + bytes <= this.#cap) return true;
    if (unread > 0) return false;
    this.#left ??= TOTAL_BUFFERED_BYTES - this.#unreadOfAll();
    return bytes <= this.#left;
  }

  /** The same, and they will go: what is beyond the cap is gone for the others. */
  grants(unread: number, bytes: number): boolean {
    if (!this.has(unread, bytes)) return false;
    if (this.#left !== undefined && bytes > this.#cap) this.#left -= bytes;
    return true;
  }
}
