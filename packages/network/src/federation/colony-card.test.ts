import { describe, expect, it } from "vitest";
import { readCard } from "./colony-card.ts";

const card = {
  protocolVersion: 1,
  did: "did:web:b.example.org",
  origin: "https://b.example.org",
  relay: "https://relay.b.example.org/",
  publicKey: "did:key:zDnaerMD9rRYP8gCiKAMYJ8iP2wfu2j2sod1n5FW2bpSLkgcZ",
  handleDomains: [".b.example.org"],
  policy: { peering: "verified", collections: ["agent.*"] },
  software: { name: "other", version: "9" },
  later: { anything: true },
};

describe("another colony's card", () => {
  it("is read field by field, and what is not known is left out", () => {
    expect(readCard(card)).toEqual({ did: card.did, origin: card.origin, relay: "https://relay.b.example.org", publicKey: card.publicKey, handleDomains: card.handleDomains });
    const { relay: _relay, handleDomains: _domains, software: _software, ...least } = card;
    expect(readCard(least)).toEqual({ did: card.did, origin: card.origin, publicKey: card.publicKey, handleDomains: [] });
  });

  it.each([
    [{ protocolVersion: 2 }, "protocolVersion is 2"],
    [{ protocolVersion: undefined }, "protocolVersion is undefined"],
    [{ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }, "no did:web"],
    [{ origin: "https://b.example.org/" }, "origin is no origin"],
    [{ origin: 7 }, "origin is no origin"],
    [{ publicKey: "zDna" }, "no did:key"],
    [{ policy: { peering: "friendly" } }, "no known level"],
    [{ policy: null }, "no known level"],
  ])("with %j is refused: %s", (change, words) => {
    expect(readCard({ ...card, ...change })).toContain(words);
  });

  it.each([null, [], "card", 7])("%j is none", (value) => {
    expect(readCard(value)).toBe("it is no JSON object");
  });

  it("keeps sensible handle domains only, a few of them", () => {
    const read = readCard({ ...card, relay: 5, handleDomains: [".ok.test", "no-dot.test", ".UPPER.test", 7, ".", `.${"a".repeat(300)}`] });
    expect(read).toMatchObject({ handleDomains: [".ok.test"] });
    expect(read).not.toHaveProperty("relay");
    const many = readCard({ ...card, handleDomains: Array.from({ length: 100 }, (_, i) => `.d${i}.test`) });
    expect(typeof many === "string" ? [] : many.handleDomains).toHaveLength(16);
  });
});
