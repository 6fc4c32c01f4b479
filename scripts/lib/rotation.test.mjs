import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { MASTER_KEY, PLC_KEY, beginRotation, finishRotation } from "./rotation.mjs";
import { loadSecrets } from "./secrets.mjs";

/** @type {string[]} */
const said = [];
const log = (/** @type {string} */ line) => void said.push(line);

/** A colony that answers rounds with these, one after the other. @param {string} path @param {object[]} answers */
const colony = async (path, answers) => {
  const server = createServer((request, response) => {
    const answer = request.url === path && request.headers.authorization === "Bearer pw" ? answers.shift() : undefined;
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer ?? { message: "no" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
};

describe.each([MASTER_KEY, PLC_KEY])("a rotation of the $what", (kind) => {
  test("begins by keeping both, once", () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(kind, path, secrets, log);
    expect(begun[kind.previous]).toBe(secrets[kind.name]);
    expect(begun[kind.name]).not.toBe(secrets[kind.name]);
    expect(loadSecrets(folder).secrets).toEqual(begun);
    expect(beginRotation(kind, path, begun, log)).toBe(begun);
    expect(said.at(-1)).toContain("under way");
  });

  test("ends when the colony says that nothing is left, and then only", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(kind, path, secrets, log);
    const busy = await colony(kind.path, [{ state: "rotating", left: 3, done: 5, failed: [] }, { state: "rotating", left: 3, done: 0, failed: [{ did: "did:plc:x", message: "later" }] }, { state: "current", left: 0, done: 3, failed: [] }]);
    await finishRotation(kind, { url: busy.url, adminKey: "pw", path }, log, new AbortController().signal);
    busy.close();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ ...secrets, [kind.name]: begun[kind.name] });
  });

  test("keeps both when it does not come to an end, and says why", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(kind, path, secrets, log);
    const stuck = await colony(kind.path, []);
    await finishRotation(kind, { url: stuck.url, adminKey: "pw", path }, log, new AbortController().signal);
    stuck.close();
    expect(loadSecrets(folder).secrets).toEqual(begun);
    expect(said.at(-1)).toBe(`the ${kind.what} is not rotated yet, both are kept: no`);
  });

  test("stops with the colony", async () => {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    const begun = beginRotation(kind, path, secrets, log);
    await finishRotation(kind, { url: "http://127.0.0.1:1", adminKey: "pw", path }, log, AbortSignal.abort());
    expect(loadSecrets(folder).secrets).toEqual(begun);
  });
});

test("two rotations at a time leave each other alone", async () => {
  const folder = freshFolder();
  const { secrets, path } = loadSecrets(folder);
  const begun = beginRotation(PLC_KEY, path, beginRotation(MASTER_KEY, path, secrets, log), log);
  const done = [{ state: "current", left: 0, done: 0, failed: [] }];
  const master = await colony(MASTER_KEY.path, [...done]);
  await finishRotation(MASTER_KEY, { url: master.url, adminKey: "pw", path }, log, new AbortController().signal);
  master.close();
  const { encryptionMasterKeyPrevious: _, ...half } = begun;
  expect(loadSecrets(folder).secrets).toEqual(half);
  const plc = await colony(PLC_KEY.path, [...done]);
  await finishRotation(PLC_KEY, { url: plc.url, adminKey: "pw", path }, log, new AbortController().signal);
  plc.close();
  expect(loadSecrets(folder).secrets).toEqual({ ...secrets, encryptionMasterKey: begun.encryptionMasterKey, plcRotationKey: begun.plcRotationKey });
});

test("a damaged key of before is told, and nothing is made in its place", () => {
  for (const kind of [MASTER_KEY, PLC_KEY]) {
    const folder = freshFolder();
    const { secrets, path } = loadSecrets(folder);
    beginRotation(kind, path, { ...secrets, [kind.name]: "short" }, log);
    expect(() => loadSecrets(folder)).toThrow(new RegExp(`${kind.previous}.*put back a good copy`));
  }
});
