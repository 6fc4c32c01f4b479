import { describe, expect, it } from "vitest";
import { nextHop, replyTo, rootOf } from "./index.ts";

const ref = (name: string) => ({ uri: `at://did:web:a.test/agent.comms.message/${name}`, cid: `cid-${name}` });

describe("threads", () => {
  it("begin with the record that is answered", () => {
    expect(replyTo(ref("a"), {})).toEqual({ root: ref("a"), parent: ref("a") });
    expect(rootOf(ref("a"), {})).toEqual(ref("a"));
  });

  it("keep their root", () => {
    const second = { thread: replyTo(ref("a"), {}) };
    expect(replyTo(ref("b"), second)).toEqual({ root: ref("a"), parent: ref("b") });
    expect(rootOf(ref("b"), second)).toEqual(ref("a"));
  });
});

describe("nextHop", () => {
  it.each([
    [{}, 1],
    [{ hopCount: 7 }, 8],
    [{ hopCount: 8 }, undefined],
    [{ autoReply: true, hopCount: 0 }, 1],
    [{ autoReply: false }, undefined],
  ])("%j → %s", (record, expected) => expect(nextHop(record)).toBe(expected));
});
