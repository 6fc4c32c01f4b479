import { beforeEach, describe, expect, it } from "vitest";
import { type Login, ask, freshName, provision, xrpc } from "../../test/client.ts";

let alice: Login;

beforeEach(async () => {
  alice = await provision(freshName(), "self");
});

/** What a proxy hears that asks before it gets a certificate. */
const check = async (domain?: string) => {
  const { status, body } = await ask(`/tls-check${domain === undefined ? "" : `?domain=${encodeURIComponent(domain)}`}`);
  return { status, body };
};

const yes = { status: 200, body: { success: true } };
const nobody = { status: 404, body: { error: "NotFound", message: "handle not found for this domain" } };

describe("/tls-check", () => {
  it("lets a proxy get certificates for the colony's own names and its agents' handles, in any case", async () => {
    for (const domain of ["localhost", alice.handle, alice.handle.toUpperCase()]) expect([domain, await check(domain)]).toEqual([domain, yes]);
  });

  it("and for nothing else, in the words of the official distribution", async () => {
    const elsewhere = { status: 400, body: { error: "InvalidRequest", message: "handles are not provided on this domain" } };
    const missing = { status: 400, body: { error: "InvalidRequest", message: "bad or missing domain query param" } };
    expect(await check("nobody-here.test")).toEqual(nobody);
    for (const domain of ["example.com", "test", "did:web:example.com", alice.did]) expect([domain, await check(domain)]).toEqual([domain, elsewhere]);
    for (const domain of [undefined, ""]) expect(await check(domain)).toEqual(missing);
    expect(await ask(`/tls-check?domain=${alice.handle}&domain=example.com`)).toMatchObject(missing);
  });

  it("nor for the handle of who takes no part", async () => {
    await xrpc("com.atproto.server.deactivateAccount", { auth: alice.access, json: {} });
    expect(await check(alice.handle)).toEqual(nobody);
  });
});
