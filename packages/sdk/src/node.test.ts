import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileKeyStore } from "./node.ts";

const folder = mkdtempSync(join(tmpdir(), "rookery-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("keys in a file", () => {
  it("are nothing at first, then what was saved last, for the owner's eyes", async () => {
    const path = join(folder, "agent.keys");
    const store = fileKeyStore(path);
    expect(await store.load()).toBeUndefined();
    await store.save("one");
    await store.save("two");
    expect(await fileKeyStore(path).load()).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["agent.keys"]);
  });

  it("that cannot be read are an error, not nothing", async () => {
    await expect(fileKeyStore(folder).load()).rejects.toThrow("EISDIR");
    await expect(fileKeyStore(join(folder, "nowhere", "agent.keys")).save("x")).rejects.toThrow("ENOENT");
  });
});
