import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { breakingChanges, storedDefinitions } from "./lexicon-changes.mjs";

const record = () => ({
  id: "agent.test.note",
  defs: {
    main: {
      type: "record", key: "tid", description: "A note.",
      record: {
        type: "object", required: ["text"],
        properties: {
          text: { type: "string", maxLength: 10, knownValues: ["a", "b"] },
          body: { type: "union", refs: ["#part", "agent.test.defs#other"] },
          count: { type: "integer", minimum: 0 },
          description: { type: "string", maxLength: 5, description: "Not prose but a field of that name." },
          elsewhere: { type: "ref", ref: "com.atproto.repo.strongRef" },
        },
      },
    },
    part: { type: "object", required: [], properties: { x: { type: "boolean" } } },
    unused: { type: "object", properties: {} },
  },
});
const defs = () => ({ id: "agent.test.defs", defs: { other: { type: "object", properties: { y: { type: "bytes", maxLength: 3 } } } } });
const method = () => ({ id: "agent.test.getNote", defs: { main: { type: "query" } } });

const before = storedDefinitions([record(), defs(), method()]);

/** What breaks after a change. @param {(parts: any) => unknown} change */
const after = (change) => {
  const [note, others] = [record(), defs()];
  change({ main: note.defs.main, fields: note.defs.main.record.properties, object: note.defs.main.record, part: note.defs.part, note, others });
  return breakingChanges(before, storedDefinitions([note, others, method()]));
};

describe("storedDefinitions", () => {
  it("are the records and what they lead to, without prose and with references written out", () => {
    expect(Object.keys(before)).toEqual(["agent.test.defs#other", "agent.test.note", "agent.test.note#part"]);
    expect(before["agent.test.note"]).toMatchObject({ record: { properties: { body: { refs: ["agent.test.note#part", "agent.test.defs#other"] }, description: { maxLength: 5 } } } });
    expect(JSON.stringify(before)).not.toContain("A note.");
  });
});

describe("breakingChanges", () => {
  /** @type {[string, (parts: any) => unknown][]} */
  const harmless = [
    ["nothing", () => undefined],
    ["better prose", ({ main }) => (main.description = "Another.")],
    ["an optional field", ({ fields }) => (fields.more = { type: "string", maxLength: 3 })],
    ["a known value", ({ fields }) => fields.text.knownValues.push("c")],
    ["a member of an open union", ({ fields, note }) => { note.defs.third = { type: "object", properties: {} }; fields.body.refs.push("#third"); }],
    ["a definition", ({ note }) => (note.defs.fourth = { type: "object", properties: {} })],
    ["another order of what is required or known", ({ fields }) => (fields.text.knownValues = ["b", "a"])],
    ["a reference within the document, written out", ({ fields }) => (fields.body.refs[0] = "agent.test.note#part")],
  ];
  it.each(harmless)("lets pass: %s", (_name, change) => expect(after(change)).toEqual([]));

  /** @type {[string, (parts: any) => unknown][]} */
  const breaking = [
    ["agent.test.note/record/properties/count is gone", ({ fields }) => delete fields.count],
    ["more in agent.test.note/record/required is newly required", ({ object, fields }) => { fields.more = { type: "boolean" }; object.required.push("more"); }],
    ["text in agent.test.note/record/required is no longer required", ({ object }) => (object.required = [])],
    ["agent.test.note/record/properties/text/maxLength was 10, is 11", ({ fields }) => (fields.text.maxLength = 11)],
    ["agent.test.note/record/properties/text/maxLength was 10, is undefined", ({ fields }) => delete fields.text.maxLength],
    ["agent.test.note/record/properties/count/maximum was undefined, is 5", ({ fields }) => (fields.count.maximum = 5)],
    ['agent.test.note/record/properties/count/type was "integer", is "string"', ({ fields }) => (fields.count.type = "string")],
    ["agent.test.note/record/properties/text/knownValues has a no more", ({ fields }) => fields.text.knownValues.shift()],
    ["agent.test.note/record/properties/body/refs has agent.test.defs#other no more", ({ fields }) => fields.body.refs.pop()],
    ["agent.test.note/record/properties/body/closed was undefined, is true", ({ fields }) => (fields.body.closed = true)],
    ['agent.test.note/key was "tid", is "any"', ({ main }) => (main.key = "any")],
    ['agent.test.note/record/properties/elsewhere/ref was "com.atproto.repo.strongRef", is "com.atproto.label.defs#label"', ({ fields }) => (fields.elsewhere.ref = "com.atproto.label.defs#label")],
    ["agent.test.note#part/properties/x is gone", ({ part }) => delete part.properties.x],
    ["agent.test.defs#other/properties/y/maxLength was 3, is 4", ({ others }) => (others.defs.other.properties.y.maxLength = 4)],
    ["agent.test.note/record/properties/description/maxLength was 5, is 6", ({ fields }) => (fields.description.maxLength = 6)],
  ];
  it.each(breaking)("finds: %s", (fault, change) => expect(after(change)).toContain(fault));

  it("finds a record that is gone", () => {
    expect(breakingChanges(before, {})).toEqual(["agent.test.defs#other is gone", "agent.test.note is gone", "agent.test.note#part is gone"]);
  });
});

describe("scripts/lexicon-changes.mjs", () => {
  it("finds nothing broken since the last release", () => {
    expect(execFileSync(process.execPath, ["scripts/lexicon-changes.mjs"], { encoding: "utf8" })).toMatch(/^\d+ definitions, none of them broken/);
  });
});
