import { describe, expect, it } from "vitest";
import { quantize } from "../embed/quantize.ts";
import type { Entry } from "./entry.ts";
import { MAX_PAGE_ENTRIES, decodePage, encodePage, entriesOf, pathAt } from "./page.ts";

const entry = (i: number, more: Partial<Entry> = {}): Entry => ({
  path: `note/3k${i}`, version: 2 ** 52 + i, kind: "note", time: 1.7e12 + i, created: 1.7e12, validTo: Number.POSITIVE_INFINITY, importance: 5, trust: 255, sealed: true,
  subject: 0, tags: [i, 0xffffffff], terms: new Map([[7, 1], [i * 1000, 300]]), length: 12, vector: quantize(Float32Array.of(0.5, -1, i)), ...more,
});

describe("a page", () => {
  it("gives back what was put in", () => {
    const entries = [entry(1), entry(2, { kind: "fact", path: "fact/ü", subject: 99, validTo: 5, trust: 0, sealed: false, tags: [], terms: new Map(), links: { supersededBy: "fact/x", sources: ["note/a"] } }), entry(3)];
    const page = decodePage(encodePage(entries, "some embedder"));
    if (page === undefined) throw new Error("no page");
    expect(page.embedder).toBe("some embedder");
    // A word counts up to 255 times.
    const kept = entries.map((one) => ({ ...one, terms: new Map([...one.terms].map(([term, count]) => [term, Math.min(count, 255)])) }));
    expect(entriesOf(page)).toEqual(kept);
    expect(encodePage(entriesOf(page), "some embedder")).toEqual(encodePage(kept, "some embedder"));
  });

  it("reads bytes wherever they begin", () => {
    const bytes = encodePage([entry(1)], "e");
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(pathAt(decodePage(shifted.subarray(3)) ?? raise(), 0)).toBe("note/3k1");
  });

  it("of one memory is small", () => {
    const words = new Map(Array.from({ length: 40 }, (_, i) => [i * 7919, 1]));
    expect(encodePage([entry(1, { terms: words, vector: quantize(new Float32Array(256).fill(1)) })], "rookery-hashed-words-trigrams-v1-256").length).toBeLessThan(1200);
  });

  it("may be empty, full, but not fuller", () => {
    expect(decodePage(encodePage([], ""))?.count).toBe(0);
    expect(decodePage(encodePage(Array.from({ length: MAX_PAGE_ENTRIES }, (_, i) => entry(i)), "e"))?.count).toBe(MAX_PAGE_ENTRIES);
    expect(() => encodePage(Array.from({ length: MAX_PAGE_ENTRIES + 1 }, (_, i) => entry(i)), "e")).toThrow("at most 256");
    expect(() => encodePage([entry(1), entry(2, { vector: quantize(new Float32Array(5)) })], "e")).toThrow("different lengths");
  });

  it("of another version, or no page at all, is not taken for one", () => {
    const bytes = encodePage([entry(1)], "e");
    bytes[0] = 9;
    expect(decodePage(bytes)).toBeUndefined();
    expect(() => decodePage(new Uint8Array(4))).toThrow(RangeError);
  });
});

const raise = (): never => {
  throw new Error("nothing there");
};
