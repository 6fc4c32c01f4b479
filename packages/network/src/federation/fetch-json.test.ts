import { describe, expect, it } from "vitest";
import { UnreachableError, fetchJson } from "./fetch-json.ts";
import { MAX_ANSWER_BYTES } from "./limits.ts";

const ADDRESS = "https://b.example.org/x";
const ask = (answer: () => Response | Promise<Response>) => fetchJson(async () => answer(), ADDRESS);

describe("asking another host", () => {
  it("gives its JSON, and nothing at all as null", async () => {
    expect(await ask(() => Response.json({ a: 1 }))).toEqual({ ok: true, json: { a: 1 } });
    expect(await ask(() => new Response(null))).toEqual({ ok: true, json: null });
  });

  it("gives its refusal in its own words, cut, and whatever these are", async () => {
    expect(await ask(() => Response.json({ error: "No", message: "because" }, { status: 403 }))).toEqual({ ok: false, status: 403, name: "No", message: "because" });
    expect(await ask(() => Response.json({ error: { a: 1 }, message: "x".repeat(2000) }, { status: 500 }))).toEqual({ ok: false, status: 500, name: "", message: "x".repeat(500) });
    expect(await ask(() => new Response("<html>", { status: 502 }))).toEqual({ ok: false, status: 502, name: "", message: "" });
  });

  it.each<[string, () => Response | Promise<Response>, string]>([
    ["is away", () => Promise.reject(new Error("connection refused")), "connection refused"],
    ["redirects", () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example" } }), "redirects (302)"],
    ["says too much", () => new Response("x".repeat(MAX_ANSWER_BYTES + 1)), `more than ${MAX_ANSWER_BYTES} bytes`],
    ["speaks no JSON", () => new Response("hello"), "no JSON"],
  ])("throws with the address and the reason when it %s", async (_what, answer, words) => {
    const thrown: unknown = await ask(answer).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UnreachableError);
    expect(String(thrown)).toContain(ADDRESS);
    expect(String(thrown)).toContain(words);
  });

  it("follows no redirect by itself, and posts JSON", async () => {
    let seen: RequestInit | undefined;
    await fetchJson(async (_input, init) => ((seen = init), Response.json({})), ADDRESS, { a: 1 });
    expect(seen).toMatchObject({ method: "POST", body: '{"a":1}', redirect: "manual" });
  });
});
