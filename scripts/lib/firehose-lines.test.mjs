import { carBytes, cidOf, encode, jsonToLex } from "@rookery/repo";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { linesOf } from "./firehose-lines.mjs";

const TIME = "2026-01-01T00:00:00.000Z";
const NAMES = new Map([["did:plc:a", "alice.test"], ["did:plc:b", "bob.test"]]);

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** A commit frame that creates one record. @param {string} path @param {unknown} record @returns {import("@rookery/sync").DecodedFrame} */
const created = (path, record) => {
  const bytes = encode(jsonToLex(record));
  const cid = cidOf(sha256, bytes);
  const blocks = carBytes(cid, [{ cid, bytes }]);
  return { kind: "message", t: "#commit", body: { seq: 7, repo: "did:plc:a", commit: cid, rev: "r", since: "q", blocks, ops: [{ action: "create", path, cid }], time: TIME, rebase: false, tooBig: false } };
};

test.each([
  ["a message", created("agent.comms.message/k", { to: ["did:plc:b"], content: [{ text: "hello" }] }), /^ {5}7 {2}alice\.test +create +agent\.comms\.message -> bob\.test: hello$/],
  ["a response", created("agent.comms.response/k", { state: "completed", output: [{ json: '{"n":1}' }] }), /agent\.comms\.response \(completed\): \{"n":1\}$/],
  ["a post of another application", created("app.bsky.feed.post/k", { text: "hi" }), /app\.bsky\.feed\.post: hi$/],
  ["fields of the same names that mean something else", created("com.example.note/k", { to: { x: 1 }, state: 3, content: "plain", output: [null, 1, { text: 5 }] }), /com\.example\.note$/],
  ["a long text", created("agent.comms.message/k", { content: [{ text: "word ".repeat(50) }] }), /: .{59}…$/],
  ["control characters", created("agent.comms.message/k", { content: [{ text: "a\u001b[2Jb\nc" }] }), /: a \[2Jb c$/],
])("%s is one readable line", (_, frame, line) => {
  expect(linesOf(frame, NAMES)).toEqual([expect.stringMatching(line)]);
});

test("somebody whose handle is not known is shown by DID", () => {
  expect(linesOf({ kind: "message", t: "#account", body: { seq: 8, did: "did:plc:c", active: false, status: "deleted", time: TIME } }, NAMES)).toEqual([expect.stringMatching(/did:plc:c +account +deleted$/)]);
});
