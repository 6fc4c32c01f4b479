import { describe, expect, it } from "vitest";
import { clientOf } from "./client-address.ts";

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
