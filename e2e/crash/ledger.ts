/** CID of the record at a path, or null for none. */
export type Value = string | null;

/** What a write does: path to the value it leaves there. */
export type Changes = ReadonlyMap<string, Value>;

/** What one writer knows of its records: what was answered, and what may have happened or not. */
export class Ledger {
  readonly #certain = new Map<string, Value>();
  readonly #present: string[] = [];
  readonly #doubts: { before: Changes; after: Changes }[] = [];
  readonly #frozen = new Set<string>();

  /** Writes whose outcome was never told, as they turned out. */
  outcomes(actual: ReadonlyMap<string, string>): { landed: number; absent: number } {
    const landed = this.#doubts.filter(({ after }) => [...after].every(([path, value]) => (actual.get(path) ?? null) === value)).length;
    return { landed, absent: this.#doubts.length - landed };
  }

  /** Paths with a record for certain, which may be written again; in no order that means anything. */
  get present(): readonly string[] {
    return this.#present;
  }

  /** These changes are done. */
  answered(changes: Changes): void {
    for (const [path, value] of changes) {
      if (value === null) this.#forget(path);
      else if ((this.#certain.get(path) ?? null) === null) this.#present.push(path);
      this.#certain.set(path, value);
    }
  }

  /** These changes are done, all of them, or none is. Their paths must not be written again. */
  unknown(changes: Changes): void {
    const before = new Map([...changes.keys()].map((path): [string, Value] => [path, this.#certain.get(path) ?? null]));
    this.#doubts.push({ before, after: changes });
    for (const path of changes.keys()) {
      this.#frozen.add(path);
      this.#forget(path);
    }
  }

  /** What is not as it must be, given the records that are there. */
  faults(actual: ReadonlyMap<string, string>): string[] {
    const faults: string[] = [];
    const at = (path: string): Value => actual.get(path) ?? null;
    for (const [path, value] of this.#certain)
      if (!this.#frozen.has(path) && at(path) !== value) faults.push(`${path} is ${at(path)}, answered was ${value}`);
    for (const { before, after } of this.#doubts) {
      const isWhole = (state: Changes) => [...state].every(([path, value]) => at(path) === value);
      if (!isWhole(before) && !isWhole(after)) faults.push(`half a write: ${[...after.keys()].map((path) => `${path} is ${at(path)}`).join(", ")}`);
    }
    for (const path of actual.keys()) if (!this.#certain.has(path) && !this.#frozen.has(path)) faults.push(`${path} was never written`);
    return faults;
  }

  #forget(path: string): void {
    const at = this.#present.indexOf(path);
    if (at >= 0) this.#present.splice(at, 1);
  }
}
