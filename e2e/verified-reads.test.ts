import { connect, type ColonyAgent } from "@rookery/sdk";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { NOTES, type Person, signUp } from "./test/people.ts";

/** What the lying host does with the proof of a record before it hands it on. */
type Lie = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

let writer: Person;
let other: Person;
let server: Server;
let reader: ColonyAgent;
let lie: Lie;

const fetchBytes = async (path: string) => new Uint8Array(await (await fetch(`${inject("origin")}${path}`)).arrayBuffer());

const proofPath = (did: string, rkey: string) => `/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did, collection: NOTES, rkey })}`;

beforeAll(async () => {
  writer = await signUp("lie-writer");
  other = await signUp("lie-other");
  for (const { agent, did } of [writer, other]) for (const rkey of ["one", "two"]) await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, rkey, record: { text: `${rkey} of ${did}` } });
  // A directory that tells the truth but for the host, which is this server itself.
  server = createServer((request, response) => {
    const answer = async () => {
      const path = request.url ?? "/";
      if (path.startsWith("/xrpc/")) return { type: "application/vnd.ipld.car", body: await lie(path) };
      const document = (await (await fetch(`${inject("plcUrl")}${path}`)).text()).replaceAll(inject("origin"), addressOf(server));
      return { type: "application/did+ld+json", body: document };
    };
    answer().then(
      ({ type, body }) => response.setHeader("content-type", type).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  reader = await connect({ service: inject("origin"), identifier: other.did, password: other.password, plcUrl: addressOf(server) });
});

afterAll(async () => {
  await reader.close();
  server.close();
  server.closeAllConnections();
});

const addressOf = (one: Server) => `http://localhost:${(one.address() as AddressInfo).port}`;

const uriOf = (rkey: string) => `at://${writer.did}/${NOTES}/${rkey}`;

describe("read(uri) through a host that may lie", () => {
  test("the truth is believed: presence and absence", async () => {
    lie = fetchBytes;
    const { data } = await writer.agent.com.atproto.repo.getRecord({ repo: writer.did, collection: NOTES, rkey: "one" });
    expect(await reader.read(uriOf("one"))).toMatchObject({ uri: uriOf("one"), cid: data.cid, author: writer.did, value: data.value });
    expect(await reader.read(uriOf("three"))).toBeUndefined();
  });

  test("any changed byte is refused", async () => {
    const honest = await fetchBytes(proofPath(writer.did, "one"));
    for (let at = 0; at < honest.length; at += Math.ceil(honest.length / 40)) {
      lie = async () => {
        const bytes = honest.slice();
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
      };
      await expect(reader.read(uriOf("one")), `byte ${at} of ${honest.length}`).rejects.toThrow();
    }
  });

  test.each<[string, Lie]>([
    ["another account's proof", () => fetchBytes(proofPath(other.did, "one"))],
    ["a proof of another record", () => fetchBytes(proofPath(writer.did, "two")).then((bytes) => bytes.slice(0, bytes.length - 40))],
    ["half of a proof", (path) => fetchBytes(path).then((bytes) => bytes.slice(0, bytes.length / 2))],
    ["nothing", async () => new Uint8Array()],
    ["a page of text", async () => new TextEncoder().encode("<html>hello</html>")],
  ])("%s is refused", async (_, told) => {
    lie = told;
    await expect(reader.read(uriOf("one"))).rejects.toThrow();
  });

  test("what is not the at-uri of a record by DID is refused", async () => {
    for (const uri of ["", "at://lie-writer.test/x/y", `at://${writer.did}`, `https://example.com/${writer.did}`]) await expect(reader.read(uri)).rejects.toThrow();
  });
});
