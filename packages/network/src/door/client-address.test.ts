import { describe, expect, it } from "vitest";
import { clientIn, clientOf, withClient } from "./client-address.ts";

describe("a client", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["loopback", "loopback"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8::", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["not: an address", "not: an address"],
  ])("at %s is %s", (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});

describe("the client that a header names", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    [" 203.0.113.7 ", "203.0.113.7"],
    ["198.51.100.1, 203.0.113.7", "203.0.113.7"],
    ["203.0.113.7,10.1.2.3,127.0.0.1, 169.254.3.4,192.168.1.1,172.16.0.1,172.31.0.1", "203.0.113.7"],
    ["203.0.113.7, ::1, fe80::1, febf::1, fc00::1, fdff::1, ::ffff:10.0.0.1, ::FFFF:127.0.0.1", "203.0.113.7"],
    ["203.0.113.7, ::ffff:198.51.100.9", "198.51.100.9"],
    ["203.0.113.7, 172.32.0.1", "172.32.0.1"],
    ["203.0.113.7, 172.15.0.1", "172.15.0.1"],
    ["203.0.113.7, 11.0.0.1", "11.0.0.1"],
    ["203.0.113.7, fec0::1", "fec0:0:0:0::/64"],
    ["203.0.113.7, fc::1", "fc:0:0:0::/64"],
    ["2001:db8::1, 10.0.0.1", "2001:db8:0:0::/64"],
    ["10.0.0.5, 192.168.0.9", "10.0.0.5"],
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::1]:4711, [::1]:80", "2001:db8:0:0::/64"],
  ])("of %s is %s", (list, client) => {
    expect(clientIn(new Headers({ "x-forwarded-for": list }), "x-forwarded-for")).toBe(client);
  });

  it.each(["", " ", ",", "unknown", "203.0.113.7, unknown", "203.0.113.7, _hidden", "203.0.113.7, 1.2.3", "203.0.113.7, 999.1.1.1", "203.0.113.7, 2001:db8:::1", "203.0.113.7,"])("of %j is nobody in particular", (list) => {
    expect(clientIn(new Headers({ "x-forwarded-for": list }), "x-forwarded-for")).toBe("loopback");
  });

  it("is nobody in particular where it is not there, and where no header is believed", () => {
    const headers = new Headers({ "cf-connecting-ip": "203.0.113.7" });
    expect(clientIn(headers, "x-forwarded-for")).toBe("loopback");
    expect(clientIn(headers, undefined)).toBe("loopback");
    expect(clientIn(headers, "cf-connecting-ip")).toBe("203.0.113.7");
  });

  it("is the only one that the relay is told of", () => {
    const forged = new Request("https://colony.example.com/subscribe", { headers: { "cf-connecting-ip": "198.51.100.1", "user-agent": "reader/1" } });
    const told = (client: string) => Object.fromEntries(withClient(forged, client).headers);
    expect(told("203.0.113.7")).toEqual({ "cf-connecting-ip": "203.0.113.7", "user-agent": "reader/1" });
    expect(told("loopback")).toEqual({ "user-agent": "reader/1" });
  });
});
