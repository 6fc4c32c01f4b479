import { ok } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { inTurn } from "./in-turn.ts";

describe("inTurn", () => {
  it("runs one after the other, for each agent, whatever becomes of them", async () => {
    const [agent, other] = [{}, {}];
    const seen: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const first = inTurn(agent, async () => {
      await gate.promise;
      seen.push("first");
      throw new Error("fails");
    });
    const second = inTurn(agent, async () => ok(seen.push("second")));
    expect(await inTurn(other, async () => ok("other"))).toEqual(ok("other"));
    expect(seen).toEqual([]);
    gate.resolve(undefined);
    await expect(first).rejects.toThrow("fails");
    expect(await second).toEqual(ok(2));
  });

  it("holds a bounded number, and takes more when they are done", async () => {
    const agent = {};
    const gate = Promise.withResolvers<undefined>();
    const held = Array.from({ length: 64 }, () => inTurn(agent, async () => ok(await gate.promise)));
    expect(await inTurn(agent, async () => ok("one too many"))).toMatchObject({ error: { status: 429, name: "RateLimitExceeded" } });
    gate.resolve(undefined);
    await Promise.all(held);
    expect(await inTurn(agent, async () => ok("next"))).toEqual(ok("next"));
  });
});
