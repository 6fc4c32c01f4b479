import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { keyHeight } from "./height.ts";
import { MAX_SHORT_KEY, shortDigest } from "./key-digest.ts";

const utf8 = new TextEncoder();
const first = (text: string) => new DataView(sha256(utf8.encode(text)).buffer).getInt32(0);

describe("the digest of a short key", () => {
  it("begins as SHA-256 does, at every length", () => {
    for (let length = 0; length <= MAX_SHORT_KEY; length++) {
      const text = "com.example.record/3jqfcqzm3fo2j-abcdefghijklmnopqrstuvwxyz0123456789".repeat(2).slice(0, length);
      expect(shortDigest(text), `length ${length}`).toBe(first(text));
    }
    for (let i = 0; i < 500; i++) expect(shortDigest(`app.bsky.feed.post/${i}`)).toBe(first(`app.bsky.feed.post/${i}`));
  });

  it("is not given for what is longer or not ASCII", () => {
    expect(shortDigest("a".repeat(MAX_SHORT_KEY + 1))).toBeUndefined();
    expect(shortDigest("a/\u00e9")).toBeUndefined();
  });

  it("gives the same layers as the whole digest", () => {
    const whole = (key: string) => {
      const bits = [...sha256(utf8.encode(key))].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      return Math.floor(bits.indexOf("1") / 2);
    };
    for (let i = 0; i < 3_000; i++) expect(keyHeight(sha256, `agent.comms.message/${i}`)).toBe(whole(`agent.comms.message/${i}`));
    const long = `com.example.record/${"x".repeat(200)}`;
    expect(keyHeight(sha256, long)).toBe(whole(long));
  });
});
