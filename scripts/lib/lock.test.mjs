import { expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { holdFolder } from "./lock.mjs";

test("a folder has one holder of each kind, until it is given back", () => {
  const folder = freshFolder();
  const release = holdFolder(folder, "colony");
  expect(() => holdFolder(folder, "colony")).toThrow(`Another colony is running on ${folder}.`);
  const releasePlc = holdFolder(folder, "plc");
  release();
  holdFolder(folder, "colony")();
  releasePlc();
});
