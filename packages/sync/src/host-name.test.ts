import { describe, expect, test } from "vitest";
import { isLoopbackHost, isPublicHost, webDidOf, webDidOrigin } from "./host-name.ts";

describe("names of hosts", () => {
  test.each(["example.com", "Colony.Example.ORG", "a-b.co.uk", "xn--bcher-kva.example.net", "relay1.us-east.bsky.network"])("%s is public", (host) => {
    expect(isPublicHost(host)).toBe(true);
  });

  test.each([
    "localhost", "a.localhost", "127.0.0.1", "10.0.0.1", "192.168.1.7", "169.254.169.254", "0.0.0.0", "[::1]", "[fd00::1]", "1.2.3", "0x7f.1", "2130706433",
    "printer", "printer.local", "metadata.google.internal", "router.lan", "nas.home.arpa", "host.test", "x.invalid", "x.onion", "kubernetes.default.svc", "api.service.consul", "localhost.localdomain", "", ".", "a..com", "-a.com", "a-.com",
    "example.com.", "example.com:443", "exa_mple.com", "user@example.com", `${"a".repeat(64)}.com`, `${"a.".repeat(130)}com`,
  ])("%s is not", (host) => {
    expect(isPublicHost(host)).toBe(false);
  });

  test.each(["localhost", "LOCALHOST", "colony.localhost", "127.0.0.1", "127.255.0.9", "[::1]"])("%s is loopback", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  test.each(["localhost.example.com", "127.0.0.1.example.com", "128.0.0.1", "[::2]", "notlocalhost", "0.0.0.0"])("%s is not loopback", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("did:web", () => {
  test("names a public host over https, for everybody", () => {
    expect(webDidOrigin("did:web:Colony.example.org", false)).toEqual({ hostname: "colony.example.org", origin: "https://colony.example.org" });
    expect(webDidOrigin("did:web:colony.example.org", true)).toEqual({ hostname: "colony.example.org", origin: "https://colony.example.org" });
  });

  test.each(["http://localhost:3000", "http://127.0.0.1:4000", "http://[::1]:3000", "http://b.localhost"])("names %s in development only", (origin) => {
    const did = webDidOf(origin);
    expect(webDidOrigin(did, true)?.origin).toBe(origin);
    expect(webDidOrigin(did, false)).toBeUndefined();
  });

  test.each([
    "did:web:10.0.0.1", "did:web:169.254.169.254", "did:web:example.com%3A8443", "did:web:example.com:path", "did:web:example.com%2Fpath", "did:web:user%40example.com",
    "did:web:", "did:web:%", "did:web:%zz", "did:web:localhost%2Fx", "did:web:localhost%3Fx", "did:web:localhost%23", "did:web:x%40localhost", "did:web:localhost%3A99999",
    "did:web:localhost.", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "web:localhost", "did:web:127.1", "did:web:0.0.0.0%3A80",
  ])("%s names nothing, in development either", (did) => {
    expect(webDidOrigin(did, true)).toBeUndefined();
    expect(webDidOrigin(did, false)).toBeUndefined();
  });
});
