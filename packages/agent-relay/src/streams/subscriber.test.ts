import { describe, expect, it } from "vitest";
import { CLIENT_MESSAGE_SPAN_MS, MAX_CLIENT_CHARS, MAX_CLIENT_MESSAGES, STALL_BYTES, STALL_MS } from "../settings.ts";
import { Subscriber } from "./subscriber.ts";

/** A named boundary: of a socket, what a subscriber uses. */
const socket = () => ({ bufferedAmount: 0, send: () => undefined, serializeAttachment: () => undefined });
const reader = (ws = socket()) => new Subscriber(ws as unknown as WebSocket, { format: "subscribeRepos", userAgent: "", address: "", since: 0, after: 5 }, undefined, undefined, 0);

describe("a subscriber", () => {
  it("has stalled when it takes nothing, or a trickle that keeps the object awake", () => {
    const ws = socket();
    const one = reader(ws);
    ws.bufferedAmount = 0;
    one.send(new Uint8Array(1_000_000));
    ws.bufferedAmount = 1_000_000;
    expect(one.stalled(STALL_MS - 1)).toBe(false);
    ws.bufferedAmount = 1_000_000 - STALL_BYTES;
    expect(one.stalled(STALL_MS)).toBe(false);
    ws.bufferedAmount -= STALL_BYTES - 1;
    expect(one.stalled(2 * STALL_MS - 1)).toBe(false);
    expect(one.stalled(2 * STALL_MS)).toBe(true);
    ws.bufferedAmount -= 1;
    expect(one.stalled(2 * STALL_MS)).toBe(false);
  });

  it("may say so many messages in a while, and so much", () => {
    const many = reader();
    for (let i = 0; i < MAX_CLIENT_MESSAGES; i++) expect(many.maySay(10, 1)).toBe(true);
    expect(many.maySay(CLIENT_MESSAGE_SPAN_MS - 1, 1)).toBe(false);
    const much = reader();
    expect(much.maySay(0, MAX_CLIENT_CHARS)).toBe(true);
    expect(much.maySay(1, 1)).toBe(false);
    expect(much.maySay(CLIENT_MESSAGE_SPAN_MS + 10, MAX_CLIENT_CHARS)).toBe(true);
  });
});
