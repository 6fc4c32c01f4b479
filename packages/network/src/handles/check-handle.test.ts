import { describe, expect, it } from "vitest";
import { checkHandle } from "./check-handle.ts";

const refused = (handle: string) => checkHandle(handle, [".test", ".example.com"], false);

describe("a handle that a colony does not give out", () => {
  it.each([
    ["john.bsky.io", "UnsupportedDomain", "Not a supported handle domain"],
    ["jo.test", "InvalidHandle", "Handle too short"],
    ["a-name-of-19-letters.test", "InvalidHandle", "Handle too long"],
    ["two.parts.test", "InvalidHandle", "Invalid characters in handle"],
    ["about.test", "HandleNotAvailable", "Reserved handle"],
  ])("%s is refused in the reference's words, which clients look for", (handle, name, message) => {
    expect(refused(handle)).toEqual({ ok: false, error: { status: 400, name, message } });
  });
});
