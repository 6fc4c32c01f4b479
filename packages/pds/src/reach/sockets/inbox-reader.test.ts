import { expect, it } from "vitest";
import { READER_BUFFER_BYTES, READER_STALL } from "../limits.ts";
import { InboxReader } from "./inbox-reader.ts";

it("a slow reader of letters that take three bytes is told from one that takes nothing", () => {
  const socket = { bufferedAmount: 0, send: (text: string) => void (socket.bufferedAmount += Buffer.byteLength(text)), serializeAttachment: () => undefined };
  // A named boundary: these are all that a reader uses of its socket.
  const reader = new InboxReader(socket as unknown as WebSocket, { after: 0, opened: false, until: 0, since: 0, isLive: true }, 0);
  const value = { text: "語".repeat(READER_BUFFER_BYTES) };
  reader.send({ id: 1, message: { uri: "at://a/b/c", author: "did:plc:a", action: "create", source: "colony", seq: 1, receivedAt: "2026-11-21T00:00:00.000Z", value } });
  for (let now = 1; now < 5 * READER_STALL; now += READER_STALL / 2) {
    expect(reader.isStalled(now, READER_BUFFER_BYTES)).toBe(false);
    socket.bufferedAmount -= 20_000;
  }
  expect(reader.hasRoom(READER_BUFFER_BYTES)).toBe(false);
  expect(reader.isStalled(6 * READER_STALL, READER_BUFFER_BYTES)).toBe(false);
  expect(reader.isStalled(7 * READER_STALL, READER_BUFFER_BYTES)).toBe(true);
});
