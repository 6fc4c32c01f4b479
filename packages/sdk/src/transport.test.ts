import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CredentialSession } from "@atproto/api";
import { afterEach, describe, expect, it } from "vitest";
import { Session } from "./session.ts";
import { RepositoryTransport } from "./transport.ts";

const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const draft = { collection: "agent.comms.message", rkey: "3k2yihcrp6f2c", record: { $type: "agent.comms.message" }, to: [did] };
const cid = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";
const uri = `at://${did}/${draft.collection}/${draft.rkey}`;

let server: Server | undefined;
afterEach(() => server?.close());

/** A host that answers writes as told, one after the other, and then reads. */
const host = async (writes: (number | "drop")[], reads: number): Promise<{ transport: RepositoryTransport; asked: string[] }> => {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const method = request.url?.split("/xrpc/")[1]?.split("?")[0] ?? "";
    asked.push(method.split(".").at(-1) ?? "");
    const status = method.endsWith("createRecord") ? (writes.shift() ?? 200) : reads;
    if (status === "drop") return void request.socket.destroy();
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { uri, cid, value: {} } : { error: status === 400 ? "InvalidRequest" : "Broken", message: "told to" }));
  });
  await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = new CredentialSession(new URL(`http://127.0.0.1:${port}`));
  credentials.session = { did, handle: "ann.test", accessJwt: "", refreshJwt: "", active: true };
  return { transport: new RepositoryTransport(new Session(credentials)), asked };
};

describe("RepositoryTransport", () => {
  it("tries again when the connection breaks", async () => {
    const { transport, asked } = await host(["drop", 200], 400);
    expect(await transport.send(draft)).toEqual({ uri, cid });
    expect(asked).toEqual(["createRecord", "createRecord"]);
  });

  it("recognises its own write when only the answer was lost", async () => {
    const { transport, asked } = await host(["drop", 400], 200);
    expect(await transport.send(draft)).toEqual({ uri, cid });
    expect(asked).toEqual(["createRecord", "createRecord", "getRecord"]);
  });

  it("does not try again what the host refuses, and says what it said", async () => {
    const { transport, asked } = await host([400], 400);
    await expect(transport.send(draft)).rejects.toThrow("told to");
    expect(asked).toEqual(["createRecord", "getRecord"]);
  });

  it("gives up after three tries, and says that trying again may help", async () => {
    const { transport, asked } = await host(["drop", 503, "drop"], 400);
    await expect(transport.send(draft)).rejects.toMatchObject({ isOutage: true });
    expect(asked.filter((method) => method === "createRecord")).toHaveLength(3);
  });
});
