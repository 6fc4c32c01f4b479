import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Request } from "miniflare";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mailFolder, openMailbox } from "./mailbox.mjs";

/** @type {string} */
let state;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "rookery-mail-"));
});

afterEach(() => rmSync(state, { recursive: true, force: true }));

const mail = (/** @type {string} */ to) => new Request("http://mailbox/", { method: "POST", body: JSON.stringify({ to, template: "confirmEmail", fields: { token: "AAAAA-BBBBB" } }) });

describe("the mail folder", () => {
  it("holds one private file for each mail, in the order in which they came", async () => {
    const folder = mailFolder(state, undefined);
    const take = openMailbox(folder);
    for (const to of ["one@example.com", "two@example.com"]) expect((await take(mail(to))).status).toBe(204);
    const names = readdirSync(folder).sort();
    expect(names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).to)).toEqual(["one@example.com", "two@example.com"]);
    expect(names[0]).toMatch(/^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z-000001-confirmEmail\.json$/);
    expect(statSync(join(folder, names[0] ?? "")).mode & 0o777).toBe(0o600);
  });

  it("keeps the newest thousand", async () => {
    const folder = mailFolder(state, join(state, "elsewhere"));
    for (let i = 0; i < 1_000; i++) writeFileSync(join(folder, `2020-01-01T000000.000Z-${String(i).padStart(6, "0")}-old.json`), "{}");
    await openMailbox(folder)(mail("new@example.com"));
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(1_000);
    expect([names[0], names.at(-1)]).toEqual(["2020-01-01T000000.000Z-000001-old.json", expect.stringContaining("confirmEmail")]);
  });

  it("says so when it cannot be", () => {
    const file = join(state, "file");
    writeFileSync(file, "");
    expect(() => mailFolder(state, file)).toThrow(/--mail-dir/);
  });
});
