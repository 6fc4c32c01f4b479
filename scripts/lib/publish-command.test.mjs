import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "./paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "publish-"));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * The command, in a process of its own.
 * @param {string[]} args @returns {Promise<{ code: number | null, said: string }>}
 */
const publish = (...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, "scripts/publish.mjs"), ...args], { env: { PATH: process.env.PATH } });
    let said = "";
    for (const out of [child.stdout, child.stderr]) out.setEncoding("utf8").on("data", (chunk) => (said += chunk));
    child.once("close", (code) => resolve({ code, said }));
  });

/**
 * Something that answers as a colony would.
 * @param {number} status @param {unknown} body @param {(origin: string, asked: { url?: string | undefined, authorization?: string | undefined }[]) => Promise<void>} use
 */
const answering = async (status, body, use) => {
  /** @type {{ url?: string | undefined, authorization?: string | undefined }[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ url: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  try {
    await use(`http://localhost:${typeof address === "object" ? address?.port : 0}`, asked);
  } finally {
    server.close();
  }
};

const done = { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", handle: "lexicons.test", created: ["a.b.c"], updated: ["a.b.d"], deleted: ["a.b.e"], unchanged: 7 };

describe("npm run publish:lexicons", () => {
  it("asks the colony of the state folder with its secret, and says what has changed", async () => {
    await answering(200, done, async (origin, asked) => {
      writeFileSync(join(folder, "origin"), `${origin}\n`);
      writeFileSync(join(folder, "secrets.json"), JSON.stringify({ adminApiKey: "kept-secret" }));
      const { code, said } = await publish("--data", folder);
      expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("+ a.b.c\n~ a.b.d\n- a.b.e\n") });
      expect(said).toContain("1 created, 1 updated, 1 deleted, 7 unchanged");
      expect(asked).toEqual([{ url: "POST /admin/lexicons/publish", authorization: "Bearer kept-secret" }]);
    });
  });

  it("says why the colony refuses", async () => {
    await answering(401, { error: "AuthenticationRequired", message: "Wrong secret" }, async (origin) => {
      expect(await publish("--data", folder, "--origin", origin, "--admin-password", "wrong-secret")).toMatchObject({ code: 1, said: expect.stringContaining("Not published: Wrong secret") });
    });
    await answering(502, "not what a colony says", async (origin) => {
      expect((await publish("--data", folder, "--origin", origin)).said).toContain("Not published: the colony answers 502");
    });
  });

  it("says what is missing", async () => {
    const nowhere = join(folder, "nowhere");
    expect((await publish("--data", nowhere)).said).toContain("Give --origin URL");
    expect((await publish("--data", nowhere, "--origin", "http://localhost:1")).said).toContain("Give --admin-password PW");
    expect(await publish("--data", nowhere, "--origin", "http://localhost:1", "--admin-password", "long-enough")).toMatchObject({ code: 1, said: expect.stringContaining("Nobody answers at http://localhost:1") });
    expect((await publish("--help")).said).toContain("npm run -s publish:lexicons");
  });
});
