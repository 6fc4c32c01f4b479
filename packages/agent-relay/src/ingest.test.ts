import { describe, expect, it } from "vitest";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { MAX_INGEST_ROWS, MAX_ROW_BLOB_BYTES } from "./settings.ts";
import { accountRow, commitRow, did, fill, identityRow, relayFor, subscribe, until, upTo } from "../test/relay.ts";
import { sequenceFrame } from "@rookery/sync";

describe("ingest", () => {
  it("takes each row once, however often it comes, and always answers with what it holds", async () => {
    const { stub } = relayFor({ test: "dedupe" });
    const rows = [identityRow(1, 1), accountRow(1, 2), commitRow(1, 3)];
    expect(await stub.ingest(rows)).toEqual({ ok: true, value: { epoch: 1, n: 3 } });
    expect(await stub.ingest(rows)).toEqual({ ok: true, value: { epoch: 1, n: 3 } });
    expect(await stub.ingest([commitRow(1, 2), commitRow(1, 3), commitRow(1, 4)])).toEqual({ ok: true, value: { epoch: 1, n: 4 } });
    expect(await stub.ingest([commitRow(1, 1)])).toEqual({ ok: true, value: { epoch: 1, n: 4 } });
    expect(await stub.stats()).toMatchObject({ firstSeq: 1, lastSeq: 4, rows: 4 });
  });

  it("accepts a gap in n, starts anew with a higher epoch, and ignores a lower one", async () => {
    const { stub } = relayFor({ test: "epochs" });
    await stub.ingest([commitRow(1, 1), commitRow(1, 7)]);
    expect(await stub.ingest([commitRow(1, 1, { epoch: 2 })])).toEqual({ ok: true, value: { epoch: 2, n: 1 } });
    expect(await stub.ingest([commitRow(1, 99, { epoch: 1 })])).toEqual({ ok: true, value: { epoch: 2, n: 1 } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 3 });
  });

  it("takes commits of an agent that went back to a backup: old numbers, but revs that were never here", async () => {
    const { stub } = relayFor({ test: "agent-backup" });
    await stub.ingest([commitRow(1, 1), commitRow(1, 2), commitRow(1, 3)]);
    const anew = { ...commitRow(1, 4), n: 2 };
    expect(await stub.ingest([anew])).toEqual({ ok: true, value: { epoch: 1, n: 2 } });
    expect(await stub.ingest([anew])).toEqual({ ok: true, value: { epoch: 1, n: 2 } });
    expect(await stub.ingest([accountRow(1, 3, "deactivated")])).toEqual({ ok: true, value: { epoch: 1, n: 3 } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 5, rows: 5 });
    expect(await stub.listRepos({ limit: 1 })).toMatchObject({ value: { repos: [{ rev: anew.rev, active: false }] } });
  });

  it("takes a first row numbered 0", async () => {
    const { stub } = relayFor({ test: "zero" });
    expect(await stub.ingest([commitRow(1, 0, { epoch: 0 })])).toEqual({ ok: true, value: { epoch: 0, n: 0 } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 1 });
  });

  it.each([
    ["nothing", []],
    ["two accounts", [commitRow(1, 1), commitRow(2, 1)]],
    ["rows out of order", [commitRow(1, 2), commitRow(1, 1)]],
    ["a seqAt outside the frame", [{ ...commitRow(1, 1), seqAt: 1e6 }]],
    ["a negative n", [commitRow(1, -1)]],
    ["a frame above 5 MB", [commitRow(1, 1, { size: 5_000_000 })]],
  ])("refuses %s and takes nothing", async (_, rows) => {
    const { stub } = relayFor({ test: "refused" });
    expect(await stub.ingest(rows)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 0, rows: 0 });
  });

  it("takes rows of several accounts at once, and refuses one without the others", async () => {
    const { stub, again } = relayFor({ test: "many" });
    const reader = await subscribe(stub);
    const first = [identityRow(1, 1), accountRow(1, 2), commitRow(1, 3)];
    const answers = await stub.ingestMany([first, [commitRow(2, 2), commitRow(2, 1)], [], [commitRow(3, 1)], [commitRow(1, 4)]]);
    expect(answers).toMatchObject([
      { ok: true, value: { epoch: 1, n: 3 } },
      { ok: false, error: { name: "InvalidRequest" } },
      { ok: false, error: { name: "InvalidRequest" } },
      { ok: true, value: { epoch: 1, n: 1 } },
      { ok: true, value: { epoch: 1, n: 4 } },
    ]);
    await until("all five", () => reader.seqs.length === 5);
    expect(reader.seqs).toEqual(upTo(5));
    await evictDurableObject(stub);
    expect(await again().stats()).toMatchObject({ lastSeq: 5, rows: 5 });
    expect(await again().ingestMany([first])).toMatchObject([{ ok: true, value: { epoch: 1, n: 4 } }]);
    expect(await again().stats()).toMatchObject({ lastSeq: 5 });
    expect(await stub.ingestMany([])).toEqual([]);
  });

  it("takes none of more rows than one call may have", async () => {
    const { stub } = relayFor({ test: "too-many" });
    const batches = Array.from({ length: MAX_INGEST_ROWS + 1 }, (_, i) => [identityRow(i, 1)]);
    const answers = await stub.ingestMany(batches);
    expect(answers).toHaveLength(batches.length);
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 0 });
    expect((await stub.ingestMany(batches.slice(1))).every(({ ok }) => ok)).toBe(true);
  });

  it("gives a frame of several rows back whole", async () => {
    const { stub } = relayFor({ test: "chunks" });
    const big = commitRow(1, 1, { size: 2_000_000 });
    const huge = commitRow(1, 2, { size: 2 * MAX_ROW_BLOB_BYTES + 100 });
    await stub.ingest([big]);
    await stub.ingest([huge]);
    const parts = await runInDurableObject(stub, (_, state) => state.storage.sql.exec("SELECT MAX(LENGTH(bytes)) AS longest, COUNT(*) AS n FROM log_part").one());
    expect(parts).toEqual({ longest: MAX_ROW_BLOB_BYTES, n: 3 });
    const reader = await subscribe(stub, 0);
    await until("both", () => reader.frames.length === 2);
    expect(reader.bytes).toBe(big.frame.length + huge.frame.length + 2);
    const frames: Uint8Array[] = [];
    const again = await subscribe(stub, 0, { accept: false });
    again.ws.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer) frames.push(new Uint8Array(data));
    });
    again.ws.accept();
    await until("both again", () => frames.length === 2);
    expect(frames[0]).toEqual(sequenceFrame(big.frame, big.seqAt, 1));
    expect(frames[1]).toEqual(sequenceFrame(huge.frame, huge.seqAt, 2));
  });
});

