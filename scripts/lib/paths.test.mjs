import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { stateFolder } from "./paths.mjs";

describe("a state folder", () => {
  test("is made with everything above it, for its owner alone", () => {
    const folder = join(freshFolder(), "a b", "c");
    expect(stateFolder(folder)).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(stateFolder(folder)).toBe(folder);
  });

  test("that cannot be is refused with a sentence", () => {
    const file = join(freshFolder(), "file");
    writeFileSync(file, "");
    expect(() => stateFolder(file)).toThrow(/file cannot be the state folder \(.*EEXIST.*\)\. Choose another with --data DIR\.$/);
    expect(() => stateFolder(join(file, "below"))).toThrow(/cannot be the state folder/);
  });

  test.runIf(existsSync("/proc"))("on a file system that makes nothing is refused, and soon", () => {
    expect(() => stateFolder("/proc/nowhere/else")).toThrow(/cannot be the state folder/);
  });
});
