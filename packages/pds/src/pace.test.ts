import { describe, expect, it } from "vitest";
import { Pace } from "./pace.ts";

const INTERVAL = 10;
const BURST = 3;

/** When each of those that are asked for at these times is done. */
const doneAt = (pace: Pace, asked: number[]): number[] =>
  asked.map((now) => {
    const at = now + pace.delay(now);
    pace.begin(at);
    return at;
  });

describe("a pace", () => {
  it("lets a burst through at once, and then one per interval", () => {
    expect(doneAt(new Pace(INTERVAL, BURST), [1000, 1000, 1000, 1000, 1010, 1020])).toEqual([1000, 1000, 1000, 1010, 1020, 1030]);
  });

  it("holds nobody up who is slower", () => {
    const slow = [1000, 1010, 1020, 1030, 1040, 1050, 1060];
    expect(doneAt(new Pace(INTERVAL, BURST), slow)).toEqual(slow);
  });

  it("lets another burst through after a rest", () => {
    const pace = new Pace(INTERVAL, BURST);
    doneAt(pace, [1000, 1000, 1000, 1000]);
    expect(doneAt(pace, [2000, 2000, 2000, 2000])).toEqual([2000, 2000, 2000, 2010]);
  });

  it("has nobody wait longer for a clock that was set back", () => {
    const pace = new Pace(INTERVAL, BURST);
    doneAt(pace, [1_000_000, 1_000_000, 1_000_000]);
    expect(doneAt(pace, [500, 510, 520])).toEqual([510, 520, 530]);
  });
});
