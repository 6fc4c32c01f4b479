import { AgentCard as Reference } from "@a2a-js/sdk";
import { describe, expect, it } from "vitest";
import { type AgentCard, type AgentCommsProfile, CARD_EXTENSION, fromAgentCard, toAgentCard } from "./index.ts";

const createdAt = "2026-11-21T09:00:00.000Z";
const place = { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", origin: "https://colony.test" };

const least: AgentCommsProfile = { $type: "agent.comms.profile", createdAt };
const full: AgentCommsProfile = {
  ...least,
  displayName: "Alice", description: "Translates.", listed: true, homepage: "https://alice.test/", version: "1.2.0", operator: "did:web:acme.test",
  provider: { name: "Acme", url: "https://acme.test" },
  labels: { $type: "com.atproto.label.defs#selfLabels", values: [{ val: "bot" }] },
  capabilities: [
    {
      name: "translate", title: "Translate", description: "Into German.", tags: [{ tag: "de" }, { tag: "en" }], examples: [{ text: "Translate this" }],
      input: [{ kind: "text", mediaType: "text/markdown" }, { kind: "json", schema: "https://a.test/s" }, { kind: "ref" }], output: [{ kind: "text" }, { kind: "file", mediaType: "image/png" }],
    },
    { name: "rest" },
    { name: "sing", input: [], output: [{ kind: "song-to-come" }] },
  ],
  protocols: [{ name: "agent-comms", version: "1" }, { name: "JSONRPC", version: "1.0", url: "https://alice.test/a2a" }],
  suites: [{ suite: "hpke-xwing-hkdfsha256-aes256gcm" }],
  limits: { recordBytes: 100_000, openTasks: 4 },
};
const newer: AgentCommsProfile & Record<string, unknown> = { ...full, hue: 7, badge: { $link: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" } };

const profiles: [string, AgentCommsProfile][] = [["the least", least], ["every field", full], ["fields to come", newer]];

describe.each(profiles)("a profile with %s", (_name, profile) => {
  it("is the same after having been a card", () => {
    expect(fromAgentCard(toAgentCard(profile, place), "2000-01-01T00:00:00Z")).toEqual(profile);
  });

  it("is the same after A2A's own library has read and written the card", () => {
    const card = toAgentCard(profile, place);
    const read = Reference.fromJSON(JSON.parse(JSON.stringify(card)));
    expect(read).toMatchObject({ name: card.name, description: card.description, version: card.version, skills: card.skills.map(({ id, name, tags }) => ({ id, name, tags })) });
    expect(fromAgentCard(Reference.toJSON(read), createdAt)).toEqual(profile);
  });
});

describe("the card", () => {
  it("has what A2A has a field for in that field", () => {
    expect(toAgentCard(full, place)).toEqual({
      name: "Alice", description: "Translates.", version: "1.2.0", documentationUrl: "https://alice.test/", provider: { organization: "Acme", url: "https://acme.test" },
      supportedInterfaces: [
        { url: "https://colony.test", protocolBinding: "lex:agent.comms.profile", protocolVersion: "1" },
        { url: "https://alice.test/a2a", protocolBinding: "JSONRPC", protocolVersion: "1.0" },
      ],
      capabilities: { streaming: false, pushNotifications: false, extensions: [{ uri: CARD_EXTENSION, description: "The agent's profile, as it is signed in its repository", required: false, params: { did: place.did, profile: full } }] },
      defaultInputModes: ["text/markdown", "application/json", "application/vnd.atproto.ref+json", "text/plain"],
      defaultOutputModes: ["text/plain", "image/png", "*/*"],
      skills: [
        {
          id: "translate", name: "Translate", description: "Into German.", tags: ["de", "en"], examples: ["Translate this"],
          inputModes: ["text/markdown", "application/json", "application/vnd.atproto.ref+json"], outputModes: ["text/plain", "image/png"],
        },
        { id: "rest", name: "rest", description: "", tags: [] },
        { id: "sing", name: "sing", description: "", tags: [], inputModes: ["text/plain"], outputModes: ["*/*"] },
      ],
    });
  });

  it("of an agent that says nothing is one that A2A takes", () => {
    expect(toAgentCard(least, place)).toMatchObject({ name: place.did, description: "", defaultInputModes: ["text/plain"], skills: [] });
  });
});

/** A card of an agent that knows nothing of us. */
const foreign: AgentCard = {
  name: "Recipes", description: "Cooks.", version: "2.0", documentationUrl: "https://cook.test/docs", provider: { organization: "Cook", url: "https://cook.test" },
  supportedInterfaces: [{ url: "https://cook.test/a2a", protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
  capabilities: { streaming: true, pushNotifications: false, extensions: [] },
  defaultInputModes: ["text/plain"], defaultOutputModes: ["text/plain"],
  skills: [{ id: "cook", name: "Cook", description: "A meal.", tags: ["food"], examples: ["Soup"], inputModes: ["text/plain", "application/ld+json", "image/png"], outputModes: ["text/html"] }],
};

describe("a card of somebody else", () => {
  it("becomes a profile of what it says", () => {
    expect(fromAgentCard(foreign, createdAt)).toEqual({
      $type: "agent.comms.profile", displayName: "Recipes", description: "Cooks.", version: "2.0", homepage: "https://cook.test/docs", provider: { name: "Cook", url: "https://cook.test" },
      protocols: [{ name: "JSONRPC", version: "1.0", url: "https://cook.test/a2a" }],
      capabilities: [
        {
          name: "cook", title: "Cook", description: "A meal.", tags: [{ tag: "food" }], examples: [{ text: "Soup" }],
          input: [{ kind: "text", mediaType: "text/plain" }, { kind: "json", mediaType: "application/ld+json" }, { kind: "file", mediaType: "image/png" }], output: [{ kind: "text", mediaType: "text/html" }],
        },
      ],
      createdAt,
    });
  });

  it.each<[string, AgentCard]>([
    ["too long a name", { ...foreign, name: "x".repeat(700) }],
    ["no address", { ...foreign, documentationUrl: "nowhere" }],
    ["a record that is none", { ...foreign, capabilities: { ...foreign.capabilities, extensions: [{ uri: CARD_EXTENSION, description: "", required: false, params: { profile: { createdAt: 3 } } }] } }],
    ["another record", { ...foreign, capabilities: { ...foreign.capabilities, extensions: [{ uri: CARD_EXTENSION, description: "", required: false, params: { profile: { ...least, $type: "agent.comms.message" } } }] } }],
    ["a text for a record", { ...foreign, capabilities: { ...foreign.capabilities, extensions: [{ uri: CARD_EXTENSION, description: "", required: false, params: { profile: "x" } }] } }],
  ])("with %s becomes none", (_name, card) => expect(fromAgentCard(card, createdAt)).toBeUndefined());

  it.each([undefined, null, 3, "card", [], { capabilities: { extensions: 7 } }, { skills: [{ id: 3 }] }, { skills: [null] }, { provider: {} }, { name: 3 }])("%j makes a profile or none, and no error", (card) => {
    const profile = fromAgentCard(card, createdAt);
    if (profile !== undefined) expect(profile).toEqual({ $type: "agent.comms.profile", createdAt });
  });
});
