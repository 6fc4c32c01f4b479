import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryError, Identities } from "./identity.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

const documentOf = (did: string) => ({
  id: did,
  alsoKnownAs: ["at://ann.test"],
  verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169" }],
  service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: "http://pds.test" }],
});

describe("a directory", () => {
  const served = new WeakSet<Socket>();
  let server: Server;
  /** Whether it closes the next connection that is used again, in the moment in which it is. */
  let closes = false;

  beforeEach(async () => {
    closes = false;
    server = createServer((request, response) => {
      const { socket, url = "" } = request;
      if (closes && served.has(socket)) {
        closes = false;
        socket.destroy();
        return;
      }
      served.add(socket);
      if (decodeURIComponent(url) !== `/${DID}`) response.statusCode = 404;
      response.end(JSON.stringify(documentOf(DID)));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const identities = () => new Identities(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  it("that closes a kept connection just then is asked once more: of whom is written to for the first time nothing else is known", async () => {
    const ours = identities();
    closes = true;
    // As often as it takes until a connection is used again.
    for (let left = 1000; left > 0; left--) {
      if (!closes) break;
      expect(await ours.resolve(DID, true)).toMatchObject({ did: DID, pds: "http://pds.test" });
      await new Promise(setImmediate);
    }
    expect(closes).toBe(false);
  });

  it("that is down is said to be, and which it is", async () => {
    const ours = identities();
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(ours.resolve(DID)).rejects.toBeInstanceOf(DirectoryError);
    await expect(ours.resolve(DID)).rejects.toThrow(`http://127.0.0.1:${port}`);
  });

  it("that does not know somebody is named: it may be the wrong one", async () => {
    const ours = identities();
    await expect(ours.resolve("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb")).rejects.toThrow(/has no DID document at http:\/\/127.0.0.1:\d+\. Is it the `plcUrl` of the agent's colony\?/);
  });
});
