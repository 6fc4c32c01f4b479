import { describe, expect, it } from "vitest";
import { crawlSettings, readCrawlers } from "./crawlers.ts";

describe("CRAWLERS", () => {
  it("is a list of origins, each once", () => {
    expect(readCrawlers(undefined)).toEqual([]);
    expect(readCrawlers(" , ")).toEqual([]);
    expect(readCrawlers("https://bsky.network, https://relay.example.com/,https://BSKY.network")).toEqual(["https://bsky.network", "https://relay.example.com"]);
    expect(readCrawlers("http://localhost:2470")).toEqual(["http://localhost:2470"]);
  });

  it.each(["bsky.network", "http://bsky.network", "wss://bsky.network", "https://bsky.network/xrpc", "https://bsky.network?a=b", "https://me@bsky.network"])("refuses %s", (text) => {
    expect(() => readCrawlers(text)).toThrow(`CRAWLERS must be origins of relays like https://bsky.network, has ${text}`);
  });

  it("has a bound", () => {
    const many = Array.from({ length: 17 }, (_, i) => `https://relay-${i}.example.com`).join();
    expect(() => readCrawlers(many)).toThrow("at most 16");
  });
});

describe("the name relays are given", () => {
  it("has a port on loopback only", () => {
    expect(crawlSettings({ crawlers: [], origin: "http://localhost:3000", isLoopback: true }).hostname).toBe("localhost:3000");
    expect(crawlSettings({ crawlers: [], origin: "https://colony.example.com:8443", isLoopback: false }).hostname).toBe("colony.example.com");
  });
});
