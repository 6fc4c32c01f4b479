import { hash32, hash53 } from "../src/text/hash.ts";
import { listedRecords, type MemoryPorts, memoryPages, openMemory, type PageStore, type RawMemory, type RepoAccess } from "../src/index.ts";

export const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
export const DAY = 24 * 60 * 60 * 1000;
export const START = Date.parse("2026-03-02T09:00:00Z");

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Something with the form of a CID, that says which text it is of. */
function fakeCid(text: string): string {
  const digest = Array.from({ length: 32 }, (_, i) => hash32(text, i) & 0xff);
  const bits = [1, 0x71, 0x12, 0x20, ...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return `b${(bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]).join("")}`;
}

/** A repository in memory. What is sealed lies there as something nobody would search. */
export class FakeRepo implements RepoAccess {
  readonly did: string;
  readonly records = new Map<string, RawMemory>();
  commits = 0;

  constructor(did = DID) {
    this.did = did;
  }

  async *list(collection: string) {
    for (const [path, raw] of this.records) if (path.startsWith(`${collection}/`)) yield { rkey: path.slice(collection.length + 1), ...raw };
  }

  get = (collection: string, rkey: string) => Promise.resolve(this.records.get(`${collection}/${rkey}`));

  write: RepoAccess["write"] = (ops) => {
    for (const { collection, rkey, swap } of ops)
      if (swap !== undefined && (this.records.get(`${collection}/${rkey}`)?.cid ?? null) !== swap) return Promise.resolve({ ok: false, error: { status: 400, name: "InvalidSwap", message: "other" } });
    this.commits++;
    const value = ops.map(({ collection, rkey, record }) => {
      const path = `${collection}/${rkey}`;
      if (record === undefined) {
        this.records.delete(path);
        return undefined;
      }
      const cid = fakeCid(JSON.stringify(record) + path);
      this.records.set(path, { cid, value: record });
      return { uri: `at://${this.did}/${path}`, cid };
    });
    return Promise.resolve({ ok: true, value });
  };

  seal = (collection: string, _: string, record: Record<string, unknown>) => Promise.resolve({ $type: collection, sealed: btoa(encodeURIComponent(JSON.stringify(record))) });

  open = (_: string, __: string, record: Record<string, unknown>) => {
    const { sealed } = record;
    if (sealed === undefined) return Promise.resolve({ record, sealed: false });
    if (typeof sealed !== "string") return Promise.resolve(undefined);
    return Promise.resolve({ record: JSON.parse(decodeURIComponent(atob(sealed))) as Record<string, unknown>, sealed: true });
  };
}

/** The `count`th TID of a moment. */
function tidAt(now: number, count: number): string {
  let bits = (BigInt(Math.floor(now)) * 1000n + BigInt(count)) * 1024n;
  let tid = "";
  for (; tid.length < 13; bits /= 32n) tid = `${"234567abcdefghijklmnopqrstuvwxyz"[Number(bits % 32n)]}${tid}`;
  return tid;
}

/** A memory over a repository, with a clock of the test's. @param more `wrap` puts something around the pages, `kept` is what they hold at first. */
export function fakeMemory(repo = new FakeRepo(), { wrap = (store) => store, kept = [], ...more }: Partial<MemoryPorts> & { wrap?: (store: PageStore) => PageStore; kept?: { name: string; data: Uint8Array }[] } = {}) {
  const records = listedRecords(repo);
  const clock = { now: START };
  let count = 0;
  const faults: string[] = [];
  const store = memoryPages((done) => records.settle(done));
  store.commit({ put: kept, drop: [], done: [] });
  const pages = wrap(store);
  const memory = openMemory({
    did: repo.did,
    records,
    pages,
    now: () => clock.now,
    nextRkey: () => tidAt(clock.now, count++),
    subjectKey: (subject) => `s${hash53(`secret ${repo.did} ${subject}`).toString(36)}`,
    onFault: (event) => faults.push(event),
    ...more,
  });
  return { repo, records, pages, memory, clock, faults };
}

/** The value of an outcome that has to be good. */
export function good<T>(outcome: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.error)}`);
  return outcome.value;
}
