import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { beginRotation, finishRotation } from "./master-key.mjs";
import { loadSecrets } from "./secrets.mjs";

/** @type {string[]} */
const said = [];
const log = (/** @type {string} */ line) => void said.push(line);

/** A colony that answers rounds with these, one after the other. @param {object[]} answers */
const colony = async (answers) => {
  const server = createServer((request, response) => {
    const answer = request.url === "/admin/keys/rewrap" && request.headers.authorization === "Bearer pw" ? answers.shift() : undefined;
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer ?? { message: "no" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
};

describe("a rotation of the master key", () => {
  test("begins by keeping both, once", () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(path, secrets, log);
    expect(begun.encryptionMasterKeyPrevious).toBe(secrets.encryptionMasterKey);
    expect(begun.encryptionMasterKey).not.toBe(secrets.encryptionMasterKey);
    expect(loadSecrets(folder).secrets).toEqual(begun);
    expect(beginRotation(path, begun, log)).toBe(begun);
    expect(said.at(-1)).toContain("under way");
  });

  test("ends when the colony says that nothing is left, and then only", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(path, secrets, log);
    const busy = await colony([{ state: "rotating", left: 3, done: 5, failed: [] }, { state: "rotating", left: 3, done: 0, failed: [{ did: "did:plc:x", message: "later" }] }, { state: "current", left: 0, done: 3, failed: [] }]);
    await finishRotation({ url: busy.url, adminKey: "pw", path, secrets: begun }, log, new AbortController().signal);
    busy.close();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ ...secrets, encryptionMasterKey: begun.encryptionMasterKey });
  });

  test("keeps both when it does not come to an end, and says why", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(path, secrets, log);
    const stuck = await colony([]);
    await finishRotation({ url: stuck.url, adminKey: "pw", path, secrets: begun }, log, new AbortController().signal);
    stuck.close();
    expect(loadSecrets(folder).secrets).toEqual(begun);
    expect(said.at(-1)).toBe("the master key is not rotated yet, both are kept: no");
  });

  test("stops with the colony", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(path, secrets, log);
    await finishRotation({ url: "http://127.0.0.1:1", adminKey: "pw", path, secrets: begun }, log, AbortSignal.abort());
    expect(loadSecrets(folder).secrets).toEqual(begun);
  });
});

test("a damaged key of before is told, and nothing is made in its place", () => {
  const folder = freshFolder();
  const { secrets, path } = loadSecrets(folder);
  beginRotation(path, { ...secrets, encryptionMasterKey: "short" }, log);
  expect(() => loadSecrets(folder)).toThrow(/encryptionMasterKeyPrevious.*put back a good copy/);
});
