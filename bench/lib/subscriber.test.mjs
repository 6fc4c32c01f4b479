import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Subscriber } from "./subscriber.mjs";

let server;
afterEach(() => server.close());

/** A server that answers the handshake with `bytes` after it, in pieces of `piece` bytes. */
const serve = async (bytes, piece) => {
  const heard = [];
  server = createServer((socket) => {
    const answer = async () => {
      const all = Buffer.concat([Buffer.from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), bytes]);
      for (let at = 0; at < all.length; at += piece) {
        socket.write(all.subarray(at, at + piece));
        await new Promise(setImmediate);
      }
      socket.on("data", (chunk) => heard.push(chunk));
    };
    socket.once("data", () => void answer());
    socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, heard };
};

const message = (size) => {
  const header = size < 126 ? Buffer.from([0x82, size]) : size < 65_536 ? Buffer.from([0x82, 126, size >> 8, size & 255]) : Buffer.from([0x82, 127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255]);
  return Buffer.concat([header, Buffer.alloc(size, size & 255)]);
};

test.each([1, 3000, 100_000])("finds messages of every length, sent in pieces of %i", async (piece) => {
  const sizes = piece === 1 ? [0, 125, 126, 300] : [0, 125, 126, 4000, 65_535, 70_000, 1];
  const { port } = await serve(Buffer.concat(sizes.map(message)), piece);
  const got = [];
  const done = new Promise((resolve) => {
    const subscriber = new Subscriber(port, (_, payload) => {
      expect(payload.every((byte) => byte === (payload.length & 255))).toBe(true);
      if (got.push(payload.length) === sizes.length) resolve(subscriber.close());
    });
    subscriber.open().catch(() => undefined);
  });
  await done;
  expect(got).toEqual(sizes);
});

test("a ping is answered, masked, with what it carried", async () => {
  const { port, heard } = await serve(Buffer.concat([Buffer.from([0x89, 2, 104, 105]), message(1)]), 1000);
  const subscriber = new Subscriber(port, () => undefined);
  await subscriber.open();
  await expect.poll(() => Buffer.concat(heard)).toEqual(Buffer.from([0x8a, 0x82, 0, 0, 0, 0, 104, 105]));
  subscriber.close();
});

test("a refusal is an error", async () => {
  server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  await expect(new Subscriber(server.address().port, () => undefined).open()).rejects.toThrow("400 Bad Request");
});
