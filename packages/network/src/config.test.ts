import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { configOf } from "./config.ts";

const relayOf = (ORIGIN: string, RELAY_HOSTNAME: string | undefined) => {
  const { RELAY_HOSTNAME: _, ...rest } = env;
  return configOf({ ...rest, ORIGIN, ...(RELAY_HOSTNAME === undefined ? {} : { RELAY_HOSTNAME }) }).relayOrigin;
};

describe("RELAY_HOSTNAME", () => {
  it("names the relay view's host, of the origin's kind", () => {
    expect(relayOf("https://colony.example.com", "relay.colony.example.com")).toBe("https://relay.colony.example.com");
    expect(relayOf("https://colony.example.com", "Relay.Example.com")).toBe("https://relay.example.com");
    expect(relayOf("http://localhost:3000", "localhost:4000")).toBe("http://localhost:4000");
    expect(relayOf("http://localhost:3000", undefined)).toBeUndefined();
    expect(relayOf("http://localhost:3000", "")).toBeUndefined();
  });

  it.each(["https://relay.example.com", "relay.example.com/", "relay example", "relay.example.com:443"])("%s is no host name", (hostname) =>
    expect(() => relayOf("https://colony.example.com", hostname)).toThrow("RELAY_HOSTNAME"));

  it("cannot be the origin's own", () => expect(() => relayOf("http://localhost:3000", "localhost:3000")).toThrow("must differ"));
});

describe("BLOB_UPLOAD_LIMIT", () => {
  const limitOf = (BLOB_UPLOAD_LIMIT: string) => configOf({ ...env, BLOB_UPLOAD_LIMIT }).blobLimit;

  it("is how many bytes a blob may have", () => {
    expect(limitOf("")).toBe(5_242_880);
    expect(limitOf("123456")).toBe(123_456);
    expect(limitOf("100000000")).toBe(100_000_000);
  });

  it.each(["0", "-1", "1.5", "5 MB", "100000001", "Infinity"])("cannot be %s", (limit) => expect(() => limitOf(limit)).toThrow("BLOB_UPLOAD_LIMIT"));
});

describe("CLIENT_IP_HEADER", () => {
  const headerOf = (ORIGIN: string, CLIENT_IP_HEADER?: string) => {
    const { RELAY_HOSTNAME: _, ...rest } = env;
    return configOf({ ...rest, ORIGIN, ...(CLIENT_IP_HEADER === undefined ? {} : { CLIENT_IP_HEADER }) }).clientIpHeader;
  };

  it("is Cloudflare's own unless another is named, and none on loopback", () => {
    for (const absent of [undefined, ""]) {
      expect(headerOf("https://colony.example.com", absent)).toBe("cf-connecting-ip");
      expect(headerOf("http://localhost:3000", absent)).toBeUndefined();
    }
    for (const origin of ["https://colony.example.com", "http://localhost:3000"]) {
      expect(headerOf(origin, "X-Forwarded-For")).toBe("x-forwarded-for");
      expect(headerOf(origin, "off")).toBeUndefined();
    }
  });

  it.each(["x forwarded", "x:", "ü"])("cannot be %s", (name) => expect(() => headerOf("https://colony.example.com", name)).toThrow("CLIENT_IP_HEADER"));
});

describe("INBOX_POLICY", () => {
  const policyOf = (INBOX_POLICY: string) => configOf({ ...env, INBOX_POLICY }).inboxPolicy;

  it("is what agents have who do not say themselves whom they hear", () => {
    expect(policyOf("")).toEqual({});
    expect(policyOf('{"unknown":"quarantine","perSender":{"perHour":5}}')).toEqual({ unknown: "quarantine", perSender: { perHour: 5 } });
  });

  it.each(["{", "[]", '{"unknown":"maybe"}', '{"perSender":{"perHour":-1}}', '{"allow":[{"did":"nobody"}]}'])("cannot be %s", (policy) => expect(() => policyOf(policy)).toThrow("INBOX_POLICY"));
});
