import { join } from "node:path";
import { P256Keypair } from "@atproto/crypto";
import { Client, createOp, createUpdateOp, tombstoneOp, updateHandleOp, updateRotationKeysOp } from "@did-plc/lib";
import { cidForCbor } from "@atproto/common";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { startPlc } from "./plc.mjs";
import { PlcStore } from "./plc-store.mjs";
import { anyFreePort } from "./ports.mjs";

/** @type {{ folder: string, port: number, plc: Awaited<ReturnType<typeof startPlc>>, client: Client }} */
let here;
/** @type {P256Keypair} */
let owner;
/** @type {P256Keypair} */
let colony;

const open = async (folder = freshFolder()) => {
  const port = await anyFreePort();
  const plc = await startPlc({ port, host: "127.0.0.1", data: folder });
  here = { folder, port, plc, client: new Client(plc.url) };
};

beforeEach(async () => {
  owner = await P256Keypair.create();
  colony = await P256Keypair.create();
  await open();
});

afterEach(() => here.plc.stop());

const genesis = (handle = "alice.test") =>
  createOp({ signingKey: colony.did(), handle, pds: "http://localhost:3000", rotationKeys: [owner.did(), colony.did()], signer: colony });

/** A new DID with its genesis. */
const register = async (handle = "alice.test") => {
  const { op, did } = await genesis(handle);
  await here.client.sendOperation(did, op);
  return { op, did };
};

/** @param {string} path */
const get = async (path) => fetch(`${here.plc.url}${path}`);

/** @param {string} [query] @returns {Promise<{ did: string, createdAt: string, nullified: boolean }[]>} */
const exported = async (query = "") => {
  const text = await (await get(`/export${query}`)).text();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
};

describe("the PLC directory", () => {
  test("keeps DIDs, audit log and times over a restart", async () => {
    const { did, op } = await register();
    await here.client.updateHandle(did, colony, "alicia.test");
    const before = { doc: await here.client.getDocument(did), audit: await here.client.getAuditableLog(did), all: await exported() };
    expect(before.audit).toHaveLength(2);
    await here.plc.stop();
    await open(here.folder);
    expect({ doc: await here.client.getDocument(did), audit: await here.client.getAuditableLog(did), all: await exported() }).toEqual(before);
    // Posting it once more is an error, after a restart as before.
    await expect(here.client.sendOperation(did, op)).rejects.toThrow(/400/);
  });

  test("refuses what is not valid, and keeps nothing of it", async () => {
    const { op, did } = await genesis();
    const stranger = await P256Keypair.create();
    const post = async (/** @type {string} */ to, /** @type {unknown} */ body) =>
      (await fetch(`${here.plc.url}/${to}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).status;
    expect(await post("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", op)).toBe(400);
    expect(await post(did, { ...op, sig: op.sig.replace(/^./, (char) => (char === "A" ? "B" : "A")) })).toBe(400);
    expect(await post(did, { hello: "there" })).toBe(400);
    expect((await get(`/${did}`)).status).toBe(404);
    await here.client.sendOperation(did, op);
    expect(await post(did, await updateHandleOp(op, stranger, "mallory.test"))).toBe(400);
    expect(await here.client.getOperationLog(did)).toEqual([op]);
  });

  test("lets one of several operations on the same one through", async () => {
    const { op, did } = await register();
    const rivals = await Promise.all(["a.test", "b.test", "c.test", "d.test"].map((handle) => updateHandleOp(op, colony, handle)));
    const outcomes = await Promise.allSettled(rivals.map((rival) => here.client.sendOperation(did, rival)));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await here.client.getOperationLog(did)).toHaveLength(2);
    await expect(here.client.getDocument(did)).resolves.toBeTruthy();
  });

  test("nullifies what a stronger key takes back, and shows it in the audit log", async () => {
    const { op, did } = await register();
    const theft = await updateRotationKeysOp(op, colony, [colony.did()]);
    await here.client.sendOperation(did, theft);
    await here.client.sendOperation(did, await updateRotationKeysOp(op, owner, [owner.did()]));
    expect((await here.client.getAuditableLog(did)).map((entry) => entry.nullified)).toEqual([false, true, false]);
    expect(await here.client.getOperationLog(did)).toHaveLength(2);
    expect((await here.client.getDocumentData(did)).rotationKeys).toEqual([owner.did()]);
  });

  test("answers 404 for a tombstoned DID, and keeps its log", async () => {
    const { op, did } = await register();
    await here.client.sendOperation(did, await tombstoneOp(await cidForCbor(op), colony));
    expect((await get(`/${did}`)).status).toBe(404);
    expect(await here.client.getOperationLog(did)).toHaveLength(2);
    expect(await (await get(`/${did}/log/last`)).json()).toMatchObject({ type: "plc_tombstone" });
  });

  test("listens on loopback only and refuses a second one on its folder or port", async () => {
    await expect(startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: here.folder })).rejects.toThrow(/Another PLC directory/);
    await expect(startPlc({ port: here.port, host: "127.0.0.1", data: freshFolder() }, "plc-port")).rejects.toThrow(`Port ${here.port} is busy. Choose another with --plc-port N.`);
  });
});

describe("its store", () => {
  test("gives every operation a time of its own, so that pages of the export lose none", async () => {
    const store = new PlcStore(join(freshFolder(), "plc.sqlite"), () => 1_700_000_000_000);
    for (let i = 0; i < 5; i++) {
      const { op, did } = await genesis(`agent-${i}.test`);
      await store.validateAndAddOp(did, op);
    }
    const seen = [];
    for (let after; ; ) {
      const page = await store.exportOps(2, after);
      if (page.length === 0) break;
      seen.push(...page);
      after = new Date(page.at(-1)?.createdAt ?? 0);
    }
    expect(new Set(seen.map((op) => op.did)).size).toBe(5);
    expect(seen).toHaveLength(5);
    await store.close();
  });

  test("sees a history that changed while an operation was being checked, whatever its length", async () => {
    const store = new PlcStore(join(freshFolder(), "plc.sqlite"));
    const { op, did } = await genesis();
    await store.validateAndAddOp(did, op);
    const theft = await updateRotationKeysOp(op, colony, [colony.did()]);
    await store.validateAndAddOp(did, theft);
    // One takes the theft back, the other builds on it: either leaves the history consistent, both would not.
    const undo = await updateRotationKeysOp(op, owner, [owner.did()]);
    const onward = await createUpdateOp(theft, colony, (unsigned) => ({ ...unsigned, alsoKnownAs: ["at://thief.test"] }));
    const outcomes = await Promise.allSettled([store.validateAndAddOp(did, undo), store.validateAndAddOp(did, onward)]);
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await store.close();
  });
});
