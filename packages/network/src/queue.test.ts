import { createExecutionContext, createMessageBatch, env, getQueueResult } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { provision } from "../test/client.ts";
import worker from "./index.ts";
import type { WakeMessage } from "./env.ts";

describe("the delivery queue", () => {
  it("wakes recipients, and lets messages to nobody go", async () => {
    const agent = await provision();
    const at = new Date(0);
    const batch = createMessageBatch<WakeMessage>("rookery-delivery", [
      { id: "1", timestamp: at, attempts: 1, body: { recipient: agent.did, seq: 1 } },
      { id: "2", timestamp: at, attempts: 1, body: { recipient: agent.did, seq: 2 } },
      { id: "3", timestamp: at, attempts: 1, body: { recipient: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", seq: 3 } },
    ]);
    const context = createExecutionContext();
    await worker.queue(batch, env);
    const result = await getQueueResult(batch, context);
    expect(result.explicitAcks).toEqual(["1", "2", "3"]);
    expect(result.retryMessages).toEqual([]);
  });
});
