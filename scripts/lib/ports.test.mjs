import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { anyFreePort } from "./ports.mjs";

/** Ports that this system gives to whoever asks for any; elsewhere than on Linux they begin higher than by its default. */
const RANGE = "/proc/sys/net/ipv4/ip_local_port_range";
const firstGiven = existsSync(RANGE) ? Number.parseInt(readFileSync(RANGE, "utf8"), 10) : 32_768;

it("gives tests ports that nobody is given by accident while their owner is down, with the relay view's beside", async () => {
  for (let i = 0; i < 200; i++) expect((await anyFreePort()) + 1000).toBeLessThan(firstGiven);
});
