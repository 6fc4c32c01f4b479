import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COLONY_ROWS } from "./colony-options.mjs";
import { markdownTable } from "./options.mjs";

describe("the README's table of options", () => {
  it("is the one that the command reads", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    expect(readme).toContain(markdownTable(COLONY_ROWS).trim());
  });
});
