import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OUTBOX_BURST, OUTBOX_INTERVAL } from "../src/limits.ts";
import { create, makeAgent, value } from "./agents.ts";
import { world } from "./worker.ts";

/** Events of an account's birth. */
const BORN = 4;
const MORE = 5;

describe("what an agent writes", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("goes to the relay at once, and together when there is much of it without a rest", async () => {
    const { api, stub, did } = await makeAgent();
    const events = () => world.relay.of(did).length;
    const write = async (name: string, count: number) => {
      for (let i = 0; i < count; i++) value(await api.write({ ops: [create(`${name}${i}`)] }));
    };
    await expect.poll(events).toBe(BORN);
    await write("burst", OUTBOX_BURST);
    await expect.poll(events).toBe(BORN + OUTBOX_BURST);

    const calls = world.relay.ingests;
    await write("busy", MORE);
    expect(events()).toBe(BORN + OUTBOX_BURST);
    await runInDurableObject(stub, () => void vi.advanceTimersByTime(OUTBOX_INTERVAL));
    await expect.poll(events).toBe(BORN + OUTBOX_BURST + MORE);
    expect(world.relay.ingests).toBe(calls + 1);

    // Beside much of it a call is nothing, and what waits makes the database grow.
    await write("small", 1);
    value(await api.write({ ops: Array.from({ length: 200 }, (_, i) => create(`large${i}`, "x".repeat(200))) }));
    await expect.poll(events).toBe(BORN + OUTBOX_BURST + MORE + 2);

    vi.setSystemTime(Date.now() + 10_000);
    await write("rested", 1);
    await expect.poll(events).toBe(BORN + OUTBOX_BURST + MORE + 3);
  });
});
