import { describe, expect, it } from "vitest";
import { isAcceptable, isDisposable, isMailAddress } from "./mail-address.ts";

describe("mail addresses", () => {
  it("are taken as the reference takes them", () => {
    for (const good of [
      "a@b.co", "first.last+tag@example.com", "o'neil@sub.example-host.org", "jörg@example.com", "x@münchen.de", `${"a".repeat(64)}@example.com`, "UPPER@EXAMPLE.COM", "a@1.b",
    ]) expect({ good, taken: isMailAddress(good) }).toEqual({ good, taken: true });
  });

  it("are refused as it refuses them", () => {
    for (const bad of [
      "", "a", "@example.com", "a@", "a@b", "a@@example.com", "a@b@example.com", "a b@example.com", ".a@example.com", "a.@example.com", "a..b@example.com",
      "a@example.com.", "a@.example.com", "a@exa mple.com", "a@example.1", "a@127.0.0.1", "a@[127.0.0.1]", "a@-example.com", "a@example-.com", "a@exa_mple.com", "a@example.com:25",
      '"quoted"@example.com', "a(comment)@example.com", `${"a".repeat(65)}@example.com`, `${"ö".repeat(33)}@example.com`, `a@${"b".repeat(64)}.com`, `a@${"b.".repeat(130)}com`, "a@example.com\n", "a@%41.com",
    ]) expect({ bad, taken: isMailAddress(bad) }).toEqual({ bad, taken: false });
  });

  it("that are thrown away after use are refused", () => {
    expect(isDisposable("somebody@mailinator.com")).toBe(true);
    expect(isDisposable("somebody@MAILINATOR.com")).toBe(true);
    expect(isAcceptable("somebody@disposeamail.com")).toBe(false);
    expect(isAcceptable("somebody@example.com")).toBe(true);
  });
});
