import { type KeyRing, OpenError, openRecord } from "@rookery/envelope";
import { collectionOf, type MemoryRecords, type MemoryWrite, PINS, type RecordAt, type StoredMemory, textsOf } from "@rookery/memory";
import { cidToString, decode, lexToJson } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import type { PreparedOp } from "../agent-api.ts";
import { KeyUnavailableError } from "../keys/wrap.ts";
import { MAX_COMMIT_OPS } from "../limits.ts";
import { liveGrantsOf, ungrantOps } from "../sealing/grants.ts";
import { ringOf, withSealer } from "../sealing/with-sealer.ts";
import type { AgentState } from "../state.ts";
import { changedMemories, countChangedMemories, countRecords, touchMemories } from "../store/memory-changed.ts";
import { readRecord } from "../store/records.ts";
import { prepareOp } from "../write/prepare.ts";
import { OPEN_SIDE_BY_SIDE } from "./limits.ts";
import { keyOfPath, pathOfKey } from "./paths.ts";

/** The agent's own repository as its memory sees it: opened with its keys, sealed before it is written. */
export function ownMemories(state: AgentState): MemoryRecords {
  const { sql } = state;
  return {
    changed: (limit) =>
      changedMemories(sql, limit).flatMap(({ path, rev }) => {
        const of = pathOfKey(path);
        return of === undefined ? [] : [{ path: of, at: rev }];
      }),
    pending: () => countChangedMemories(sql),
    touchAll: () => touchMemories(sql),
    count: (kind) => countRecords(sql, collectionOf[kind]),
    async read(paths) {
      const ring = await openRing(state);
      const found: (StoredMemory | "unreadable" | undefined)[] = [];
      for (let at = 0; at < paths.length; at += OPEN_SIDE_BY_SIDE)
        found.push(...(await Promise.all(paths.slice(at, at + OPEN_SIDE_BY_SIDE).map((path) => readOne(state, keyOfPath(path), ring)))));
      return found;
    },
    async readPins() {
      const key = `${PINS.collection}/${PINS.rkey}`;
      const found = await readOne(state, key, await openRing(state));
      if (typeof found === "object") return { cid: found.cid, memories: textsOf(found.value["memories"]) };
      const row = readRecord(sql, key);
      return row && { cid: cidToString(row.cid), memories: [] };
    },
    write: (writes) => (writes.every(({ value, clear }) => value === undefined || clear === true) ? writeAll(state, writes) : sealAll(state, writes)),
  };
}

/** Failure to seal fails the write; nothing is written plainer than asked. */
const sealAll = (state: AgentState, writes: readonly MemoryWrite[]): Promise<Outcome<(RecordAt | undefined)[]>> =>
  withSealer(state, async (sealer) => {
    const sealed: MemoryWrite[] = [];
    for (const one of writes) {
      const { collection, rkey, value, clear } = one;
      sealed.push(value === undefined || clear === true ? one : { ...one, value: await sealer.sealPrivately({ collection, rkey, record: value }) });
    }
    return writeAll(state, sealed);
  });

/** @throws KeyUnavailableError: a memory that cannot be opened now is not one that never opens. */
async function openRing(state: AgentState): Promise<KeyRing> {
  const ring = await ringOf(state);
  if (!ring.ok) throw new KeyUnavailableError(ring.error.message);
  return ring.value;
}

async function readOne({ sql, account }: AgentState, key: string, ring: KeyRing): Promise<StoredMemory | "unreadable" | undefined> {
  const row = readRecord(sql, key);
  if (row === undefined) return undefined;
  const slash = key.indexOf("/");
  const [collection, rkey] = [key.slice(0, slash), key.slice(slash + 1)];
  try {
    // A stored record is a map (named boundary: it was checked when it was written).
    const record = lexToJson(decode(row.data)) as Record<string, unknown>;
    const opened = await openRecord({ repo: account.did, collection, rkey, record }, ring);
    return { uri: `at://${account.did}/${key}`, cid: cidToString(row.cid), value: opened.record, sealed: opened.sealed };
  } catch (error) {
    if (error instanceof OpenError) return "unreadable";
    throw error;
  }
}

async function writeAll(state: AgentState, writes: readonly MemoryWrite[]): Promise<Outcome<(RecordAt | undefined)[]>> {
  const ops: PreparedOp[] = [];
  for (const { collection, rkey, value, swap } of writes) {
    const prepared = prepareOp({ action: value === undefined ? "delete" : "put", collection, rkey, record: value, validate: true, ...(swap === undefined ? {} : { swapRecord: swap }) });
    if (!prepared.ok) return prepared;
    ops.push(prepared.value.op);
  }
  // Of what is forgotten nobody is offered anything any more. The rest, if there are ever so many, opens copies only.
  const over = ungrantOps(liveGrantsOf(state, ops.filter(({ action }) => action === "delete"))).slice(0, MAX_COMMIT_OPS - ops.length);
  const written = await state.writer.write({ ops: [...over, ...ops] });
  if (!written.ok) return written;
  return ok(written.value.results.slice(over.length).map(({ collection, rkey, cid }) => (cid === undefined ? undefined : { uri: `at://${state.account.did}/${collection}/${rkey}`, cid })));
}
