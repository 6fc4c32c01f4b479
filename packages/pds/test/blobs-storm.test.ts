import { runInDurableObject } from "cloudflare:test";
import { CODEC_RAW, cidOf, cidToString } from "@rookery/repo";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { type Made, makeAgent, op, value } from "./agents.ts";
import { dice } from "./dice.ts";
import { world } from "./worker.ts";

const COLLECTION = "com.example.picture";
const TEXTS = ["a", "b", "c", "d", "e"];
const PLACES = 6;
const cidFor = (text: string) => cidToString(cidOf(sha256, new TextEncoder().encode(text), CODEC_RAW));

/** An agent whose blobs come and go, with the bucket that they are in. */
class Storm {
  readonly #agent: Made;
  readonly #roll: (sides: number) => number;
  /** What is in R2. */
  readonly #bucket = new Set<string>();
  /** Texts of each record's blobs. */
  readonly #records = new Map<string, string[]>();
  #uploads = 0;
  #clock = Date.now();
  written = 0;
  refused = 0;

  constructor(agent: Made, seed: number) {
    this.#agent = agent;
    this.#roll = dice(seed);
  }

  /** An upload, which may be cut off at any point. */
  async upload(): Promise<void> {
    const text = TEXTS[this.#roll(TEXTS.length)] as string;
    const key = `key-${this.#uploads++}`;
    const { api } = this.#agent;
    value(await api.reserveBlob({ key }));
    const fate = this.#roll(10);
    if (fate === 0) return;
    this.#bucket.add(key);
    if (fate === 1) return;
    if (fate === 2) return void value(await api.discardBlob({ key }));
    value(await api.putBlob({ cid: cidFor(text), mimeType: "image/png", size: 5, key }));
  }

  /** Some writes in one commit. */
  async write(): Promise<void> {
    const next = new Map(this.#records);
    const ops = Array.from({ length: 1 + this.#roll(3) }, () => `r${this.#roll(PLACES)}`).filter((rkey, i, all) => all.indexOf(rkey) === i).map((rkey) => {
      if (next.has(rkey) && this.#roll(3) === 0) {
        next.delete(rkey);
        return op({ action: "delete", collection: COLLECTION, rkey });
      }
      const texts = TEXTS.filter(() => this.#roll(3) === 0);
      next.set(rkey, texts);
      const images = texts.map((text) => ({ $type: "blob", ref: { $link: cidFor(text) }, mimeType: "image/png", size: 5 }));
      return op({ action: "put", collection: COLLECTION, rkey, record: { images, salt: this.#roll(2) } });
    });
    const written = await this.#agent.api.write({ ops });
    if (!written.ok) {
      this.refused++;
      expect(written.error.name).toBe("BlobNotFound");
      return;
    }
    this.written++;
    this.#records.clear();
    for (const [rkey, texts] of next) this.#records.set(rkey, texts);
  }

  /** Time passes, and the alarm rings; what came meanwhile is not for it to delete. */
  async wait(ms: number): Promise<void> {
    this.#clock += ms;
    vi.useFakeTimers({ toFake: ["Date"], now: this.#clock });
    await Promise.all([runInDurableObject(this.#agent.stub, (instance) => instance.alarm()), this.#roll(2) === 0 ? this.write() : this.upload()]);
    this.#empty();
  }

  #empty(): void {
    for (const key of world.deleted.splice(0)) this.#bucket.delete(key);
  }

  /** Every blob that a record refers to is listed, and is where it is said to be. */
  async check(): Promise<string[]> {
    const referred = [...new Set([...this.#records.values()].flat())].map(cidFor).toSorted();
    expect(value(await this.#agent.api.syncBlobs({ reader: "owner", limit: 100 })).cids).toEqual(referred);
    const keys = await Promise.all(referred.map(async (cid) => value(await this.#agent.api.syncBlob({ reader: "owner", cid })).key));
    for (const key of keys) expect(this.#bucket).toContain(key);
    return keys;
  }

  /** When everything has had its time, nothing else is left. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      this.#clock += 2 * 86_400_000;
      vi.useFakeTimers({ toFake: ["Date"], now: this.#clock });
      await runInDurableObject(this.#agent.stub, (instance) => instance.alarm());
    }
    this.#empty();
    expect([...this.#bucket].toSorted()).toEqual((await this.check()).toSorted());
  }
}

afterEach(() => {
  vi.useRealTimers();
  world.deleted.length = 0;
});

describe("blobs that come and go", () => {
  it.each([1, 2])("are there as long as a record refers to them, and no longer (%i)", async (seed) => {
    const storm = new Storm(await makeAgent(), seed);
    const roll = dice(seed + 100);
    for (let i = 0; i < 250; i++) {
      const what = roll(12);
      if (what < 4) await storm.upload();
      else if (what < 10) await storm.write();
      else await storm.wait(what === 10 ? 5_000 : 90_000_000);
      await storm.check();
    }
    await storm.settle();
    expect(storm.written).toBeGreaterThan(20);
    expect(storm.refused).toBeGreaterThan(5);
  });
});