describe("a fault", () => {
  it("inside the transaction leaves nothing, in memory or on disk", async () => {
    const { stub, controls } = relayFor({ test: "fault-in" });
    await fill(stub, 1, 1, 3);
    controls.faultAt = "relay.ingest.transaction";
    await runInDurableObject(stub, async (relay) => {
      await expect(relay.ingest([commitRow(1, 4), commitRow(1, 5)])).rejects.toThrow("injected");
      await expect(relay.ingest([commitRow(2, 1)])).resolves.toMatchObject({ ok: true });
    });
    expect(await stub.stats()).toMatchObject({ lastSeq: 4, rows: 4 });
    expect(await stub.ingest([commitRow(1, 4), commitRow(1, 5)])).toEqual({ ok: true, value: { epoch: 1, n: 5 } });
    const reader = await subscribe(stub, 0);
    await until("all", () => reader.seqs.length === 6);
    expect(reader.seqs).toEqual(upTo(6));
  });

  it("after the commit loses the answer, not the event", async () => {
    const { stub, controls } = relayFor({ test: "fault-after" });
    controls.faultAt = "relay.ingest.committed";
    await runInDurableObject(stub, (relay) => expect(relay.ingest([commitRow(1, 1)])).rejects.toThrow("injected"));
    expect(await stub.ingest([commitRow(1, 1)])).toEqual({ ok: true, value: { epoch: 1, n: 1 } });
    expect(await stub.stats()).toMatchObject({ lastSeq: 1, rows: 1 });
  });
});

describe("listRepos", () => {
  it("pages in a stable order, without deleted accounts and those that have no repository", async () => {
    const { stub } = relayFor({ test: "list" });
    for (const account of [3, 1, 2, 5]) await stub.ingest([commitRow(account, 1)]);
    await stub.ingest([identityRow(4, 1)]);
    await stub.ingest([accountRow(1, 2, "deleted")]);
    await stub.ingest([accountRow(2, 2, "deactivated")]);
    const first = await stub.listRepos({ limit: 2 });
    expect(first).toEqual({ ok: true, value: { repos: [expect.objectContaining({ did: did(3), head: "head-3-1", active: true }), expect.objectContaining({ did: did(2), active: false, status: "deactivated" })], cursor: "3" } });
    const second = await stub.listRepos({ limit: 2, cursor: "3" });
    expect(second).toEqual({ ok: true, value: { repos: [expect.objectContaining({ did: did(5) })] } });
    expect(await stub.listRepos({ limit: 2, cursor: "x" })).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
  });
});
