import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { layerFaults } from "./layers.mjs";
import { ROOT } from "./paths.mjs";

/** A small repository. @param {Record<string, string | object>} files Paths under packages/. */
const repository = (files) => {
  const root = freshFolder();
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, "packages", path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
};

/** @param {...string} names */
const dependingOn = (...names) => ({ dependencies: Object.fromEntries(names.map((name) => [name, "1.0.0"])) });

describe("layers", () => {
  test("allow the arrows of the design, transitive ones, and anything in tests", () => {
    const root = repository({
      "pds/package.json": dependingOn("@rookery/sync", "@rookery/repo", "jose"),
      "pds/src/a.ts": 'import "@rookery/sync"; import "@rookery/repo"; import { x } from "jose/jwt"; import "./b.ts"; import "node:crypto"; import "cloudflare:workers";',
      "pds/src/a.test.ts": 'import "@rookery/network"; import "vitest"; import "../../network/src/index.ts";',
      "pds/src/testing/help.ts": 'import "fast-check";',
    });
    expect(layerFaults(root)).toEqual([]);
  });

  test.each([
    ["an arrow against the design", "sync", ["@rookery/pds"], 'import type { X } from "@rookery/pds";', /sync may not import @rookery\/pds/],
    ["an arrow sideways", "pds", ["@rookery/agent-relay"], 'import "@rookery/agent-relay";', /pds may not import @rookery\/agent-relay/],
    ["Cloudflare in a pure package", "repo", [], 'import "cloudflare:workers";', /repo knows nothing of Cloudflare/],
    ["a way round the package's name", "pds", [], 'import "../../../sync/src/index.ts";', /leaves the package/],
    ["a side door", "pds", ["@rookery/sync"], 'import "@rookery/sync/src/event.ts";', /front door, @rookery\/sync/],
    ["an undeclared dependency", "sdk", [], 'const x = await import("jose");', /jose is not among the dependencies/],
  ])("find %s", (_, name, dependencies, source, fault) => {
    const root = repository({ [`${name}/package.json`]: dependingOn(...dependencies), [`${name}/src/deep/a.ts`]: `\n${source}` });
    const inSource = layerFaults(root).filter((line) => line.startsWith(`packages/${name}/src/deep/a.ts:2: `));
    expect(inSource).toEqual([expect.stringMatching(fault)]);
  });

  test("find what package.json and tsconfig.json say against the design", () => {
    const root = repository({
      "repo/package.json": dependingOn("@rookery/sync", "@cloudflare/workers-types"),
      "repo/tsconfig.json": '{ "compilerOptions": { "types": ["@cloudflare/workers-types"] } }',
    });
    expect(layerFaults(root)).toEqual([
      "packages/repo/package.json: repo may not depend on @rookery/sync",
      "packages/repo/package.json: repo may not depend on @cloudflare/workers-types",
      expect.stringContaining("packages/repo/tsconfig.json"),
    ]);
  });

  test("have a place for every package", () => {
    expect(layerFaults(repository({ "attic/package.json": {} }))).toEqual([expect.stringContaining("packages/attic: has no place")]);
  });

  test("name only packages that the design knows of here", () => {
    expect(layerFaults(ROOT).filter((line) => line.includes("has no place"))).toEqual([]);
  });
});
