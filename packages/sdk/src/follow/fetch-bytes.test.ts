import { describe, expect, it } from "vitest";
import { fetchBytes, fetchPieces, HostError } from "./fetch-bytes.ts";

const settings = (answer: (init: RequestInit | undefined) => Response) => ({
  fetch: (async (_, init) => answer(init)) satisfies typeof fetch,
  signal: new AbortController().signal,
  maxBytes: 10,
});

describe("an answer of a host", () => {
  it("that sends us elsewhere is a refusal, and nobody goes there", async () => {
    const asked: (string | undefined)[] = [];
    const moved = settings((init) => {
      asked.push(init?.redirect);
      return new Response(null, { status: 302, headers: { location: "http://127.0.0.1/" } });
    });
    await expect(fetchBytes("https://host.example/x", moved)).rejects.toMatchObject({ name: "HostError", status: 302 });
    expect(asked).toEqual(["manual"]);
  });

  it("that is too long, or that its reader does not want, is not left open", async () => {
    const signals: AbortSignal[] = [];
    const endless = settings((init) => {
      if (init?.signal) signals.push(init.signal);
      return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4)) }));
    });
    await expect(fetchBytes("https://host.example/x", endless)).rejects.toBeInstanceOf(HostError);
    const refuse = (): void => {
      throw new RangeError("no");
    };
    await expect(fetchPieces("https://host.example/x", refuse, endless)).rejects.toThrow("no");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
