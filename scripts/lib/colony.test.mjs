import { afterEach, describe, expect, test } from "vitest";
import { colonyCommand, freshFolder, launch, until } from "../testing/launch.mjs";
import { accepts, anyFreePort } from "./ports.mjs";
import { killNow } from "./processes.mjs";
import { workerdsOf } from "./workerd.mjs";

/** @type {ReturnType<typeof launch>[]} */
const launched = [];
/** @type {string[]} */
const folders = [];

afterEach(async () => {
  for (const colony of launched.splice(0)) {
    colony.kill("SIGKILL");
    await colony.exit;
  }
  for (const folder of folders.splice(0)) for (const pid of workerdsOf(folder)) killNow(pid);
});

const place = async () => {
  const folder = freshFolder();
  folders.push(folder);
  return { folder, port: await anyFreePort() };
};

/** @param {{ folder: string, port: number }} where @param {...string} more */
const start = async ({ folder, port }, ...more) => {
  const colony = launch(colonyCommand("--port", String(port), "--data", folder, ...more));
  launched.push(colony);
  await colony.ready();
  return colony;
};

/** @param {{ port: number }} where @param {string} path @returns {Promise<string>} */
const get = async ({ port }, path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

/** @param {{ port: number }} where @param {string} path */
const getAgain = async (where, path) => {
  let text = "";
  await until(async () => (text = await get(where, path).catch(() => "")), `an answer at ${path}`);
  return text;
};

describe("a colony", () => {
  test("says ready in one line once it is healthy, migrated, and has its bindings", async () => {
    const here = await place();
    const colony = await start(here, "--admin-password", "correct horse", "--open-registration", "--no-rate-limits", "--log-max-mb", "2");
    expect(colony.said.out).toBe(`Colony ready at http://localhost:${here.port}\n`);
    expect(await get(here, "/xrpc/_health")).toBe("well");
    expect(JSON.parse(await get(here, "/notes"))).toEqual([{ text: "one; two" }]);
    expect(JSON.parse(await get(here, "/"))).toMatchObject({
      ORIGIN: `http://localhost:${here.port}`,
      ADMIN_API_KEY: "correct horse",
      OPEN_REGISTRATION: "true",
      RATE_LIMITS: "off",
      LOG_MAX_BYTES: "2097152",
      MIGRATION: "0001_first.sql",
      FAULT: "",
    });
    expect(colony.said.err).not.toContain("correct horse");
  });

  test("goes on with state and secrets after a stop, and applies migrations once", async () => {
    const here = await place();
    const first = await start(here);
    const { STARTED_AT: began, ...before } = JSON.parse(await get(here, "/"));
    expect(await get(here, "/count")).toBe("1");
    first.kill("SIGTERM");
    expect(await first.exit).toEqual({ code: 0, signal: null });
    expect(workerdsOf(here.folder)).toEqual([]);
    await start(here);
    expect(await get(here, "/count")).toBe("2");
    expect(JSON.parse(await get(here, "/notes"))).toHaveLength(1);
    const { STARTED_AT: beganAgain, ...after } = JSON.parse(await get(here, "/"));
    expect(after).toEqual(before);
    expect(Number(beganAgain)).toBeGreaterThan(Number(began));
  });

  test("refuses a folder that another one holds", async () => {
    const here = await place();
    await start(here);
    const second = await start({ ...here, port: await anyFreePort() });
    expect(await second.exit).toMatchObject({ code: 1 });
    expect(second.said.err).toBe(`Another colony is running on ${here.folder}. Stop it, or choose another folder with --data DIR.\n`);
    expect(await get(here, "/xrpc/_health")).toBe("well");
  });

  test("names the flag when its port is busy", async () => {
    const here = await place();
    await start(here);
    const second = await start({ ...(await place()), port: here.port });
    expect(await second.exit).toMatchObject({ code: 1 });
    expect(second.said.err).toBe(`Port ${here.port} is busy. Choose another with --port N.\n`);
  });

  test("ends the workerd that a killed launcher left behind", async () => {
    const here = await place();
    const first = await start(here);
    const [orphan] = workerdsOf(here.folder);
    expect(await get(here, "/count")).toBe("1");
    first.kill("SIGKILL");
    await first.exit;
    expect(workerdsOf(here.folder)).toEqual([orphan]);
    const second = await start(here);
    expect(second.said.err).toContain("ended a workerd that its launcher had left behind");
    expect(workerdsOf(here.folder)).not.toContain(orphan);
    expect(await get(here, "/count")).toBe("2");
  });

  test("leaves another colony's workerd alone", async () => {
    const there = await place();
    await start(there);
    const neighbours = workerdsOf(there.folder);
    await start(await place());
    expect(workerdsOf(there.folder)).toEqual(neighbours);
  });

  test("comes back when workerd is killed, and killed again while it restarts", async () => {
    const here = await place();
    await start(here);
    expect(await get(here, "/count")).toBe("1");
    for (let round = 0; round < 2; round++) {
      const [victim] = workerdsOf(here.folder);
      killNow(victim ?? Number.NaN);
      await until(() => workerdsOf(here.folder).some((pid) => pid !== victim), "the next workerd");
      for (const pid of workerdsOf(here.folder)) killNow(pid);
      expect(await getAgain(here, "/count")).toBe(String(round + 2));
    }
  });

  test("starts although its workerd is killed during the start", async () => {
    const here = await place();
    const colony = launch(colonyCommand("--port", String(here.port), "--data", here.folder));
    launched.push(colony);
    for (let kill = 0; kill < 3; kill++) {
      await until(() => workerdsOf(here.folder).length > 0, "workerd");
      // Once it listens it has been started; before that, Miniflare reports a start that failed.
      await until(() => accepts("127.0.0.1", here.port), "its port");
      for (const pid of workerdsOf(here.folder)) killNow(pid);
    }
    await colony.ready();
    expect(colony.said.out).toContain("Colony ready");
    expect(await getAgain(here, "/count")).toBe("1");
  });

  test("stops cleanly when the signal goes to the whole group", async () => {
    const here = await place();
    const colony = await start(here);
    colony.killGroup("SIGINT");
    expect(await colony.exit).toEqual({ code: 0, signal: null });
    expect(workerdsOf(here.folder)).toEqual([]);
    expect(await accepts("127.0.0.1", here.port)).toBe(false);
  });

  test("leaves nothing behind when stopped during its start", async () => {
    const here = await place();
    const colony = launch(colonyCommand("--port", String(here.port), "--data", here.folder));
    launched.push(colony);
    await until(() => workerdsOf(here.folder).length > 0, "workerd");
    colony.kill("SIGINT");
    await colony.exit;
    await until(() => workerdsOf(here.folder).length === 0, "the end of workerd");
    const again = await start(here);
    expect(again.said.out).toContain("Colony ready");
  });
});
