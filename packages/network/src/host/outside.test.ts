import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { Upstream } from "../objects/upstream.ts";
import { resolverOf } from "./dids.ts";
import { directoryPorts } from "./directory.ts";
import { colonyOf } from "./federation.ts";
import { handleDeskOf } from "./handles.ts";
import { hostOf } from "./host.ts";
import { identityDeskOf } from "./identity.ts";
import { outsideOf } from "./outside.ts";

/** A colony that writes down what it asks outside. */
const watched = () => {
  const asked: string[] = [];
  const fetcher = {
    fetch: async (input: RequestInfo | URL) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return new Response("nothing here", { status: 404 });
    },
  };
  return { asked, colony: { ...env, OUTSIDE: fetcher } };
};

describe("addresses that strangers chose", () => {
  it.each<[string, (colony: typeof env) => Promise<unknown>, string]>([
    ["a handle", (colony) => handleDeskOf(colony).resolver.resolve("nobody.example.net"), "https://nobody.example.net/.well-known/atproto-did"],
    ["a handle somewhere in the network", (colony) => hostOf(colony).foreignHandle("else.example.net"), "https://else.example.net/.well-known/atproto-did"],
    ["a did:web", (colony) => resolverOf(colony)("did:web:did.example.net"), "https://did.example.net/.well-known/did.json"],
    ["the document of an account's did:web", (colony) => hostOf(colony).didDocument("did:web:own.example.net"), "https://own.example.net/.well-known/did.json"],
    ["another colony", (colony) => colonyOf(colony).fetch("https://colony.example.net/card"), "https://colony.example.net/card"],
    ["another host's records", (colony) => directoryPorts(colony).fetch("https://pds.example.net/record"), "https://pds.example.net/record"],
    ["what a did:web's host says of itself", (colony) => identityDeskOf(colony).fetch("https://pds.example.net/describe"), "https://pds.example.net/describe"],
  ])("are asked by the guarded way: %s", async (_, ask, url) => {
    const { asked, colony } = watched();
    await ask(colony).catch(() => undefined);
    expect(asked).toEqual([url]);
  });

  it("are asked by the guarded way: an author's host, for what a common relay told of", async () => {
    class Listening extends Upstream {
      ask = (url: string) => this.fetcher()(url, {});
    }
    const { asked, colony } = watched();
    await runInDurableObject(env.UPSTREAM.get(env.UPSTREAM.newUniqueId()), (_, state) => new Listening(state, colony).ask("https://author.example.net/record").catch(() => undefined));
    expect(asked).toEqual(["https://author.example.net/record"]);
  });

  it("are not those that the operator named", async () => {
    const { asked, colony } = watched();
    await outsideOf(colony, [`${env.PLC_URL}/`])(`${env.PLC_URL}/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa`);
    expect(asked).toEqual([]);
  });

  it("that cannot be reached are said to be that, in words", async () => {
    const broken = (message: string) => ({ ...env, OUTSIDE: { fetch: async () => Promise.reject(new Error(message)) } });
    await expect(outsideOf(broken("internal error; reference = k81krin6ueunm4f4hdts7t4h"))("https://gone.example.net/x")).rejects.toThrow("gone.example.net cannot be reached");
    await expect(outsideOf(broken("The operation was aborted"))("https://gone.example.net/x")).rejects.toThrow("The operation was aborted");
  });
});
