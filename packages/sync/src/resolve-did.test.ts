import { createServer, type RequestListener } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { didResolver } from "./resolve-did.ts";

const PLC = "https://plc.example.net";
const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

const json = (body: unknown, status = 200) => Response.json(body, { status });

/** A fetch that answers each URL by a table and remembers what it was asked. */
const tableFetch = (table: Record<string, () => Response | Promise<Response>>) => {
  const asked: string[] = [];
  const fetch = (async (input: RequestInfo | URL) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    return table[url]?.() ?? new Response("nobody", { status: 404 });
  }) satisfies typeof globalThis.fetch;
  return { asked, fetch };
};

describe("did:plc", () => {
  const at = (answer: () => Response) => {
    const { asked, fetch } = tableFetch({ [`${PLC}/${encodeURIComponent(ALICE)}`]: answer });
    return { asked, resolve: didResolver({ plcUrl: PLC, fetch }) };
  };

  test("is what the directory given says", async () => {
    expect(await at(() => json({ id: ALICE })).resolve(ALICE)).toEqual({ id: ALICE });
  });

  test.each([404, 410])("is nobody at %i", async (status) => {
    expect(await at(() => json({ message: "no" }, status)).resolve(ALICE)).toBeUndefined();
  });

  test.each([500, 503, 429, 403])("cannot be had now at %i", async (status) => {
    await expect(at(() => json({}, status)).resolve(ALICE)).rejects.toThrow(`${ALICE} cannot be resolved now: got http ${status}`);
  });

  test("a document about somebody else is none", async () => {
    await expect(at(() => json({ id: "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb" })).resolve(ALICE)).rejects.toThrow("another DID's");
  });

  // Whoever holds a DID may write into it what they like; the directory refuses nothing of this, and hosts of did:web write by hand.
  test.each([
    ["names that are no URIs, and twice the same", { alsoKnownAs: ["mod.test", "at://alice.test", "at://alice.test", ""] }],
    ["one context, in no list", { "@context": "https://www.w3.org/ns/did/v1" }],
    ["two services of one id", { service: [{ id: "#a", type: "A", serviceEndpoint: "https://a.example" }, { id: "#a", type: "A", serviceEndpoint: "https://b.example" }] }],
    ["a service that is nowhere", { service: [{ id: "#a", type: "A", serviceEndpoint: "nowhere" }, { id: "#b", type: "B" }] }],
    ["a key of another kind", { verificationMethod: [{ id: "#atproto", type: "Multikey", controller: "nobody" }, 5] }],
  ])("is taken with %s", async (_, more) => {
    expect(await at(() => json({ id: ALICE, ...more })).resolve(ALICE)).toEqual({ id: ALICE, ...more });
  });

  test("is taken whatever type it is said to be of", async () => {
    const plain = () => new Response(JSON.stringify({ id: ALICE }), { headers: { "content-type": "text/plain" } });
    expect(await at(plain).resolve(ALICE)).toEqual({ id: ALICE });
  });

  test.each(["[]", "null", '"text"', "{", "", '{"id":5}', "{}"])("cannot be had while the directory says %s", async (text) => {
    await expect(at(() => new Response(text, { headers: { "content-type": "application/json" } })).resolve(ALICE)).rejects.toThrow(`${ALICE} cannot be resolved now`);
  });

  test("redirects are not followed, and large answers not read", async () => {
    // Of few letters, and of much that is remembered once it is read; or too deep to be written again.
    for (const text of [`[${"{},".repeat(5_000)}{}]`, "[".repeat(6_000) + "]".repeat(6_000)]) await expect(at(() => new Response(text)).resolve(ALICE)).rejects.toThrow("parts");
    await expect(at(() => new Response(null, { status: 302, headers: { location: "http://10.0.0.1/" } })).resolve(ALICE)).rejects.toThrow("redirect");
    const large = json({ id: ALICE, padding: "x".repeat(100_000) });
    await expect(at(() => large).resolve(ALICE)).rejects.toThrow("cannot be resolved now");
  });

  test("what is no DID of the AT Protocol is not asked about", async () => {
    const { asked, resolve } = at(() => json({ id: ALICE }));
    for (const did of ["did:plc:AAAAAAAAAAAAAAAAAAAAAAAA", "did:plc:a", "did:plc:../../x", "did:key:zDn", "nonsense", "did:web:10.0.0.1", "did:web:printer.local", "did:web:example.com:path"]) {
      expect(await resolve(did)).toBeUndefined();
    }
    expect(asked).toEqual([]);
  });
});

describe("did:web", () => {
  test("is asked over https at the whole host", async () => {
    const did = "did:web:colony.example.org";
    const { asked, fetch } = tableFetch({ "https://colony.example.org/.well-known/did.json": () => json({ id: did }) });
    expect(await didResolver({ plcUrl: PLC, fetch })(did)).toEqual({ id: did });
    expect(asked).toEqual(["https://colony.example.org/.well-known/did.json"]);
  });

  test("on loopback resolves in development, and production does not even ask", async () => {
    for (const host of ["localhost:3000", "127.0.0.1:4000", "[::1]:5000", "b.localhost:6000"]) {
      const did = `did:web:${encodeURIComponent(host)}`;
      const { asked, fetch } = tableFetch({ [`http://${host}/.well-known/did.json`]: () => json({ id: did }) });
      expect(await didResolver({ plcUrl: PLC, fetch })(did)).toBeUndefined();
      expect(asked).toEqual([]);
      expect(await didResolver({ plcUrl: PLC, fetch, allowLoopback: true })(did)).toEqual({ id: did });
    }
  });
});

describe("over a real socket", () => {
  const servers: (() => void)[] = [];
  afterAll(() => servers.forEach((close) => close()));

  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  };

  test("a host that never ends its answer is given up", async () => {
    const plcUrl = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{");
    });
    await expect(didResolver({ plcUrl, timeoutMs: 50 })(ALICE)).rejects.toThrow("cannot be resolved now");
  });

  test("a redirect to somewhere else is not followed", async () => {
    let followed = false;
    const elsewhere = await serve((_request, response) => {
      followed = true;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: ALICE }));
    });
    const plcUrl = await serve((_request, response) => response.writeHead(307, { location: `${elsewhere}/x` }).end());
    await expect(didResolver({ plcUrl })(ALICE)).rejects.toThrow("redirect");
    expect(followed).toBe(false);
  });
});
