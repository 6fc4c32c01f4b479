import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./paths.mjs";

/** Rows of SECURITY.md's table of claims: what is claimed, the file, the title of the test. */
const claims = () => {
  const [, section = ""] = readFileSync(join(ROOT, "SECURITY.md"), "utf8").split("\n## Claims and their tests\n");
  const [table = ""] = section.split("\n## ");
  return table.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| claim ")).map((line) => {
    const [, claim = "", file = "", title = ""] = /^\| (.+) \| `([^`]+)`: "(.+)" \|$/.exec(line) ?? [];
    return { line, claim, file, title };
  });
};

/** Whether a source has a test of that title, which is not skipped. @param {string} source @param {string} title */
const has = (source, title) => {
  const quoted = title.startsWith("`") ? [title] : [`"${title}"`, `'${title}'`, `\`${title}\``];
  return source.split("\n").some((line, at, lines) => {
    const found = quoted.find((one) => line.includes(one));
    if (found === undefined) return false;
    // The call may begin on a line before, where there is a table of cases.
    const call = [...lines.slice(Math.max(0, at - 40), at), line.slice(0, line.indexOf(found))].join("\n");
    const opened = call.match(/\b(?:test|it)(?:\.\w+)*\b(?![\s\S]*\b(?:test|it)(?:\.\w+)*[<(])[\s\S]*$/)?.[0] ?? "";
    return /^(?:test|it)(?:\.(?:each|for|concurrent))*(?:<[\s\S]*>)?\(/.test(opened) && !opened.includes(";\n");
  });
};

test("there are claims", () => {
  expect(claims().length).toBeGreaterThan(20);
});

describe.each(claims())("$claim", ({ line, file, title }) => {
  test("names a test that is there", () => {
    expect(file, line).not.toBe("");
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    expect(has(readFileSync(join(ROOT, file), "utf8"), title), `${file} has no test ${title}`).toBe(true);
  });
});

test("a test that is not there, is only mentioned or is skipped is noticed", () => {
  expect(has('test("one", () => {});', "one")).toBe(true);
  expect(has('  it.each([[1], [2]])("one", () => {});', "one")).toBe(true);
  expect(has('test.each([\n  ["a"],\n  ["b"],\n])("one %s", () => {});', "one %s")).toBe(true);
  expect(has('import { env } from "cloudflare:test";\nit.each<[string]>([\n  ["a"],\n])("one %s", () => {});', "one %s")).toBe(true);
  expect(has('test("other", () => {});', "one")).toBe(false);
  expect(has('// see "one"', "one")).toBe(false);
  expect(has('test.skip("one", () => {});', "one")).toBe(false);
  expect(has('test.todo("one");', "one")).toBe(false);
});
