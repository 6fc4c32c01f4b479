import { DidCache } from "@rookery/sync";
import { beforeEach, describe, expect, it } from "vitest";
import { type Neighbour, type Wire, makeColonies } from "../../test/colonies.ts";
import { ForeignHandles } from "./foreign-handles.ts";
import { addPeer } from "./manage-peers.ts";

const EVE = "did:plc:eeeeeeeeeeeeeeeeeeeeeeee";
const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";

let a: Neighbour;
let b: Neighbour;
let c: Neighbour;
let wire: Wire;
let documents: Map<string, unknown>;
let handles: ForeignHandles;

/** Bob's document, living at b under a handle. */
const bobAt = (handle: string, pds: string) => ({ id: BOB, alsoKnownAs: [`at://${handle}`], service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: pds }] });

beforeEach(async () => {
  const made = await makeColonies(["verified", "verified", "verified"]);
  [a, b, c] = made.colonies as [Neighbour, Neighbour, Neighbour];
  ({ wire } = made);
  documents = new Map();
  handles = new ForeignHandles(a, new DidCache(async (did) => documents.get(did)), [".a.test"]);
});

describe("a handle under a public domain", () => {
  it("leads where its own name says, whatever the DID claims", async () => {
    wire.pages.set("https://bob.example.net/.well-known/atproto-did", () => new Response(BOB));
    wire.pages.set("https://eve.example.net/.well-known/atproto-did", () => new Response(BOB));
    documents.set(BOB, bobAt("bob.example.net", "https://pds.example.net"));
    expect(await handles.resolve("bob.example.net")).toBe(BOB);
    expect(await handles.resolve("eve.example.net")).toBe(BOB);
    expect(await handles.resolve("nobody.example.net")).toBeUndefined();
  });
});

describe("a handle under a domain that is in no DNS", () => {
  const url = () => `${b.origin}/xrpc/com.atproto.identity.resolveHandle?handle=bob.b.test`;

  beforeEach(async () => {
    b.handleDomains = [".b.test"];
    wire.pages.set(url(), () => Response.json({ did: BOB }));
    documents.set(BOB, bobAt("bob.b.test", b.origin));
  });

  it("is asked of the peer that gives it out, once it is one", async () => {
    expect(await handles.resolve("bob.b.test")).toBeUndefined();
    await addPeer(a, { url: b.origin });
    const fresh = new ForeignHandles(a, new DidCache(async (did) => documents.get(did)), [".a.test"]);
    expect(await fresh.resolve("bob.b.test")).toBe(BOB);
    wire.pages.clear();
    wire.down.add(b.origin);
    expect(await fresh.resolve("bob.b.test")).toBe(BOB);
    expect(await fresh.resolve("bob.c.test")).toBeUndefined();
  });

  it("is not believed of an account that lives elsewhere, has another handle, or cannot be resolved", async () => {
    await addPeer(a, { url: b.origin });
    for (const document of [bobAt("bob.b.test", "https://pds.example.net"), bobAt("rob.b.test", b.origin), undefined]) {
      documents.set(BOB, document);
      expect(await new ForeignHandles(a, new DidCache(async (did) => documents.get(did)), [".a.test"]).resolve("bob.b.test")).toBeUndefined();
    }
    const failing = new ForeignHandles(a, new DidCache(() => Promise.reject(new Error("down"))), [".a.test"]);
    expect(await failing.resolve("bob.b.test")).toBeUndefined();
  });

  it("is found as soon as it was given out, or its account has moved there, also where an older document is remembered", async () => {
    await addPeer(a, { url: b.origin });
    for (const before of [bobAt("rob.b.test", b.origin), bobAt("bob.b.test", "https://pds.example.net"), undefined]) {
      const dids = new DidCache(async (did) => documents.get(did));
      documents.set(BOB, before);
      await dids.resolve(BOB);
      documents.set(BOB, bobAt("bob.b.test", b.origin));
      expect(await new ForeignHandles(a, dids, [".a.test"]).resolve("bob.b.test")).toBe(BOB);
    }
  });

  it("is unknown while the peer is away", async () => {
    await addPeer(a, { url: b.origin });
    wire.pages.clear();
    wire.down.add(b.origin);
    expect(await handles.resolve("bob.b.test")).toBeUndefined();
  });

  it("is not taken over by another peer that says it gives out handles there, nor is one of this colony", async () => {
    c.handleDomains = [".b.test", ".a.test"];
    for (const handle of ["bob.b.test", "typo.a.test"]) wire.pages.set(`${c.origin}/xrpc/com.atproto.identity.resolveHandle?handle=${handle}`, () => Response.json({ did: EVE }));
    documents.set(EVE, { ...bobAt("bob.b.test", c.origin), id: EVE });
    const resolve = (handle: string) => new ForeignHandles(a, new DidCache(async (did) => documents.get(did)), [".a.test"]).resolve(handle);
    // Whom the admin named goes before a guest.
    await addPeer(c, { url: a.origin });
    await addPeer(a, { url: b.origin });
    expect(await resolve("bob.b.test")).toBe(BOB);
    await addPeer(a, { url: c.origin });
    expect(await resolve("bob.b.test")).toBeUndefined();
    documents.set(EVE, { ...bobAt("typo.a.test", c.origin), id: EVE });
    expect(await resolve("typo.a.test")).toBeUndefined();
  });
});
