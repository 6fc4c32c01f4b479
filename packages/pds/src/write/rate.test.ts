import { describe, expect, it } from "vitest";
import { type Meter, exceeded, pointsOf, remaining, spend } from "./rate.ts";

const HOUR = 3_600_000;
const fresh: Meter = { hourStart: 0, hourPoints: 0, dayStart: 0, dayPoints: 0 };

describe("write points", () => {
  it("are 3, 2 and 1", () => expect(pointsOf([{ action: "create" }, { action: "put" }, { action: "update" }, { action: "delete" }])).toBe(8));

  it("end with the hour's and come back with the next", () => {
    const now = 10 * 24 * HOUR;
    const full = spend(fresh, 5_000, now) as Meter;
    expect(remaining(full, now)).toEqual({ limit: 5_000, remaining: 0, reset: (now + HOUR) / 1000, policy: "5000;w=3600" });
    expect(spend(full, 1, now + HOUR - 1)).toBeUndefined();
    expect(exceeded(full, 1, now + HOUR - 1)).toEqual({ limit: 5_000, remaining: 0, reset: (now + HOUR) / 1000, policy: "5000;w=3600" });
    expect(spend(full, 1, now + HOUR)).toMatchObject({ hourPoints: 1, dayPoints: 5_001 });
  });

  it("end with the day's, whatever the hour has left", () => {
    let meter = fresh;
    const now = 10 * 24 * HOUR;
    for (let hour = 0; hour < 7; hour++) meter = spend(meter, 5_000, now + hour * HOUR) as Meter;
    expect(spend(meter, 1, now + 8 * HOUR)).toBeUndefined();
    expect(exceeded(meter, 1, now + 8 * HOUR)).toEqual({ limit: 35_000, remaining: 0, reset: (now + 24 * HOUR) / 1000, policy: "35000;w=86400" });
    expect(remaining(meter, now + 8 * HOUR)).toMatchObject({ limit: 35_000, remaining: 0, policy: "35000;w=86400" });
    expect(spend(meter, 1, now + 24 * HOUR)).toMatchObject({ dayPoints: 1 });
  });
});
