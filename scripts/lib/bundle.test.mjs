import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { moveOnce } from "./bundle.mjs";

test("of two launchers that have made the same bundle at once, the second uses the first one's", () => {
  const cache = freshFolder();
  for (const name of ["one", "two"]) {
    mkdirSync(join(cache, name));
    writeFileSync(join(cache, name, "index.js"), name);
  }
  const target = join(cache, "worker");
  moveOnce(join(cache, "one"), target);
  moveOnce(join(cache, "two"), target);
  expect(readFileSync(join(target, "index.js"), "utf8")).toBe("one");
  expect(() => moveOnce(join(cache, "none"), join(cache, "other"))).toThrow("ENOENT");
});
