import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { install, type LexInstallOptions } from "@atproto/lex-installer";
import { schemas } from "@rookery/lexicon-agent-comms";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";

/*
 * Whoever does not know this project reads the colony's lexicons with the protocol's own tools. Those find a lexicon's
 * repository by DNS, under a domain that nobody here owns: that one step is overridden, as the tools foresee it. The rest is
 * theirs: the DID document, the record with its proof, the signature, the references, the TypeScript that comes out.
 */

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
let home: string;
let did: string;

/** The command as people type it. What it prints is in `stdout` and `stderr`. */
const publish = () => run(process.execPath, [join(root, "scripts/publish.mjs"), "--data", inject("folder"), "--origin", inject("origin"), "--admin-password", inject("adminKey")]);

beforeAll(async () => {
  // The tool tells each step.
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  home = await mkdtemp(join(tmpdir(), "lexicons-e2e-"));
  const { stderr } = await publish();
  did = /\((did:plc:[a-z2-7]{24})\)/.exec(stderr)?.[1] ?? "";
});

afterAll(() => rm(home, { recursive: true }));

/** Install as `lex install` does, from the colony alone: what is asked of any other host fails the test. */
const installFrom = async (place: string, add: string[], more: Partial<LexInstallOptions> = {}) => {
  const lexicons = join(place, "lexicons");
  const asked: string[] = [];
  await mkdir(lexicons, { recursive: true });
  // com.atproto.* is not ours to publish: its schemas are where every project has them, on disk.
  await cp(join(root, "lexicons/com"), join(lexicons, "com"), { recursive: true });
  await install({
    lexicons, manifest: join(place, "lexicons.json"), add, save: true, plcDirectoryUrl: inject("plcUrl"), allowHttp: true,
    fetch: (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input);
      asked.push(origin);
      return fetch(input, init);
    },
    hooks: { onResolveAuthority: () => did as `did:plc:${string}` },
    ...more,
  });
  return { lexicons, manifest: join(place, "lexicons.json"), asked };
};

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

describe("published lexicons", () => {
  test("are written once: the command says what it did", async () => {
    const { stdout, stderr } = await publish();
    expect(stdout).toBe("");
    expect(stderr).toBe(`lexicons.test (${did}): 0 created, 0 updated, 0 deleted, ${Object.keys(schemas).length} unchanged\n`);
  });

  test("are installed by @atproto/lex, verified, with all they refer to, and are what is in this repository", async () => {
    const place = join(home, "all");
    const { lexicons, manifest, asked } = await installFrom(place, Object.keys(schemas));
    expect(new Set(asked)).toEqual(new Set([inject("origin"), inject("plcUrl")]));
    for (const nsid of Object.keys(schemas)) {
      const path = `${nsid.replaceAll(".", "/")}.json`;
      expect(await readJson(join(lexicons, path))).toEqual({ $type: "com.atproto.lexicon.schema", ...((await readJson(join(root, "lexicons", path))) as object) });
    }
    expect(await readJson(manifest)).toMatchObject({ resolutions: { "agent.comms.message": { uri: `at://${did}/com.atproto.lexicon.schema/agent.comms.message` } } });
  });

  test("one of them brings what it refers to, and builds", async () => {
    const place = join(home, "one");
    const { lexicons } = await installFrom(place, ["agent.comms.request"]);
    expect((await readdir(join(lexicons, "agent/comms"))).toSorted()).toEqual(["defs.json", "request.json"]);
    const cli = join(root, "e2e/node_modules/@atproto/lex/bin/lex");
    await run(process.execPath, [cli, "build", "--lexicons", lexicons, "--out", join(place, "src"), "--no-pretty"]);
    expect(await readFile(join(place, "src/agent/comms/request.defs.ts"), "utf8")).toContain("agent.comms.request");
  });

  test("are installed as docs/lexicons.md says", async () => {
    const page = await readFile(join(root, "docs/lexicons.md"), "utf8");
    const [, code = ""] = /\n## Publication\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(page) ?? [];
    // Below e2e, where the tool is found as in a project of one's own; on a network of this machine alone.
    const place = await mkdtemp(join(root, "e2e/.readme-"));
    try {
      await cp(join(root, "lexicons/com"), join(place, "lexicons/com"), { recursive: true });
      const here = code
        .replaceAll("did:plc:…", did)
        .replace(": undefined", `: "${did}"`)
        .replace("save: true,", `save: true, plcDirectoryUrl: "${inject("plcUrl")}", allowHttp: true,`);
      await writeFile(join(place, "install.mjs"), here);
      await run(process.execPath, ["install.mjs"], { cwd: place });
      expect((await readdir(join(place, "lexicons/agent/comms"))).toSorted()).toEqual(["defs.json", "message.json"]);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  test("pass the check of a project that keeps them installed", async () => {
    const place = join(home, "kept");
    await installFrom(place, ["agent.comms.message"]);
    await installFrom(place, [], { ci: true, save: false });
  });

  test("are found under no other name, and refused when they are not the author's", async () => {
    await expect(installFrom(join(home, "missing"), ["agent.comms.nothing"])).rejects.toThrow(/agent\.comms\.nothing/);
    const tampering: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!(input instanceof Request ? input.url : String(input)).includes("sync.getRecord")) return answer;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const at = new TextDecoder("latin1").decode(bytes).indexOf("Something said");
      if (at < 0) throw new Error("the description is not there");
      bytes[at] = 0x53 ^ 1;
      return new Response(bytes, { status: answer.status, headers: answer.headers });
    };
    await expect(installFrom(join(home, "tampered"), ["agent.comms.message"], { fetch: tampering })).rejects.toThrow(/Failed to (verify|fetch)/);
  });
});
