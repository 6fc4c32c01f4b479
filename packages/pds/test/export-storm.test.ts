import { BlockMap, cidKey, cidToString, decodeCommit, readCar, walkTree } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { type Made, makeAgent, note, op, value } from "./agents.ts";
import { dice } from "./dice.ts";
import { bytesOf, verifyExport } from "./verify.ts";

const COLLECTIONS = ["com.example.a", "com.example.note", "com.example.z"];
/** Exports that are read side by side. */
const MAX_OPEN = 6;
/** Bytes that one of them reads at a time. */
const READ_BYTES = 100_000;
const SIZES = [10, 300, 900, 4_050, 4_096, 5_000, 20_000];

/** What the agent's records are, by their paths. */
type Records = Map<string, string>;

interface Reading {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  parts: Uint8Array[];
  /** What there was when it was opened. */
  rev: string;
  records: Records;
  /** What the reader had, if it asked for the rest. */
  had: Map<string, Uint8Array> | undefined;
}

/** An agent that is written to while it is read. */
class Storm {
  readonly #agent: Made;
  readonly #roll: (sides: number) => number;
  readonly #records: Records = new Map();
  readonly #readings: Reading[] = [];
  /** Blocks of readers, by the rev of which they have everything. */
  readonly #copies = new Map<string, Map<string, Uint8Array>>();
  #rev = "";
  checked = 0;

  constructor(agent: Made, seed: number) {
    this.#agent = agent;
    this.#roll = dice(seed);
  }

  async write(count: number): Promise<void> {
    const ops = new Map<string, ReturnType<typeof op>>();
    for (let i = 0; i < count; i++) {
      const collection = COLLECTIONS[this.#roll(COLLECTIONS.length)] as string;
      const rkey = `k${this.#roll(400)}`;
      const path = `${collection}/${rkey}`;
      const goes = this.#records.has(path) && this.#roll(3) === 0;
      // Few texts: what goes often comes back as it was.
      const text = String(this.#roll(3)).padEnd(SIZES[this.#roll(this.#roll(4) === 0 ? SIZES.length : 3)] as number, ".");
      ops.set(path, goes ? op({ action: "delete", collection, rkey }) : op({ action: "put", collection, rkey, record: note(text, collection) }));
    }
    value(await this.#agent.api.write({ ops: [...ops.values()] }));
    for (const [path, { cid }] of ops) {
      if (cid === undefined) this.#records.delete(path);
      else this.#records.set(path, cidToString(cid));
    }
    this.#rev = value(await this.#agent.api.getHead()).rev;
  }

  async open(): Promise<void> {
    // With more of them one that waits long would make room for others.
    if (this.#readings.length === MAX_OPEN) return;
    const since = [...this.#copies.keys()].at(this.#roll(this.#copies.size + 1));
    const car = value(await this.#agent.api.exportRepo(since === undefined ? {} : { since }));
    this.#readings.push({ reader: car.getReader(), parts: [], rev: this.#rev, records: new Map(this.#records), had: since === undefined ? undefined : this.#copies.get(since) });
  }

  /** Read on in one of them; check it when that was all. */
  async read(): Promise<void> {
    if (this.#readings.length === 0) return;
    const at = this.#roll(this.#readings.length);
    const reading = this.#readings[at] as Reading;
    for (let bytes = 0; bytes < READ_BYTES; ) {
      const part = await reading.reader.read();
      if (part.done) return this.#ended(at, reading);
      reading.parts.push(part.value);
      bytes += part.value.length;
    }
  }

  async #ended(at: number, reading: Reading): Promise<void> {
    this.#readings.splice(at, 1);
    await this.#check(reading);
  }

  async finish(): Promise<void> {
    while (this.#readings.length > 0) await this.read();
    const last = await verifyExport(await bytesOf(value(await this.#agent.api.exportRepo({}))), this.#agent);
    expect(last.records).toEqual(this.#records);
  }

  async #check({ parts, rev, records, had }: Reading): Promise<void> {
    this.checked++;
    const car = Buffer.concat(parts);
    if (had === undefined) {
      const full = await verifyExport(car, this.#agent);
      expect([full.rev, full.records]).toEqual([rev, records]);
      this.#copies.set(rev, full.blocks);
      return;
    }
    const { roots, blocks } = readCar(car, sha256);
    const all = new Map([...had, ...blocks]);
    const commit = decodeCommit(blocks.get(cidKey(roots[0] as Uint8Array)) as Uint8Array);
    const found: Records = new Map();
    const reachable = new Map([[cidKey(roots[0] as Uint8Array), blocks.get(cidKey(roots[0] as Uint8Array)) as Uint8Array]]);
    for (const step of walkTree(new BlockMap(all), { cid: commit.data, id: 0 })) {
      const cid = step.kind === "node" ? step.ref.cid : step.cid;
      const bytes = all.get(cidKey(cid));
      if (bytes === undefined) throw new Error(`the reader of a part lacks ${cidToString(cid)}`);
      reachable.set(cidKey(cid), bytes);
      if (step.kind === "record") found.set(step.key, cidToString(step.cid));
    }
    expect([commit.rev, found]).toEqual([rev, records]);
    this.#copies.set(rev, reachable);
  }
}

describe("exports of a repository that is written to all the time", () => {
  it.each([8, 9, 11])("are whole, and so is what readers of older revs have with the rest (%i)", async (seed) => {
    const storm = new Storm(await makeAgent(), seed);
    const roll = dice(seed + 100);
    for (let i = 0; i < 6; i++) await storm.write(100);
    for (let i = 0; i < 300; i++) {
      const what = roll(10);
      if (what < 2) await storm.write(1 + roll(roll(5) === 0 ? 60 : 3));
      else if (what < 3) await storm.open();
      else await storm.read();
    }
    await storm.finish();
    expect(storm.checked).toBeGreaterThan(10);
  });
});
