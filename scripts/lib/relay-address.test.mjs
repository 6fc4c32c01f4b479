import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { anyFreePort } from "./ports.mjs";
import { relayAddress } from "./relay-address.mjs";

/** @param {Parameters<typeof relayAddress>[0]} options */
const choose = async (options) => {
  /** @type {string[]} */
  const said = [];
  const address = await relayAddress(options, (line) => said.push(line));
  return { address, said };
};

/** A port that somebody listens on during `run`. @param {(port: number) => Promise<void>} run */
const whileBusy = async (run) => {
  const server = createServer();
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, () => resolve(undefined)));
  const address = server.address();
  try {
    await run(address && typeof address === "object" ? address.port : 0);
  } finally {
    server.close();
  }
};

describe("the relay view's address", () => {
  const host = "127.0.0.1";

  it("is a thousand ports further, by the machine's own name", async () => {
    const port = (await anyFreePort()) - 1000;
    expect(await choose({ host, port })).toEqual({ address: { port: port + 1000, hostname: `localhost:${port + 1000}` }, said: [] });
    expect((await choose({ host: "127.0.0.2", port })).address?.hostname).toBe(`127.0.0.2:${port + 1000}`);
    expect((await choose({ host, port, origin: "http://localhost:5" })).address?.hostname).toBe(`localhost:${port + 1000}`);
  });

  it("is what was asked for, or nothing at all", async () => {
    const relayPort = await anyFreePort();
    expect((await choose({ host, port: 3000, relayPort })).address).toEqual({ port: relayPort, hostname: `localhost:${relayPort}` });
    expect((await choose({ host, port: 3000, relayPort, origin: "https://a.example.com", relayHostname: "relay.example.com" })).address).toEqual({ port: relayPort, hostname: "relay.example.com" });
    expect(await choose({ host, port: 3000, relayPort: 0 })).toEqual({ address: undefined, said: [] });
  });

  it("is left out with a word when it cannot be and nobody asked for it", () =>
    whileBusy(async (busy) => {
      expect(await choose({ host, port: busy - 1000 })).toEqual({ address: undefined, said: [`no relay view: port ${busy} is busy; choose another with --relay-port N`] });
      expect((await choose({ host, port: 65_000 })).said).toEqual(["no relay view: there is no port 66000; choose one with --relay-port N"]);
      expect((await choose({ host, port: 3000, origin: "https://a.example.com" })).said).toEqual(["no relay view: behind a proxy it needs a public name, --relay-hostname NAME"]);
    }));

  it("is refused when it cannot be and was asked for", () =>
    whileBusy(async (busy) => {
      await expect(choose({ host, port: 3000, relayPort: busy })).rejects.toThrow(`Port ${busy} is busy. Choose another with --relay-port N.`);
      await expect(choose({ host, port: 3000, relayPort: 3000 })).rejects.toThrow("needs another");
      await expect(choose({ host, port: 3000, relayPort: 4000, origin: "https://a.example.com" })).rejects.toThrow("--relay-hostname");
      await expect(choose({ host, port: 65_000, relayHostname: "relay.example.com" })).rejects.toThrow("no port 66000");
    }));
});
