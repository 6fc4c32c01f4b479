import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withTables } from "./lexicon-docs.mjs";
import { ROOT } from "./paths.mjs";

const page = readFileSync(join(ROOT, "docs/lexicons.md"), "utf8");
const folder = join(ROOT, "lexicons/agent");
const documents = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
const records = documents.filter(({ defs }) => defs.main?.type === "record").map(({ id }) => id);

/** A page with a place for one folder. */
const place = (before = "") => `Text.\n<!-- agent.test: generated, node scripts/lexicon-docs.mjs -->${before}<!-- end of agent.test -->\nMore.\n`;
const note = {
  id: "agent.test.note",
  defs: {
    main: {
      type: "record", key: "any", description: "A note.",
      record: {
        type: "object", required: ["text"],
        properties: {
          text: { type: "string", minLength: 1, maxLength: 10, maxGraphemes: 5, description: "What | is said." },
          at: { type: "string", format: "datetime" },
          kind: { type: "string", knownValues: ["a", "b"] },
          parts: { type: "array", minLength: 1, maxLength: 3, items: { type: "union", refs: ["#part", "com.atproto.repo.strongRef"] } },
          count: { type: "integer", minimum: 2 },
          raw: { type: "bytes", minLength: 4, maxLength: 4 },
        },
      },
    },
    part: { type: "object", properties: {} },
  },
};

describe("the page about lexicons", () => {
  it("has the tables of the lexicons as they are: run node scripts/lexicon-docs.mjs", () => {
    expect(withTables(page, documents, ["agent.comms", "agent.memory"])).toBe(page);
  });

  it("tells of every record", () => {
    expect(records.length).toBeGreaterThan(15);
    expect(records.filter((id) => !page.includes(`\n### ${id}\n`))).toEqual([]);
  });

  it("says of every collection that is sent whom it goes to", () => {
    const table = page.slice(page.indexOf("## Who hears of what"), page.indexOf("## Events"));
    const sent = records.filter((id) => id.startsWith("agent.comms.")).map((id) => id.slice("agent.comms.".length));
    expect(sent.filter((name) => !new RegExp(`\`(agent\\.comms\\.)?${name}\``).test(table))).toEqual([]);
  });
});

describe("withTables", () => {
  it("tells fields by type, bounds and meaning", () => {
    expect(withTables(place(), [note], ["agent.test"])).toBe(
      place(`

### agent.test.note

A note. Key: one that says what it is about.

| field | type | |
|---|---|---|
| \`text\` * | string, not empty, up to 10 bytes and 5 graphemes | What \\| is said. |
| \`at\` | datetime |  |
| \`kind\` | \`a\`, \`b\`, or another |  |
| \`parts\` | list, 1 to 3 of \`#part\`, \`strongRef\`, or another kind |  |
| \`count\` | integer, at least 2 |  |
| \`raw\` | bytes, 4 |  |

#### note#part

No fields.

`),
    );
  });

  it("replaces what was there, and wants a place for it", () => {
    expect(withTables(place("old\n"), [note], ["agent.test"])).toBe(withTables(place(), [note], ["agent.test"]));
    expect(() => withTables("Text.", [note], ["agent.test"])).toThrow("no place for agent.test");
  });
});
