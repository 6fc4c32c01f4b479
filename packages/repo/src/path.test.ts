import { describe, expect, it } from "vitest";
import nsidInvalid from "../fixtures/syntax/nsid_syntax_invalid.txt?raw";
import nsidValid from "../fixtures/syntax/nsid_syntax_valid.txt?raw";
import rkeyInvalid from "../fixtures/syntax/recordkey_syntax_invalid.txt?raw";
import rkeyValid from "../fixtures/syntax/recordkey_syntax_valid.txt?raw";
import { isValidMstKey, isValidNsid, isValidRecordKey, PathError, splitPath } from "./path.ts";
import { fixtureLines } from "./testing/lines.ts";

describe("path", () => {
  it("knows the interop fixtures of NSIDs", () => {
    for (const text of fixtureLines(nsidValid)) expect(isValidNsid(text), text).toBe(true);
    for (const text of fixtureLines(nsidInvalid)) expect(isValidNsid(text), text).toBe(false);
  });

  it("knows the interop fixtures of record keys", () => {
    for (const text of fixtureLines(rkeyValid)) expect(isValidRecordKey(text), text).toBe(true);
    for (const text of fixtureLines(rkeyInvalid)) expect(isValidRecordKey(text), text).toBe(false);
  });

  it("accepts as tree key what the reference accepts", () => {
    for (const key of ["coll/3jui7kd54zh2y", "coll/self", "coll/example.com", "com.example/rkey", "coll/~1.2-3_", "coll/dHJ1ZQ", "coll/pre:fix", "coll/_", `coll/${"a".repeat(1019)}`]) {
      expect(isValidMstKey(key), key).toBe(true);
    }
    for (const key of ["", "asdf", "nested/collection/asdf", "coll/", "/asdf", "coll/jalapeñoA", "coll/coöperative", "coll/key$", "coll/key=", "coll/@handle", "coll/any space", "coll/#extra", `coll/${"a".repeat(1020)}`, "coll/a\n"]) {
      expect(isValidMstKey(key), key).toBe(false);
    }
  });

  it("splits a record path and refuses anything else with the value", () => {
    expect(splitPath("app.bsky.feed.post/3jui7kd54zh2y")).toEqual({ collection: "app.bsky.feed.post", rkey: "3jui7kd54zh2y" });
    for (const path of ["", "app.bsky.feed.post", "app.bsky.feed.post/", "/x", "coll/x", "app.bsky.feed.post/a/b", "app.bsky.feed.post/.."]) {
      expect(() => splitPath(path), path).toThrow(PathError);
    }
    expect(() => splitPath("no path")).toThrow("no path");
  });
});
