import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { loadSecrets } from "./secrets.mjs";

describe("secrets", () => {
  test("are made once, for their owner only", () => {
    const folder = freshFolder();
    const first = loadSecrets(folder);
    expect(first.fresh).toBe(true);
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(first.secrets.encryptionMasterKey, "base64url")).toHaveLength(32);
    expect(Buffer.from(first.secrets.sessionSecret, "base64url")).toHaveLength(32);
    expect(first.secrets.plcRotationKey).toMatch(/^[0-9a-f]{64}$/);
    expect(loadSecrets(folder)).toEqual({ ...first, fresh: false });
  });

  test.each([
    ["cut short", (/** @type {string} */ text) => text.slice(0, 40)],
    ["empty", () => ""],
    ["without one of them", (/** @type {string} */ text) => text.replace("plcRotationKey", "plcRotation")],
    ["with one that is malformed", (/** @type {string} */ text) => text.replace(/("sessionSecret": ")./, "$1!")],
    ["no object", () => "null"],
  ])("are not made anew in the place of a file that is %s", (_, damage) => {
    const folder = freshFolder();
    const { path } = loadSecrets(folder);
    const damaged = damage(readFileSync(path, "utf8"));
    writeFileSync(path, damaged);
    expect(() => loadSecrets(folder)).toThrow(/secrets\.json.*put back a good copy/);
    expect(readFileSync(path, "utf8")).toBe(damaged);
  });

  test("are not made beside a colony's state that lost them", () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "state/do"), { recursive: true });
    expect(() => loadSecrets(folder)).toThrow(/no secrets\.json/);
  });
});
