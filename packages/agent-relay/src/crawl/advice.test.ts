import { describe, expect, it } from "vitest";
import { adviceOn } from "./advice.ts";

const advice = (activeAccounts: number, crawlers = ["https://bsky.network", "http://localhost:4000"]) => adviceOn({ hostname: "colony.example.org", activeAccounts, crawlers });

describe("advice on the limits of relays", () => {
  it("has nothing to say to a small colony, or to one that is not to be crawled", () => {
    expect(advice(80)).toEqual([]);
    expect(advice(500, [])).toEqual([]);
  });

  it("tells in one sentence what to do before the account limit is met", () => {
    expect(advice(81)[0]).toBe(
      "colony.example.org has 81 active accounts, and a relay takes 100 from a host that is new to it: ask the operator of each relay (bsky.network, localhost:4000) to raise the account limit of colony.example.org to more than its agents will be.",
    );
    expect(advice(81)[1]).toContain("50 events a second, 2500 an hour and 20000 a day");
  });

  it("says what happens already beyond it", () => {
    expect(advice(130)[0]).toContain("130 active accounts, and a relay that has not raised its limit passes on the events of 100 of them only");
  });
});
