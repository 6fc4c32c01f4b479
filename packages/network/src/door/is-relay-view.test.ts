import { describe, expect, it } from "vitest";
import { isRelayView } from "./is-relay-view.ts";

const asks = (url: string, relay?: string) => isRelayView(new URL(url), relay);

describe("a request is for the relay view", () => {
  it.each([
    ["https://relay.example.com/xrpc/x", "https://relay.example.com"],
    ["https://RELAY.example.com/", "https://relay.example.com"],
    ["http://relay.example.com/", "https://relay.example.com"],
    ["https://relay.example.com./", "https://relay.example.com"],
    ["http://localhost:4000/", "http://localhost:4000"],
    ["http://localhost.:4000/", "http://localhost:4000"],
    ["http://127.0.0.1:4000/", "http://localhost:4000"],
    ["http://[::1]:4000/subscribe", "http://localhost:4000"],
    ["http://alice.localhost:4000/", "http://localhost:4000"],
  ])("%s with %s", (url, relay) => expect(asks(url, relay)).toBe(true));

  it.each([
    ["https://example.com/", "https://relay.example.com"],
    ["https://relay.example.com:8443/", "https://relay.example.com"],
    ["https://relay.example.com.evil.net/", "https://relay.example.com"],
    ["http://localhost:3000/", "http://localhost:4000"],
    ["http://localhost/", "http://localhost:4000"],
    ["http://example.com:4000/", "http://localhost:4000"],
    ["http://localhost:4000/", undefined],
  ])("but not %s with %s", (url, relay) => expect(asks(url, relay)).toBe(false));

  it("whatever was asked before", () => {
    const [one, other] = ["https://one.example.com", "https://other.example.com"];
    const questions = [[one, one], [one, other], [other, other], [other, one], [`${one}:8443`, one], [one, one]] as const;
    expect(questions.map(([url, relay]) => asks(`${url}/`, relay))).toEqual([true, false, true, false, false, true]);
  });
});
