import { describe, expect, it } from "vitest";
import { MAX_UNCLAIMED } from "./settings.ts";
import { UnclaimedMail } from "./unclaimed.ts";

const mail = (seq: number) => ({ seq, op: 0, author: 1, hint: { path: `c/r${seq}`, action: "create" as const, to: [] } });

describe("mail for somebody who is not known", () => {
  it("is handed out once, oldest first", () => {
    const unclaimed = new UnclaimedMail();
    for (const seq of [1, 2, 3]) unclaimed.note(seq === 2 ? "b" : "a", mail(seq));
    expect(unclaimed.take("a").map(({ seq }) => seq)).toEqual([1, 3]);
    expect([unclaimed.take("a"), unclaimed.take("c")]).toEqual([[], []]);
    unclaimed.clear();
    expect(unclaimed.take("b")).toEqual([]);
  });

  it("is bounded: that of whoever was written to longest ago goes first", () => {
    const unclaimed = new UnclaimedMail();
    for (let i = 0; i < MAX_UNCLAIMED; i++) unclaimed.note(`did${i}`, mail(i));
    unclaimed.note("did0", mail(-1));
    expect(unclaimed.take("did1")).toEqual([]);
    expect(unclaimed.take("did0")).toHaveLength(2);
    expect(unclaimed.take("did2")).toHaveLength(1);
    for (let i = 0; i <= MAX_UNCLAIMED; i++) unclaimed.note("one", mail(i));
    expect(unclaimed.take("one").length).toBeLessThanOrEqual(MAX_UNCLAIMED);
  });
});
