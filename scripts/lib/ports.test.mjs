import { expect, it } from "vitest";
import { anyFreePort, firstGivenOut, testThousands } from "./ports.mjs";

it("gives tests ports that nobody is given by accident while their owner is down, and no two colonies' relay views stand in each other's way", async () => {
  const thousands = testThousands(firstGivenOut());
  const ports = new Set();
  for (let i = 0; i < 200; i++) ports.add(await anyFreePort());
  expect(ports.size).toBe(200);
  for (const port of ports) {
    expect(thousands).toContain(Math.floor(port / 1000));
    expect(ports.has(port + 1000)).toBe(false);
  }
});

it.each([
  ["Linux", 32_768, [12, 14, 16, 18, 20, 22, 24, 26, 28, 30]],
  ["a system that begins early", 16_000, [12, 14]],
  ["a system that leaves too little", 13_999, [12, 14, 16, 18, 20, 22, 24, 26, 28, 30]],
])("they lie, with those beside them, below what %s gives out where there is room", (_, firstGiven, thousands) => {
  expect(testThousands(firstGiven)).toEqual(thousands);
});
