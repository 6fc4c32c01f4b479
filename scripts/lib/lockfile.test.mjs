import { expect, test } from "vitest";
import { lockfileFaults } from "./lockfile.mjs";

test("addresses are found, names that contain http are not", () => {
  expect(lockfileFaults("  http-errors@2.0.1:\n    resolution: {integrity: sha512-x}")).toEqual([]);
  expect(lockfileFaults("a:\n    resolution: {integrity: sha512-x, tarball: https://registry.example/a.tgz}")).toEqual([expect.stringContaining("pnpm-lock.yaml:2: ")]);
});
