import { describe, expect, it } from "vitest";
import { type Lease, Room, type Waiter } from "./room.ts";

const HOUR = 3_600_000;

const had = (lease: Lease | undefined): Lease => {
  if (lease === undefined) throw new Error("no room");
  return lease;
};

/** Wait for so many bytes each; who has got in, by number. */
const queue = (room: Room, ...sizes: number[]) => {
  const waiters = sizes.map((bytes) => room.wait(bytes, HOUR) as Waiter);
  return { waiters, entered: () => waiters.flatMap(({ lease }, i) => (lease === undefined ? [] : [i])) };
};

describe("room", () => {
  it("is given out until there is none, then to those who wait, in order", () => {
    const room = new Room(100, 10);
    const [large, small] = [had(room.take(60, HOUR)), had(room.take(40, HOUR))];
    expect(room.take(1, HOUR)).toBeUndefined();
    const { waiters, entered } = queue(room, 50, 10, 90);
    small.leave();
    // The second would fit, and does not overtake; neither does somebody new.
    expect(entered()).toEqual([]);
    expect(room.take(1, HOUR)).toBeUndefined();
    large.leave();
    large.leave();
    expect(entered()).toEqual([0, 1]);
    expect(room.free).toBe(40);
    waiters[0]?.lease?.leave();
    waiters[1]?.lease?.leave();
    expect(entered()).toEqual([0, 1, 2]);
    waiters[2]?.lease?.leave();
    expect(room.free).toBe(100);
  });

  it("is all for what is larger than it, and for nobody else meanwhile", () => {
    const room = new Room(100, 10);
    const all = had(room.take(1_000, HOUR));
    const { entered } = queue(room, 1);
    expect(entered()).toEqual([]);
    all.leave();
    expect(entered()).toEqual([0]);
    expect(room.free).toBe(99);
  });

  it("has so many who wait, and no more", () => {
    const room = new Room(1, 2);
    room.take(1, HOUR);
    expect([room.wait(1, HOUR), room.wait(1, HOUR), room.wait(1, HOUR)].map((waiter) => waiter === undefined)).toEqual([false, false, true]);
  });

  it("goes to the next when somebody gives up, also in the moment of getting in", () => {
    const room = new Room(100, 10);
    const all = had(room.take(100, HOUR));
    const { waiters, entered } = queue(room, 100, 50, 50);
    waiters[0]?.giveUp();
    all.leave();
    waiters[1]?.giveUp();
    expect(entered()).toEqual([1, 2]);
    expect(room.free).toBe(50);
  });

  it("is kept by whoever goes without a word for as long as it said, and no longer", () => {
    const room = new Room(100);
    const [gone, kept] = [had(room.take(50, 1_000, 0)), had(room.take(50, 1_000, 0))];
    kept.renew(HOUR);
    expect(room.take(50, HOUR, 999)).toBeUndefined();
    expect(room.take(50, HOUR, 1_000)).toBeDefined();
    gone.leave();
    expect(room.free).toBe(0);
    kept.leave();
    expect(room.free).toBe(50);
  });
});
