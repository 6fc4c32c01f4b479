import { describe, expect, it } from "vitest";
import type { Listener } from "../streams/listener.ts";
import { recognise } from "./recognise.ts";

const INDIGO = "indigo-relay/v0.1.2 (atproto-relay)";
const ONE = "https://bsky.network";
const TWO = "https://relay.example.com";

const reader = (userAgent: string, more: Partial<Listener> = {}): Listener => ({ format: "subscribeRepos", userAgent, address: "", since: 0, lag: 0, ...more });
const origins = (crawlers: string[], listeners: Listener[]) => [...recognise(crawlers, listeners).keys()];

describe("recognising relays among the readers", () => {
  it("takes whoever calls itself a relay for the only one that is configured", () => {
    expect(origins([ONE], [reader("curl/8"), reader(INDIGO)])).toEqual([ONE]);
    expect(origins([ONE], [reader("curl/8"), reader("")])).toEqual([]);
    expect(origins([], [reader(INDIGO)])).toEqual([]);
  });

  it("knows a relay that names its host, as a whole word", () => {
    expect(origins([ONE, TWO], [reader("crawler (+https://relay.example.com)")])).toEqual([TWO]);
    expect(origins([TWO], [reader("my relay (+https://relay.example.com.evil.test/)")])).toEqual([]);
    expect(origins(["http://localhost:4000"], [reader("rookery relay (+http://localhost:5000)")])).toEqual([]);
    expect(origins(["http://localhost:4000"], [reader("rookery relay (+http://localhost:4000/)")])).toEqual(["http://localhost:4000"]);
  });

  it("takes nobody who names another host for an anonymous relay", () => {
    expect(origins([ONE], [reader("rookery relay (+https://other.example.org)")])).toEqual([]);
  });

  it("counts several anonymous relays by address, and finds all or none", () => {
    expect(origins([ONE, TWO], [reader(INDIGO, { address: "192.0.2.1" }), reader(INDIGO, { address: "192.0.2.1" })])).toEqual([]);
    expect(origins([ONE, TWO], [reader(INDIGO, { address: "192.0.2.1" }), reader(INDIGO, { address: "192.0.2.2" })])).toEqual([ONE, TWO]);
    expect(origins([ONE, TWO], [reader(`${INDIGO} bsky.network`), reader(INDIGO)])).toEqual([ONE, TWO]);
  });

  it("looks at the firehose only, and at the reader that is furthest", () => {
    expect(origins([ONE], [reader(INDIGO, { format: "jetstream" })])).toEqual([]);
    const behind = [reader(INDIGO, { lag: 900 }), reader(INDIGO, { lag: 3 })];
    expect(recognise([ONE], behind).get(ONE)?.lag).toBe(3);
  });
});
