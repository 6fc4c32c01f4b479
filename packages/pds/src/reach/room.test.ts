import { describe, expect, it } from "vitest";
import { type Holding, makeRoom } from "./room.ts";

const held = (hosts: string[], change: (i: number) => Partial<Holding> = () => ({})): Holding[] => hosts.map((host, i) => ({ id: i + 1, host, size: 10, isDiscarded: false, ...change(i) }));
const gone = (holdings: Holding[], maxRows: number, maxBytes = 1_000_000) => makeRoom(holdings, maxRows, maxBytes).map(({ id }) => id);

describe("room in quarantine", () => {
  it("is not made where there is enough", () => expect(gone(held(["a.com", "b.com"]), 2, 20)).toEqual([]));

  it("is made by the newest of whoever has most of it", () => {
    expect(gone(held(["quiet.com", "loud.com", "loud.com", "loud.com"]), 2)).toEqual([4, 3]);
    expect(gone(held(["quiet.com", "large.com", "quiet.com"], (i) => ({ size: i === 1 ? 100 : 10 })), 3, 110)).toEqual([2]);
  });

  it("is not made by a quiet host when the flood comes from a thousand names of one domain, or ports of one name", () => {
    const flood = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? `h${i}.evil.com` : `evil.com:${i}`));
    expect(gone(held(["quiet.org", "quiet.org", "quiet.org", ...flood]), 10).every((id) => id > 3)).toBe(true);
  });

  it("is made by what was discarded before anything that waits", () => {
    expect(gone(held(["a.com", "b.com", "c.com", "a.com"], (i) => ({ isDiscarded: i === 1 || i === 2 })), 3)).toEqual([2]);
    expect(gone(held(["a.com", "b.com", "c.com", "a.com"], (i) => ({ isDiscarded: i === 1 || i === 2 })), 1)).toEqual([2, 3, 4]);
  });

  it("tells addresses apart by all of them", () => {
    expect(gone(held(["10.0.0.1", "10.9.0.1", "10.9.0.1", "[::1]:1", "", ""]), 4)).toEqual([6, 3]);
  });
});
