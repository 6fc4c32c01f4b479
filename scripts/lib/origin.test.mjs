import { expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { noteOrigin } from "./origin.mjs";

test("a folder that moves to another address is told of", () => {
  const folder = freshFolder();
  /** @type {string[]} */
  const said = [];
  noteOrigin(folder, "http://localhost:3000", (line) => said.push(line));
  noteOrigin(folder, "http://localhost:3000", (line) => said.push(line));
  expect(said).toEqual([]);
  noteOrigin(folder, "http://localhost:3001", (line) => said.push(line));
  expect(said).toEqual([expect.stringMatching(/made for http:\/\/localhost:3000.*--data/)]);
});
