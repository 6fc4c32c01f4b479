import { describe, expect, it } from "vitest";
import { hashedEmbedder } from "../embed/hashed.ts";
import { cosineAt, quantize } from "../embed/quantize.ts";
import { decodePage, encodePage } from "../index/page.ts";
import type { Entry } from "../index/entry.ts";
import type { Hit } from "../index/search.ts";
import { isRelevant, rank } from "./rank.ts";

const DAY = 24 * 60 * 60 * 1000;
const now = 1000 * DAY;
const embedder = hashedEmbedder();

/** A page with one memory for each age in days. */
const pageOf = (rows: { age: number; importance?: number; kind?: Entry["kind"] }[]) => {
  const page = decodePage(encodePage(rows.map(({ age, importance = 5, kind = "note" }, i): Entry => ({
    path: `${kind}/${i}`, version: 1, kind, time: now - age * DAY, created: now - age * DAY, validTo: Number.POSITIVE_INFINITY, importance, trust: 255, sealed: true,
    subject: 0, tags: [], terms: new Map(), length: 1, vector: quantize(new Float32Array()),
  })), ""));
  if (page === undefined) throw new Error("no page");
  return page;
};

const hitsOf = (page: ReturnType<typeof pageOf>, scores: { bm25?: number; cosine?: number; coverage?: number }[]): Hit[] =>
  scores.map(({ bm25 = 1, cosine = 0.5, coverage = 1 }, i) => ({ page, i, pathHash: page.pathHash[i] as number, bm25, cosine, coverage }));

const orderOf = (hits: Hit[]) => rank(hits, embedder, now).map(({ i }) => i);

describe("rank", () => {
  it("counts words and vectors alike, as shares of the best there is", () => {
    const page = pageOf([{ age: 1 }, { age: 1 }, { age: 1 }]);
    const ranked = rank(hitsOf(page, [{ bm25: 10, cosine: 0.2 }, { bm25: 8, cosine: 0.8 }, { bm25: 1, cosine: 0.8 }]), embedder, now);
    expect(ranked.map(({ i }) => i)).toEqual([1, 0, 2]);
    const weight = (1 - 0.3 * (1 - 0.5 ** (1 / 30))) * (1 - 0.1 * (5 / 9));
    [(0.8 + 1) / 2, (1 + 0.25) / 2, (0.1 + 1) / 2].forEach((share, at) => expect(ranked[at]?.score).toBeCloseTo(share * weight, 10));
  });

  it("goes by words where there are no vectors, and by vectors where there is no word", () => {
    const page = pageOf([{ age: 1 }, { age: 1 }]);
    expect(orderOf(hitsOf(page, [{ bm25: 1, cosine: 0 }, { bm25: 2, cosine: 0 }]))).toEqual([1, 0]);
    expect(orderOf(hitsOf(page, [{ bm25: 0, coverage: 0, cosine: 0.7 }, { bm25: 0, coverage: 0, cosine: 0.8 }]))).toEqual([1, 0]);
  });

  it("puts the newer of two like memories first, and the more important one", () => {
    expect(orderOf(hitsOf(pageOf([{ age: 90 }, { age: 1 }]), [{ bm25: 2, cosine: 0.52 }, { bm25: 1.9, cosine: 0.51 }]))).toEqual([1, 0]);
    expect(orderOf(hitsOf(pageOf([{ age: 1, importance: 1 }, { age: 1, importance: 9 }]), [{ bm25: 2, cosine: 0.52 }, { bm25: 1.9, cosine: 0.51 }]))).toEqual([1, 0]);
  });

  it("does not let what holds until it is superseded fade", () => {
    const weightOf = (kind: Entry["kind"]) => rank(hitsOf(pageOf([{ age: 900, kind }]), [{}]), embedder, now)[0]?.score ?? 0;
    expect(weightOf("fact")).toBe(weightOf("decision"));
    expect(weightOf("summary")).toBeLessThan(weightOf("fact"));
    expect(weightOf("note")).toBeLessThan(weightOf("summary"));
  });

  it("is the same whatever the order of what it is given", () => {
    const hits = hitsOf(pageOf(Array.from({ length: 40 }, () => ({ age: 1 }))), Array.from({ length: 40 }, () => ({})));
    const once = rank(hits, embedder, now);
    expect(rank(hits.toReversed(), embedder, now)).toEqual(once);
    expect(new Set(once.map(({ pathHash }) => pathHash)).size).toBe(40);
  });

  it("abstains", () => {
    expect(orderOf(hitsOf(pageOf([{ age: 1 }]), [{ coverage: 0.2, cosine: 0.2 }]))).toEqual([]);
  });

  it.each([
    [0.4, 0, true],
    [0.39, 0, false],
    [0, 0.6, true],
    [0, 0.59, false],
    [0.2, 0.3, true],
    [0.2, 0.29, false],
    [0.39, -0.5, false],
  ])("with words %f and vectors %f: %s", (coverage, cosine, relevant) => {
    expect(isRelevant({ coverage, cosine }, { unrelated: 0, related: 0.6 })).toBe(relevant);
  });

  it("counts from where an embedder's unrelated texts are", () => {
    expect(isRelevant({ coverage: 0, cosine: 0.5 }, { unrelated: 0.5, related: 0.7 })).toBe(false);
    expect(isRelevant({ coverage: 0.2, cosine: 0.6 }, { unrelated: 0.5, related: 0.7 })).toBe(true);
  });
});

describe("vectors in bytes", () => {
  it("keep the angles", async () => {
    const texts = ["Stations run on lithium batteries", "The station's battery is lithium", "Ana prefers tea"];
    const vectors = await embedder.embed(texts, "memory");
    const exact = (a: number, b: number) => (vectors[a] ?? new Float32Array()).reduce((sum, value, i) => sum + value * (vectors[b]?.[i] ?? 0), 0);
    const rounded = (a: number, b: number) => {
      const [one, other] = [quantize(vectors[a] ?? new Float32Array()), quantize(vectors[b] ?? new Float32Array())];
      return cosineAt(one, other.values, 0, other.norm);
    };
    for (const [a, b] of [[0, 1], [0, 2], [1, 2], [0, 0]] as const) expect(Math.abs(exact(a, b) - rounded(a, b))).toBeLessThan(0.01);
    expect(rounded(0, 1)).toBeGreaterThan(rounded(0, 2));
  });

  it("of nothing, or of what is no number, are like nothing", () => {
    const one = quantize(Float32Array.of(1, 2));
    for (const none of [quantize(new Float32Array(2)), quantize(Float32Array.of(Number.NaN, 1)), quantize(Float32Array.of(Number.POSITIVE_INFINITY, 1))]) expect(cosineAt(none, one.values, 0, one.norm)).toBe(0);
  });
});
