import type { Mark } from "../index/page-store.ts";
import { type Outcome, ok } from "../outcome.ts";
import type { MemoryRecords, MemoryWrite, StoredMemory } from "../ports.ts";
import { KINDS, type Kind, type RecordAt } from "../types.ts";
import { textsOf } from "./entry-of.ts";
import { PINS, collectionOf, kindOf, partsOf } from "./place.ts";

/** A repository as it is reached from outside: for an agent that holds its own keys. */
export interface RepoAccess {
  did: string;
  /** Every record of a collection, as it lies there. */
  list(collection: string): AsyncIterable<RawMemory & { rkey: string }>;
  get(collection: string, rkey: string): Promise<RawMemory | undefined>;
  /** One commit. `record` is as it shall lie there; absent: delete. Errors: `InvalidSwap` when a record is not what `swap` says. */
  write(ops: { collection: string; rkey: string; record?: Record<string, unknown>; swap?: string | null }[]): Promise<Outcome<(RecordAt | undefined)[]>>;
  /** The record, sealed for the agent alone. @throws whatever keeps it from being sealed */
  seal(collection: string, rkey: string, record: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Undefined when it does not open. @throws what keeps that from being known */
  open(collection: string, rkey: string, record: Record<string, unknown>): Promise<{ record: Record<string, unknown>; sealed: boolean } | undefined>;
}

/** A record as the repository has it. */
export interface RawMemory {
  cid: string;
  value: Record<string, unknown>;
}

/** Records that an agent reads for itself, and what it knows of them. */
export interface ListedRecords extends MemoryRecords {
  /** Look through the repository for what others changed: at the start, and whenever there is reason to. */
  refresh(): Promise<void>;
  /** For the page store's `commit`. */
  settle(done: readonly Mark[]): void;
}

/** The repository of an agent that is not the host's: what changed is told by comparing CIDs. */
export function listedRecords(access: RepoAccess): ListedRecords {
  const { did } = access;
  /** CIDs by path. */
  const known = new Map<string, string>();
  const dirty = new Map<string, string>();
  /** As they were listed, so that building an index asks for none of them again. */
  const listed = new Map<string, RawMemory>();
  let marks = 0;
  const touch = (path: string) => dirty.set(path, String(++marks));

  const openOne = async (path: string): Promise<StoredMemory | "unreadable" | undefined> => {
    const { kind, rkey } = partsOf(path);
    const collection = collectionOf[kind];
    const held = listed.get(path);
    const raw = held?.cid === known.get(path) && held !== undefined ? held : await access.get(collection, rkey);
    if (raw === undefined) return undefined;
    const opened = await access.open(collection, rkey, raw.value);
    return opened === undefined ? "unreadable" : { uri: `at://${did}/${collection}/${rkey}`, cid: raw.cid, value: opened.record, sealed: opened.sealed };
  };

  return {
    changed: (limit) => [...dirty].slice(0, limit).map(([path, at]) => ({ path, at })),
    pending: () => dirty.size,
    touchAll: () => {
      for (const path of known.keys()) touch(path);
    },
    read: (paths) => Promise.all(paths.map(openOne)),
    async readPins() {
      const raw = await access.get(PINS.collection, PINS.rkey);
      if (raw === undefined) return undefined;
      const opened = await access.open(PINS.collection, PINS.rkey, raw.value);
      return { cid: raw.cid, memories: textsOf(opened?.record["memories"]) };
    },
    async write(writes: readonly MemoryWrite[]) {
      const ops = await Promise.all(
        writes.map(async ({ collection, rkey, value, clear, swap }) => ({
          collection,
          rkey,
          ...(value === undefined ? {} : { record: clear === true ? value : await access.seal(collection, rkey, value) }),
          ...(swap === undefined ? {} : { swap }),
        })),
      );
      const written = await access.write(ops);
      if (!written.ok) return written;
      writes.forEach(({ collection, rkey }, i) => {
        const kind = kindOf(collection);
        if (kind === undefined) return;
        const path = `${kind}/${rkey}`;
        const at = written.value[i];
        if (at === undefined) known.delete(path);
        else known.set(path, at.cid);
        listed.delete(path);
        touch(path);
      });
      return ok(written.value);
    },
    count: (kind: Kind) => {
      let count = 0;
      for (const path of known.keys()) if (path.startsWith(`${kind}/`)) count++;
      return count;
    },
    async refresh() {
      const seen = new Set<string>();
      for (const kind of KINDS)
        for await (const { rkey, cid, value } of access.list(collectionOf[kind])) {
          const path = `${kind}/${rkey}`;
          seen.add(path);
          if (known.get(path) === cid) continue;
          known.set(path, cid);
          listed.set(path, { cid, value });
          touch(path);
        }
      for (const path of known.keys()) {
        if (seen.has(path)) continue;
        known.delete(path);
        touch(path);
      }
    },
    settle(done) {
      for (const { path, at } of done) {
        if (dirty.get(path) !== at) continue;
        dirty.delete(path);
        listed.delete(path);
      }
    },
  };
}
