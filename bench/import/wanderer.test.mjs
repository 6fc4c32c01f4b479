import { get } from "node:http";
import { Worker } from "node:worker_threads";
import { Secp256k1Keypair } from "@atproto/crypto";
import { expect, it } from "vitest";
import { Wanderer } from "./wanderer.mjs";

/** How long everything stands still here, and how long the host keeps a connection on which nothing is asked, ms; of workerd it is 15 s. */
const STILL = 500;
const KEPT = 100;

/** A host that says yes to everything, in a thread of its own: it goes on while this one stands still. */
const HOST = `
  const { createServer } = require("node:http");
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { connection: "keep-alive", "keep-alive": "" }).end("{}"));
    response.on("finish", () => setTimeout(() => request.socket.end(), ${KEPT}));
  });
  server.listen(0, "127.0.0.1", () => require("node:worker_threads").parentPort.postMessage(server.address().port));
`;

it("opens an account although everything stood still for longer than the host keeps connections", async () => {
  const host = new Worker(HOST, { eval: true });
  try {
    const port = await new Promise((resolve) => host.once("message", resolve));
    const wanderer = new Wanderer("did:plc:wanderer", await Secp256k1Keypair.create());
    const open = () => wanderer.open(`http://localhost:${port}`, "wanderer.test");
    for (let i = 0; i < 3; i++) {
      await Promise.all(Array.from({ length: 16 }, open));
      // Whoever answers last, host or directory: from there on nothing is heard before the next request.
      await new Promise((resolve, reject) => get({ host: "127.0.0.1", port, agent: false }, (answer) => answer.resume().on("end", resolve)).on("error", reject));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STILL);
      await open();
    }
  } finally {
    await host.terminate();
  }
  expect.assertions(0);
});
