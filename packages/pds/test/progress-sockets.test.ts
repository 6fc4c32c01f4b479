import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { MAX_PROGRESS_READERS, MAX_PROGRESS_SOCKETS } from "../src/reach/limits.ts";
import { socketRequest } from "../src/reach/sockets/socket-request.ts";
import { type Made, makeAgent } from "./agents.ts";

/** Held open by the other side. */
const held: unknown[] = [];

/** A stranger's connection, which answers nothing, not even that it is to close. */
async function connect({ stub }: Made, channel: string): Promise<number> {
  const response = await stub.fetch(socketRequest(new Request("https://x", { headers: { upgrade: "websocket" } }), { kind: "progress", channel, after: 0, address: "" }));
  held.push(response.webSocket);
  return response.status;
}

const sockets = ({ stub }: Made) => runInDurableObject(stub, (_, ctx) => ctx.getWebSockets().map(({ readyState }) => readyState));

it("readers who make up channels and do not even close are bounded, and make room for others only as far as that helps", async () => {
  const bob = await makeAgent();
  const statuses: number[] = [];
  for (let i = 0; i < MAX_PROGRESS_SOCKETS + 20; i++) statuses.push(await connect(bob, `made-up-channel-${i}`));
  expect(statuses.indexOf(429)).toBe(MAX_PROGRESS_SOCKETS);
  const states = await sockets(bob);
  expect(states).toHaveLength(MAX_PROGRESS_SOCKETS);
  expect(states.filter((state) => state === WebSocket.OPEN)).toHaveLength(MAX_PROGRESS_READERS);
});
