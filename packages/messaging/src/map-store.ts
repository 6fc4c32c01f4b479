import type { Store } from "./ports.ts";

/** What a {@link MapStore} holds, as JSON-able data: kind, name, value. */
export type Snapshot = [kind: string, name: string, value: unknown][];

/** A store in memory, for whoever keeps its whole in a file. Values are copied both ways, as a real store does. */
export class MapStore implements Store {
  readonly #kinds = new Map<string, Map<string, string>>();
  /** Called after every change: there is something to keep. */
  onChange: () => void = () => {};

  constructor(snapshot: Snapshot = []) {
    for (const [kind, name, value] of snapshot) this.put(kind, name, value);
  }

  get<T>(kind: string, name: string): T | undefined {
    const text = this.#kinds.get(kind)?.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  put(kind: string, name: string, value: unknown): void {
    const entries = this.#kinds.get(kind) ?? new Map<string, string>();
    entries.set(name, JSON.stringify(value));
    this.#kinds.set(kind, entries);
    this.onChange();
  }

  delete(kind: string, name: string): void {
    if (this.#kinds.get(kind)?.delete(name) === true) this.onChange();
  }

  list<T>(kind: string): { name: string; value: T }[] {
    return Array.from(this.#kinds.get(kind) ?? [], ([name, text]) => ({ name, value: JSON.parse(text) as T }));
  }

  count(kind: string): number {
    return this.#kinds.get(kind)?.size ?? 0;
  }

  /** Everything, to be kept and given to the constructor another time. */
  snapshot(): Snapshot {
    return Array.from(this.#kinds).flatMap(([kind, entries]) => Array.from(entries, ([name, text]): Snapshot[number] => [kind, name, JSON.parse(text)]));
  }
}
