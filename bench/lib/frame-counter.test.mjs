import { createServer } from "node:net";
import { expect, test } from "vitest";
import { FrameCounter } from "./frame-counter.mjs";

const message = (size) => {
  const header = size < 126 ? [0x82, size] : size < 65_536 ? [0x82, 126, size >> 8, size & 255] : [0x82, 127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(size, 0x82)]);
};

test.each([1, 3, 1000, 100_000])("messages of all header lengths are counted in pieces of %i bytes", async (piece) => {
  const sizes = [0, 5, 125, 126, 4000, 65_535, 65_536, 70_000, 1];
  const server = createServer((socket) => {
    socket.once("data", () => {
      const all = Buffer.concat([Buffer.from("HTTP/1.1 101 Switching Protocols\r\n\r\n"), ...sizes.map(message)]);
      for (let at = 0; at < all.length; at += Math.max(piece, 100)) socket.write(all.subarray(at, at + Math.max(piece, 100)));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  let frames = 0;
  const counter = new FrameCounter(server.address().port, "/", (count) => (frames += count));
  await counter.open();
  await expect.poll(() => frames).toBe(sizes.length);
  counter.close();
  server.close();
});

test("a server that does not switch protocols is an error", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 503 No\r\n\r\n")));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await expect(new FrameCounter(server.address().port, "/", () => {}).open()).rejects.toThrow("503");
  server.close();
});
