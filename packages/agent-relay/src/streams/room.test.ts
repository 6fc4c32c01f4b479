import { describe, expect, it } from "vitest";
import { TOTAL_BUFFERED_BYTES } from "../settings.ts";
import { Room } from "./room.ts";

describe("room in sockets", () => {
  it("is what a socket has left of its share; an empty one takes what is larger", () => {
    const room = new Room(1_000, () => 0);
    expect(room.grants(0, 1_000)).toBe(true);
    expect(room.grants(600, 400)).toBe(true);
    expect(room.grants(600, 401)).toBe(false);
    expect(room.grants(0, 5_000_000)).toBe(true);
    expect(room.grants(1, 5_000_000)).toBe(false);
    for (let i = 0; i < 100; i++) expect(room.has(0, 5_000_000)).toBe(true);
  });

  it("ends where all sockets together have too much, however many are empty", () => {
    let asked = 0;
    const room = new Room(48_000, () => {
      asked++;
      return 3_000_000;
    });
    const granted = Array.from({ length: 1_000 }, () => room.grants(0, 2_000_000)).filter(Boolean).length;
    expect(granted).toBe(Math.floor((TOTAL_BUFFERED_BYTES - 3_000_000) / 2_000_000));
    expect(asked).toBe(1);
    expect(room.has(0, 2_000_000)).toBe(false);
    expect(room.grants(0, 4_000)).toBe(true);
  });
});
