import { describe, expect, it } from "vitest";
import { refuseShape } from "./json-shape.ts";
import { MAX_JSON_DEPTH, MAX_JSON_PARTS, PLAIN_BYTES } from "./limits.ts";

const shapeOf = (text: string) => refuseShape(new TextEncoder().encode(text.padEnd(PLAIN_BYTES + 1)));
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("the shape of a JSON body", () => {
  it("may be as deep as is safe, and no deeper", () => {
    expect(shapeOf(nested(MAX_JSON_DEPTH))).toBeUndefined();
    expect(shapeOf(nested(MAX_JSON_DEPTH + 1))).toMatch(/nested/);
    expect(shapeOf('{"a":'.repeat(MAX_JSON_DEPTH + 1))).toMatch(/nested/);
    // Side by side is not deep.
    expect(shapeOf(`[${nested(MAX_JSON_DEPTH - 1)},${nested(MAX_JSON_DEPTH - 1)}]`)).toBeUndefined();
  });

  it.each([["objects", "{},"], ["arrays", "[],"], ["keys", '"k":1,']])("may have so many %s, and no more", (_, part) => {
    expect(shapeOf(part.repeat(MAX_JSON_PARTS))).toBeUndefined();
    expect(shapeOf(part.repeat(MAX_JSON_PARTS + 1))).toMatch(/more than/);
  });

  it("does not look into texts, whatever is escaped in them", () => {
    const text = '[{":'.repeat(MAX_JSON_PARTS);
    expect(shapeOf(JSON.stringify({ text, and: ["\\", '"', '\\"', text] }))).toBeUndefined();
    expect(shapeOf(`["\\\\","${text.replaceAll('"', "")}"]`)).toBeUndefined();
    // A text that does not end is the parser's affair.
    expect(shapeOf(`["${"[".repeat(1_000)}`)).toBeUndefined();
    expect(shapeOf(`["${"[".repeat(1_000)}\\`)).toBeUndefined();
  });
});
