import { carBytes, cidOf, encode, jsonToLex } from "@rookery/repo";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readable } from "./readable.mjs";
import { sightingsOf } from "./sightings.mjs";
import { WIDTH, heading, rowOf, shaded, widthFor, wrapped } from "./two-columns.mjs";

const TIME = "2026-01-01T00:00:00.000Z";
const NAMES = new Map([["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "alice"], ["did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", "bob"]]);
const [A = "", B = ""] = NAMES.keys();
const name = (/** @type {string} */ did) => NAMES.get(did) ?? did;

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** A commit frame that creates one record. @param {string} path @param {unknown} record @returns {import("@rookery/sync").DecodedFrame} */
const created = (path, record) => {
  const bytes = encode(jsonToLex(record));
  const cid = cidOf(sha256, bytes);
  const blocks = carBytes(cid, [{ cid, bytes }]);
  return { kind: "message", t: "#commit", body: { seq: 7, repo: A, commit: cid, rev: "r", since: "q", blocks, ops: [{ action: "create", path, cid }], time: TIME, rebase: false, tooBig: false } };
};

const sealed = { $type: "agent.comms.defs#sealed", ciphertext: { $bytes: "c2VhbGVkc2VhbGVkc2VhbGVk" } };

/** The rows of a frame. @param {import("@rookery/sync").DecodedFrame} frame @param {string} [words] @param {number} [width] */
const rows = (frame, words, width = WIDTH) => sightingsOf(frame).flatMap((sighting) => rowOf(sighting, words, name, width));

test("a sealed message: who writes to whom, how much, and ciphertext; beside it what its reader reads", () => {
  const [row] = rows(created("agent.comms.message/k", { to: [B], content: [sealed] }), "meet me at noon");
  expect(row).toMatch(/^alice {2}→ bob {9}message +\d+ B {2}c2VhbGV… +│ meet me at noon$/);
});

test("sealed for somebody whose eyes are not here", () => {
  expect(rows(created("agent.memory.note/k", { sealed }))).toEqual([expect.stringMatching(/^alice +note .* │ \(sealed for somebody else\)$/)]);
});

test("what is public says so", () => {
  expect(rows(created("app.bsky.feed.post/k", { text: "hi" }), "hi")).toEqual([expect.stringMatching(/^alice +app\.bsky… +\d+ B {2}open +│ hi$/)]);
});

test("no row is wider than a terminal, however much is said and whoever says it", () => {
  for (const columns of [undefined, 80, 100, 300]) {
    const width = widthFor(columns);
    const lines = [...heading(width), ...rows(created("agent.comms.message/k", { to: Array(20).fill(B), content: [sealed] }), `${"word ".repeat(80)}${"x".repeat(200)}`, width)];
    expect(lines.length).toBeGreaterThan(8);
    expect(Math.max(...lines.map((line) => line.length))).toBe(width);
    expect(width).toBeLessThanOrEqual(columns ?? 100);
  }
  expect(wrapped("a bb ccc", 4)).toEqual(["a bb", "ccc"]);
});

test("the left half stands back, and only that", () => {
  expect(shaded("alice │ a │ b")).toBe("\u001b[2malice │ \u001b[22ma │ b");
  expect(shaded("plain")).toBe("plain");
});

test("accounts and what is deleted are told in words", () => {
  expect(rows({ kind: "message", t: "#account", body: { seq: 8, did: B, active: false, status: "deleted", time: TIME } })).toEqual([expect.stringMatching(/^bob +account +│ deleted$/)]);
});

test.each([
  ["agent.comms.request", { input: [{ text: "count" }], deadline: "2026-01-01T10:20:30.000Z" }, "by 10:20:30: count"],
  ["agent.comms.response", { state: "completed", output: [{ json: '{"n":1}' }] }, 'completed: {"n":1}'],
  ["agent.comms.response", { state: "rejected", error: { code: "x", message: "no" } }, "rejected: no"],
  ["agent.comms.handoff", { reason: "busy", records: [{}] }, "busy: 1 record"],
  ["agent.comms.handoffAnswer", { answer: "accepted" }, "accepted"],
  ["agent.memory.note", { text: "remember" }, "remember"],
  ["com.example.note", { to: { x: 1 }, state: 3, content: "plain", output: [null, 1] }, ""],
  ["agent.comms.message", { content: [{ text: "a\u001b[2Jb\nc" }, null, 3] }, "a [2Jb c"],
  ["agent.comms.message", { content: [{ text: "word ".repeat(80) }] }, expect.stringMatching(/^.{179}…$/)],
])("%s in words", (collection, record, words) => {
  expect(readable(collection, record)).toEqual(words);
});
