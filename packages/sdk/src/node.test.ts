import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { KeyStateError } from "@rookery/envelope";
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

  it("are written for nobody else, whatever lies where they are written", async () => {
    const path = join(folder, "left.keys");
    writeFileSync(`${path}.new`, "left by a crash", { mode: 0o644 });
    await fileKeyStore(path).save("secret");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const elsewhere = join(folder, "elsewhere");
    symlinkSync(elsewhere, `${path}.new`);
    const store = fileKeyStore(path);
    await store.load();
    await store.save("more secret");
    expect(readFileSync(path, "utf8")).toBe("more secret");
    expect(() => readFileSync(elsewhere)).toThrow("ENOENT");
  });

  it("are not written over those of another process", async () => {
    const path = join(folder, "shared.keys");
    const [one, two] = [fileKeyStore(path), fileKeyStore(path)];
    await one.load();
    await two.load();
    await one.save("of the first");
    await expect(two.save("of the second")).rejects.toThrow(KeyStateError);
    await expect(fileKeyStore(path).save("unread")).rejects.toThrow(KeyStateError);
    expect(readFileSync(path, "utf8")).toBe("of the first");
    await one.save("of the first again");
  });

  it("that cannot be read are an error, not nothing", async () => {
    await expect(fileKeyStore(folder).load()).rejects.toThrow("EISDIR");
    await expect(fileKeyStore(join(folder, "nowhere", "agent.keys")).save("x")).rejects.toThrow("ENOENT");
  });
});
