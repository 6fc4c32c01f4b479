import { describe, expect, it } from "vitest";
import { ADMIN, ask, provision } from "../../test/client.ts";
import { until } from "../../test/until.ts";

interface RelayView {
  log: { firstSeq: number; lastSeq: number; rows: number; bytes: number };
  window: { maxAgeHours: number; maxBytes: number };
  subscribers: { total: number; byFormat: object[] };
  deliveries: Record<string, number>;
}

const relay = async () => (await ask<{ colony: RelayView; network: RelayView & { hostname: string; followedThrough: number } }>("/admin/relay", { auth: ADMIN })).body;

describe("the admin's view of the relay", () => {
  it("has bounds, bytes, window, readers and deliveries of both logs", async () => {
    await provision();
    await until("its events are in", async () => (await relay()).colony.log.rows >= 4);
    const { colony, network } = await relay();
    const none = { pending: 0, silentRecipients: 0, parked: 0, parkedLost: 0, expired: 0 };
    expect(colony).toMatchObject({ window: { maxAgeHours: 72, maxBytes: 1_000_000_000 }, subscribers: { total: 0, byFormat: [] }, deliveries: none });
    expect(colony.log.lastSeq).toBeGreaterThanOrEqual(colony.log.firstSeq + colony.log.rows - 1);
    expect(colony.log.bytes).toBeGreaterThan(500);
    expect(network).toMatchObject({ hostname: "localhost:4000", deliveries: none, followedThrough: expect.any(Number) });
  });

  it("has no relay to ask where none is configured", async () => {
    for (const [path, method] of [["/admin/crawlers", "GET"], ["/admin/crawlers/request", "POST"]] as const) {
      const { status, body } = await ask(path, { auth: ADMIN, method });
      expect({ status, body }).toMatchObject({ status: 200, body: { hostname: "localhost:3000", crawlers: [], advice: [], newHostLimits: { accounts: 100, eventsPerSecond: 50 } } });
    }
  });
});
