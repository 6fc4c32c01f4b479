import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { Lexicons } from "@atproto/lexicon";
import { documents, ids, lexicons } from "../src/index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "lexicons-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const run = (home: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(home, "scripts/lexicons.mjs"), ...args], { encoding: "utf8" });

describe("scripts/lexicons.mjs", () => {
  it("finds what is checked in fresh", () => {
    const { status, stderr } = run(root, "--check");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("sees and repairs a change of a lexicon, a file edited by hand, and a file too many", () => {
    const home = join(temporary, "home");
    const generated = "packages/lexicon-agent-comms/src/generated";
    for (const path of ["scripts/lexicons.mjs", "lexicons", generated]) cpSync(join(root, path), join(home, path), { recursive: true });
    expect(run(home, "--check").status).toBe(0);

    const spoil = (path: string, edit: (text: string) => string) => writeFileSync(join(home, path), edit(readFileSync(join(home, path), "utf8")));
    const changes: [() => void, string][] = [
      [() => spoil("lexicons/agent/comms/message.json", (text) => text.replace('"maxLength": 32', '"maxLength": 31')), "documents.ts"],
      [() => spoil(`${generated}/types.ts`, (text) => `${text}\n`), "types.ts"],
      [() => writeFileSync(join(home, generated, "more.ts"), ""), "more.ts"],
    ];
    for (const [change, file] of changes) {
      change();
      const { status, stderr } = run(home, "--check");
      expect(status).toBe(1);
      expect(stderr).toContain(`stale: ${join(generated, file)}`);
      expect(run(home).status).toBe(0);
      expect(run(home, "--check").status).toBe(0);
    }
  });

  it("wants the path of a lexicon to say its id", () => {
    const home = join(temporary, "moved");
    for (const path of ["scripts/lexicons.mjs", "lexicons/agent"]) cpSync(join(root, path), join(home, path), { recursive: true });
    cpSync(join(home, "lexicons/agent/comms/message.json"), join(home, "lexicons/agent/comms/note.json"));
    expect(run(home, "--check").stderr).toContain("id is agent.comms.message, the path says agent.comms.note");
  });
});

describe("the lexicons", () => {
  it("are all compiled, with nothing that leads nowhere", () => {
    const all = new Lexicons(documents());
    const refs = [...JSON.stringify([...all]).matchAll(/"(lex:[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(refs.length).toBeGreaterThan(30);
    expect(refs.filter((ref) => all.getDef(ref) === undefined)).toEqual([]);
    expect(Object.values(ids).filter((id) => all.get(id) === undefined)).toEqual([]);
    // Ours are there as well where no others are, with all that they lead to.
    const own = [...JSON.stringify([...lexicons()]).matchAll(/"(lex:[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(own.filter((ref) => lexicons().getDef(ref) === undefined)).toEqual([]);
    expect(lexicons().get("app.bsky.feed.post")).toBeUndefined();
  });

  it("are ones that @atproto/lex can build", () => {
    const out = join(temporary, "lex");
    const cli = fileURLToPath(new URL("../node_modules/@atproto/lex/bin/lex", import.meta.url));
    execFileSync(process.execPath, [cli, "build", "--lexicons", join(root, "lexicons"), "--out", out, "--no-pretty"], { stdio: "pipe" });
    expect(readdirSync(join(out, "agent/comms"))).toEqual(expect.arrayContaining(["message.ts", "message.defs.ts", "listInbox.defs.ts"]));
  });
});
