import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Login, freshName, provision, xrpc } from "../../test/client.ts";
import { Registry } from "../registry/registry.ts";

let alice: Login;

beforeAll(async () => {
  alice = await provision(freshName(), "self");
});

const NOBODY = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

describe("com.atproto.identity.resolveDid", () => {
  const resolve = (did: string) => xrpc<{ didDoc: { id: string } }>("com.atproto.identity.resolveDid", { params: { did } });

  it("gives the document", async () => {
    expect((await resolve(alice.did)).body).toMatchObject({ didDoc: { id: alice.did, alsoKnownAs: [`at://${alice.handle}`] } });
  });

  it("tells a DID that is not there from one that has ended", async () => {
    expect(await resolve(NOBODY)).toMatchObject({ status: 400, body: { error: "DidNotFound" } });
    const gone = await provision();
    await xrpc("agent.network.destroyAgent", { auth: ADMIN, json: { did: gone.did } });
    expect(await resolve(gone.did)).toMatchObject({ status: 400, body: { error: "DidDeactivated" } });
  });
});

describe.each([
  ["resolveIdentity", (identifier: string) => xrpc("com.atproto.identity.resolveIdentity", { params: { identifier } })],
  ["refreshIdentity", (identifier: string) => xrpc("com.atproto.identity.refreshIdentity", { json: { identifier } })],
])("com.atproto.identity.%s", (_, ask) => {
  it("goes from a handle and from a DID to all of it", async () => {
    for (const identifier of [alice.handle, alice.did]) {
      expect((await ask(identifier)).body).toMatchObject({ did: alice.did, handle: alice.handle, didDoc: { id: alice.did } });
    }
  });

  it("shows no handle that does not lead back", async () => {
    const bob = await provision(freshName(), "self");
    // The registry says another name than the directory: as after a change that others made.
    await env.DB.prepare("UPDATE agent SET handle = ? WHERE did = ?").bind(`${freshName()}.test`, bob.did).run();
    await new Registry(env.DB).forgetAll(bob.did);
    expect((await ask(bob.did)).body).toMatchObject({ did: bob.did, handle: "handle.invalid" });
  });

  it("says what is not there", async () => {
    expect(await ask("nobody-has-this.test")).toMatchObject({ status: 400, body: { error: "HandleNotFound" } });
    expect(await ask(NOBODY)).toMatchObject({ status: 400, body: { error: "DidNotFound" } });
    expect((await ask("not an identifier")).status).toBe(400);
  });
});
