import { describe, expect, it } from "vitest";
import { HandleResolver } from "./handle-resolver.ts";

const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const EVE = "did:plc:eeeeeeeeeeeeeeeeeeeeeeee";
const DOH = "https://dns.example.com/dns-query";

/** A web of pages by URL; whatever else is asked for is not there. Says what was asked. */
const web = (pages: Record<string, () => Response>) => {
  const asked: string[] = [];
  const fetcher: typeof fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    const page = pages[url];
    if (page === undefined) throw new Error("no such host");
    return page();
  };
  return { asked, resolver: new HandleResolver(fetcher, DOH) };
};

const txt = (...texts: string[]) => () => Response.json({ Status: 0, Answer: texts.map((data) => ({ name: "x", type: 16, TTL: 1, data })) });
const dns = (handle: string) => `${DOH}?name=_atproto.${handle}&type=TXT`;
const page = (handle: string) => `https://${handle}/.well-known/atproto-did`;

describe("a handle", () => {
  it("leads where its TXT record says, which goes before its page", async () => {
    const { resolver } = web({ [dns("bob.example.net")]: txt(`"did=${BOB}"`), [page("bob.example.net")]: () => new Response(EVE) });
    expect(await resolver.resolve("bob.example.net")).toBe(BOB);
  });

  it("may have its record in pieces, without quotes, and beside others", async () => {
    const { resolver } = web({
      [dns("a.example.net")]: txt('"v=spf1 -all"', `"did=did:plc:" "bbbbbbbbbbbbbbbbbbbbbbbb"`),
      [dns("b.example.net")]: txt(`did=${BOB}`),
    });
    expect(await resolver.resolve("a.example.net")).toBe(BOB);
    expect(await resolver.resolve("b.example.net")).toBe(BOB);
  });

  it("with two records leads nowhere by DNS", async () => {
    const { resolver } = web({ [dns("bob.example.net")]: txt(`"did=${BOB}"`, `"did=${EVE}"`) });
    expect(await resolver.resolve("bob.example.net")).toBeUndefined();
  });

  it("leads where its page says: the first line of it, behind redirects to other public hosts", async () => {
    const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
    const { resolver } = web({
      [page("a.example.net")]: () => new Response(`${BOB}\nmore\n`),
      [page("b.example.net")]: to("https://www.example.net/did"),
      "https://www.example.net/did": () => new Response(BOB),
      [page("c.example.net")]: to("http://127.0.0.1/did"),
      "http://127.0.0.1/did": () => new Response(BOB),
      [page("d.example.net")]: to("/again"),
      "https://d.example.net/again": to("/again"),
    });
    expect(await resolver.resolve("a.example.net")).toBe(BOB);
    expect(await resolver.resolve("b.example.net")).toBe(BOB);
    expect(await resolver.resolve("c.example.net")).toBeUndefined();
    expect(await resolver.resolve("d.example.net")).toBeUndefined();
  });

  it("leads nowhere when what is there is no DID, too long, or an error", async () => {
    const { resolver } = web({
      [page("a.example.net")]: () => new Response("<html>"),
      [page("b.example.net")]: () => new Response(`did:plc:${"b".repeat(5_000)}`),
      [page("c.example.net")]: () => new Response(BOB, { status: 404 }),
      [dns("d.example.net")]: () => new Response("not json"),
      [dns("e.example.net")]: txt('"did=nonsense"'),
    });
    for (const name of ["a", "b", "c", "d", "e", "f"]) expect(await resolver.resolve(`${name}.example.net`)).toBeUndefined();
  });

  it("that is no public name is not asked for", async () => {
    const { resolver, asked } = web({});
    for (const name of ["localhost", "bob.test", "10.0.0.1", "metadata.internal"]) expect(await resolver.resolve(name)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
