import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkRecordKey, didOfUri, isDid } from "../src/index.ts";

/** Lines of a fixture, without comments and empty ones. */
const lines = (name: string): string[] =>
  readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "));

const kinds = [
  ["recordkey", (text: string) => checkRecordKey("com.example.unknown", text).ok],
  ["tid", (text: string) => checkRecordKey("agent.comms.message", text).ok],
  ["nsid", (text: string) => checkRecordKey("com.atproto.lexicon.schema", text).ok],
  ["did", isDid],
] as const;

describe.each(kinds)("%s", (name, judge) => {
  it.each(lines(`${name}_syntax_valid`))("accepts %s", (text) => expect(judge(text)).toBe(true));
  it.each(lines(`${name}_syntax_invalid`))("refuses %s", (text) => expect(judge(text)).toBe(false));
});

describe("checkRecordKey", () => {
  it("says what it expected", () => {
    expect(checkRecordKey("agent.comms.message", "self")).toEqual({
      ok: false,
      message: "Invalid record key for agent.comms.message: Invalid TID string (got \"self\") at $",
    });
    expect(checkRecordKey("com.example.unknown", "a/b")).toEqual({ ok: false, message: "Invalid record key: a/b" });
  });
});

describe("didOfUri", () => {
  it.each([
    ["at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/a.b.c/d", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"],
    ["at://did:web:a.test", "did:web:a.test"],
    ["at://a.test/a.b.c/d", undefined],
    ["https://did:web:a.test", undefined],
    ["at://", undefined],
  ])("%s → %s", (uri, did) => expect(didOfUri(uri)).toBe(did));
});
