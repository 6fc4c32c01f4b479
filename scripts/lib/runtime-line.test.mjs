import { describe, expect, it } from "vitest";
import { shownLine } from "./runtime-line.mjs";

const notFound = { level: "error", message: "e = rust/worker/ffi.rs:104: failed: failed to lookup address information: Name or service not known\nstack: /workerd@2b5edc0" };

describe("what the runtime says", () => {
  it("is shown with its level", () => {
    expect(shownLine({ level: "log", message: "ready" }, false)).toBe("ready");
    expect(shownLine({ level: "error", message: "e = rust/worker/ffi.rs:9: failed: no room" }, false)).toBe("error: e = rust/worker/ffi.rs:9: failed: no room");
  });

  it("is not shown where it is for debugging, or a name that does not resolve, unless all is", () => {
    for (const line of [notFound, { level: "debug", message: "hit" }]) {
      expect(shownLine(line, false)).toBeUndefined();
      expect(shownLine(line, true)).toBe(`${line.level}: ${line.message}`);
    }
  });
});
