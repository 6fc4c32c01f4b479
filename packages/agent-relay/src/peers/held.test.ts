import { describe, expect, it } from "vitest";
import { Held } from "./held.ts";
import { MAX_HELD_BYTES, MAX_HELD_EVENTS, MAX_HELD_PER_ACCOUNT } from "./settings.ts";
import type { StreamItem } from "./stream-item.ts";

const item = (seq: number, bytes = 10): StreamItem => ({ seq, did: "a", frame: new Uint8Array(bytes), message: { t: "#identity", body: { seq, did: "a", time: "" } } });

describe("held events", () => {
  it("come back in order, once", () => {
    const held = new Held();
    for (const seq of [1, 2, 3]) expect(held.add("a", item(seq))).toBe(true);
    held.add("b", item(4));
    expect(held.take("a").map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(held.take("a")).toEqual([]);
    expect(held.take("b").length).toBe(1);
  });

  it.each([
    ["of one account", MAX_HELD_PER_ACCOUNT, 10, () => "a"],
    ["of all", MAX_HELD_EVENTS, 10, (i: number) => `d${i % 7}`],
    ["by their bytes", 4, MAX_HELD_BYTES / 4, () => "a"],
  ])("are bounded: too many %s cost that account all of its own, and make room", (_, count, bytes, didOf) => {
    const held = new Held();
    for (let i = 0; i < count; i++) expect(held.add(didOf(i), item(i, bytes))).toBe(true);
    expect(held.add(didOf(count), item(count, bytes))).toBe(false);
    expect(held.take(didOf(count))).toEqual([]);
    expect(held.add(didOf(count), item(count, bytes))).toBe(true);
  });
});
