import { expect, test } from "vitest";
import { importsOf } from "./imports.mjs";

/** @param {string} source */
const specifiers = (source) => importsOf(source).map((found) => found.specifier);

test("every form of import is found, types included", () => {
  const source = `
    import a from "a"; import "b"; import type { C } from 'c'; export * from "d"; export { e } from "e";
    import {
      f,
    } from "f";
    const g = await import("g"); type H = import("h").H; const i = require( "i" ); import * as j from"j";`;
  expect(specifiers(source)).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
});

test("what only looks like one is not", () => {
  const source = `
    // import a from "a"
    /* import b from "b" */
    const c = "import d from 'd'"; const e = \`import f from "f"\`;
    Array.from("g"); object.import("h"); const reimport = "i"; x = { from: "j" };`;
  expect(specifiers(source)).toEqual([]);
});

test("lines count from 1", () => {
  expect(importsOf('\n\nimport "a";')).toEqual([{ specifier: "a", line: 3 }]);
});
