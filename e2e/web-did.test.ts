import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { didResolver, ChainChecker, atprotoKeyOf } from "@rookery/sync";
import { colony, useOwnColony } from "./test/colony.ts";
import { NOTES } from "./test/people.ts";
import { sha256 } from "./test/sha256.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

useOwnColony();

interface Session {
  did: string;
  handle: string;
  accessJwt: string;
}

interface Rotated {
  state: string;
  signingKey: string;
  nextSigningKey?: string;
}

const admin = () => ({ token: colony().adminKey });
const resolve = () => didResolver({ plcUrl: colony().plcUrl, allowLoopback: true });
const port = () => new URL(colony().origin).port;

/** The account that comes with its DID: the admin answers for its owner. */
const adopt = async (did: string, name: string): Promise<Session> => {
  const made = await ask<Session & { message: string }>("com.atproto.server.createAccount", { ...admin(), body: { did, handle: `${name}.test`, email: `${name}@example.com`, password: "open the door" } });
  if (made.status !== 200) throw new Error(made.json.message);
  return made.json;
};

const activate = ({ accessJwt: token }: Session) => ask("com.atproto.server.activateAccount", { token, method: "POST" });
const rotate = (actor: string) => ask<Rotated>("/admin/identity/signing-key", { ...admin(), body: { actor } });
const put = ({ accessJwt: token, did }: Session, text: string) => ask("com.atproto.repo.createRecord", { token, body: { repo: did, collection: NOTES, record: { text } } });

/** Everything that the stream tells of an account, checked strictly with the keys that its document names. */
const watch = async (did: string) => {
  const stream = await openStream();
  const checker = new ChainChecker({ sha256, keyOf: async (of) => atprotoKeyOf(await resolve()(of)) });
  let seen = 0;
  const faults: unknown[] = [];
  const kinds: string[] = [];
  const check = async () => {
    for (; seen < stream.frames.length; seen++) {
      const frame = stream.frames[seen];
      if (frame?.kind !== "message" || frame.t === "#info" || (frame.t === "#commit" ? frame.body.repo : frame.body.did) !== did) continue;
      kinds.push(frame.t);
      const checked = await checker.accept(frame);
      if (!checked.ok) faults.push(checked.failure);
    }
    return kinds;
  };
  return { faults, check, close: () => stream.close() };
};

describe("an account whose did:web is a domain that leads to the colony", () => {
  const did = () => `did:web:127.0.0.1%3A${port()}`;
  let ann: Session;

  test("comes in, and the colony writes its document", async () => {
    ann = await adopt(did(), "web-ann");
    expect(ann).toMatchObject({ did: did(), handle: "web-ann.test" });
    const document = await resolve()(did());
    expect(document).toMatchObject({ id: did(), alsoKnownAs: ["at://web-ann.test"], service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: colony().origin }] });
    const credentials = await ask<{ verificationMethods: { atproto: string } }>("com.atproto.identity.getRecommendedDidCredentials", { token: ann.accessJwt });
    expect(atprotoKeyOf(document)).toBe(credentials.json.verificationMethods.atproto);
    // The host's own document is where it was.
    expect((await ask<{ id: string }>("/.well-known/did.json")).json.id).toBe(`did:web:${encodeURIComponent(new URL(colony().origin).host)}`);
  });

  test("is activated, writes, and gets a fresh signing key at once", async () => {
    const stream = await watch(did());
    expect(await activate(ann)).toMatchObject({ status: 200 });
    expect((await put(ann, "before")).status).toBe(200);
    await until(async () => (await stream.check()).length >= 4, "activation and a commit");
    const before = atprotoKeyOf(await resolve()(did()));
    expect(await rotate(ann.did)).toMatchObject({ status: 200, json: { state: "done" } });
    const after = atprotoKeyOf(await resolve()(did()));
    expect(after).not.toBe(before);
    expect((await put(ann, "after")).status).toBe(200);
    await until(async () => (await stream.check()).length >= 8, "the new key and a commit");
    expect(await stream.check()).toEqual(["#account", "#identity", "#sync", "#commit", "#identity", "#commit", "#sync", "#commit"]);
    expect(stream.faults).toEqual([]);
    stream.close();
  });

  test("can bring back what it has taken with it, signed by the key that its document names", async () => {
    const car = await fetch(`${colony().origin}/xrpc/com.atproto.sync.getRepo?did=${encodeURIComponent(ann.did)}`).then((answer) => answer.arrayBuffer());
    const brought = await fetch(`${colony().origin}/xrpc/com.atproto.repo.importRepo`, { method: "POST", headers: { authorization: `Bearer ${ann.accessJwt}`, "content-type": "application/vnd.ipld.car" }, body: car });
    expect([brought.status, await brought.text()]).toEqual([200, ""]);
    expect((await put(ann, "after it")).status).toBe(200);
  });

  test("has no rotation keys", async () => {
    expect(await ask("/admin/identity/recovery-key", { ...admin(), body: { actor: did(), recoveryKey: null } })).toMatchObject({ status: 400, json: { error: "InvalidRequest" } });
    expect((await ask("com.atproto.identity.signPlcOperation", { token: ann.accessJwt, body: { token: "AAAAA-AAAAA" } })).status).toBe(400);
  });
});

describe("an account whose did:web is its owner's own", () => {
  let server: Server;
  let did: string;
  let document: unknown;
  let bob: Session;

  const write = (key: string, endpoint = colony().origin) => {
    document = {
      id: did,
      alsoKnownAs: ["at://web-bob.test"],
      verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: key.slice("did:key:".length) }],
      service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: endpoint }],
    };
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const isThere = request.url === "/.well-known/did.json" && document !== undefined;
      response.writeHead(isThere ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(isThere ? document : {}));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    did = `did:web:localhost%3A${address.port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test("takes the key that was reserved for it, and is active once its document says so", async () => {
    const reserved = await ask<{ signingKey: string }>("com.atproto.server.reserveSigningKey", { body: { did } });
    bob = await adopt(did, "web-bob");
    expect(await activate(bob)).toMatchObject({ status: 400, json: { error: "InvalidRequest", message: "Could not resolve DID" } });
    write(reserved.json.signingKey, "https://elsewhere.example");
    expect((await activate(bob)).json.message).toBe("DID document atproto_pds service endpoint does not match PDS public url");
    write(reserved.json.signingKey);
    expect(await activate(bob)).toMatchObject({ status: 200 });
    expect((await put(bob, "before")).status).toBe(200);
  });

  test("gets a fresh signing key when its owner has written it, and not before", async () => {
    const stream = await watch(did);
    const rotated = await rotate(did);
    expect(rotated).toMatchObject({ status: 200, json: { state: "waiting" } });
    const next = rotated.json.nextSigningKey ?? "";
    const credentials = await ask<{ verificationMethods: { atproto: string } }>("com.atproto.identity.getRecommendedDidCredentials", { token: bob.accessJwt });
    expect(credentials.json.verificationMethods.atproto).toBe(next);
    expect((await put(bob, "still the one before")).status).toBe(200);
    await until(async () => (await stream.check()).length >= 1, "a commit by the key of before");
    write(next);
    expect(await rotate(did)).toMatchObject({ json: { state: "done", signingKey: next } });
    expect((await put(bob, "after")).status).toBe(200);
    await until(async () => (await stream.check()).length >= 5, "the new key and a commit");
    expect(await stream.check()).toEqual(["#commit", "#identity", "#commit", "#sync", "#commit"]);
    expect(stream.faults).toEqual([]);
    stream.close();
  });
});
