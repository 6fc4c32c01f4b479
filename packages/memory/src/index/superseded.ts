import { hash53 } from "../text/hash.ts";
import { TRUSTED } from "../limits.ts";
import { timeOfTid } from "../record/tid.ts";
import { OWN, type Entry } from "./entry.ts";

/** Who has the place of a memory, and since when. */
export interface Successor {
  path: string;
  /** Milliseconds since 1970. */
  at: number;
  /** It is a summary of it. */
  condensed: boolean;
  /** When that was written down: what moved aside tells it by its record key, since what it moved for is told anew again and again. */
  written: number;
}

type Linked = Pick<Entry, "path" | "time" | "created" | "validTo" | "trust" | "links">;

/** Which memories have been superseded or condensed, by whom: told by the records themselves, older or newer. */
export class Superseded {
  readonly #successors = new Map<number, { from: number; successor: Successor }[]>();
  readonly #told = new Map<number, number[]>();

  /** What a memory says of itself and others. A stranger's words take nobody's place. */
  add(entry: Linked): void {
    const { path, links, trust, time, created } = entry;
    if (links === undefined) return;
    if (links.supersededBy !== undefined) this.#link(path, path, { path: links.supersededBy, at: entry.validTo, condensed: false, written: timeOfTid(path.slice(path.indexOf("/") + 1)) ?? entry.validTo });
    if (trust !== OWN && trust < TRUSTED) return;
    if (links.supersedes !== undefined) this.#link(path, links.supersedes, { path, at: time, condensed: false, written: created });
    // One object for all of them: there may be many thousands.
    const summary: Successor = { path, at: time, condensed: true, written: created };
    for (const source of links.sources ?? []) this.#link(path, source, summary);
  }

  /** Forget what a memory said. */
  remove(path: string): void {
    const from = hash53(path);
    for (const older of this.#told.get(from) ?? []) {
      const left = (this.#successors.get(older) ?? []).filter((row) => row.from !== from);
      if (left.length === 0) this.#successors.delete(older);
      else this.#successors.set(older, left);
    }
    this.#told.delete(from);
  }

  /** By hash53 of the path. The earliest, when there are several. */
  of(pathHash: number): Successor | undefined {
    return this.#successors.get(pathHash)?.[0]?.successor;
  }

  /** All of them: a memory may have been superseded and condensed. */
  allOf(path: string): Successor[] {
    return (this.#successors.get(hash53(path)) ?? []).map(({ successor }) => successor);
  }

  /** Memories that have some successor. */
  get size(): number {
    return this.#successors.size;
  }

  #link(teller: string, older: string, successor: Successor): void {
    if (successor.path === older) return;
    const [from, to] = [hash53(teller), hash53(older)];
    const rows = this.#successors.get(to) ?? [];
    // In its place: an agent may have named one memory as superseded by thousands.
    let at = rows.length;
    for (let row = rows[at - 1]; row !== undefined && (row.successor.at - successor.at || row.from - from) > 0; row = rows[at - 1]) at--;
    rows.splice(at, 0, { from, successor });
    this.#successors.set(to, rows);
    this.#told.set(from, [...(this.#told.get(from) ?? []), to]);
  }
}
