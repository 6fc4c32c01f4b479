import { P256Keypair, Secp256k1Keypair } from "@atproto/crypto";
import { blocksToCarFile, MemoryBlockstore, Repo, WriteOpAction, type RecordWriteOp } from "@atproto/repo";
import { describe, expect, it } from "vitest";
import { carBytes, cidFromString, cidKey, encode, cidOf, readCar, type CidBytes } from "@rookery/repo";
import { checkCommit, isDatetime, type SyncFailureCode } from "./check-commit.ts";
import type { CommitBody, CommitOp } from "./frame.ts";
import { type CommittedRecord, recordAt } from "./committed-record.ts";
import { seeded, sha256, TestAgent, TIME } from "../test/agent.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const record = (text: string) => ({ $type: "app.bsky.feed.post", text });
const path = (rkey: string) => `app.bsky.feed.post/${rkey}`;

/** An agent with 40 records, and its next commit: one create, one update, one delete. */
function scene() {
  const agent = new TestAgent(DID);
  agent.commit(Array.from({ length: 40 }, (_, i) => ({ action: "create" as const, path: path(`r${i}`), record: record(`n${i}`) })));
  const body = agent.commit([
    { action: "create", path: path("new"), record: record("new") },
    { action: "update", path: path("r7"), record: record("changed") },
    { action: "delete", path: path("r9") },
  ]);
  return { agent, body };
}

const { agent, body } = scene();
const check = (changed: object, didKey = agent.didKey, now?: number) => checkCommit({ ...body, ...changed }, { sha256, didKey, ...(now === undefined ? {} : { now }) });
const otherCid = cidOf(sha256, encode("other"));
const opWith = (index: number, change: object): CommitOp[] => body.ops.map((op, i) => (i === index ? { ...op, ...change } : op));

/** The body with its CAR rebuilt without some blocks. */
function without(drop: (cid: CidBytes, bytes: Uint8Array) => boolean): Partial<CommitBody> {
  const { blocks } = readCar(body.blocks, sha256);
  const kept = [...blocks].map(([key, bytes]) => ({ cid: Uint8Array.from(key, (char) => char.charCodeAt(0)), bytes })).filter(({ cid, bytes }) => !drop(cid, bytes));
  return { blocks: carBytes(body.commit, kept) };
}

describe("a commit", () => {
  it("that is sound passes, and gives what a reader goes on with", async () => {
    const checked = await check({});
    expect(checked).toMatchObject({ ok: true, value: { did: DID, rev: body.rev, since: body.since, data: agent.root, prevData: body.prevData } });
  });

  it("may be a repository's first, with or without records", async () => {
    for (const changes of [[], [{ action: "create" as const, path: path("a"), record: record("a") }]]) {
      const fresh = new TestAgent(DID);
      expect(await checkCommit(fresh.commit(changes), { sha256, didKey: fresh.didKey })).toMatchObject({ ok: true, value: { since: null, prevData: null } });
    }
  });

  it("may change nothing but its rev", async () => {
    const quiet = new TestAgent(DID);
    quiet.commit([{ action: "create", path: path("a"), record: record("a") }]);
    expect(await checkCommit(quiet.commit([]), { sha256, didKey: quiet.didKey })).toMatchObject({ ok: true });
  });

  const big = Array.from({ length: 201 }, (_, i): CommitOp => ({ action: "create", path: path(`x${i}`), cid: otherCid }));
  it.each<[string, object, SyncFailureCode]>([
    ["above 2,000,000 bytes", { blocks: new Uint8Array(2_000_001) }, "TooLarge"],
    ["of 201 ops", { ops: big }, "TooManyOps"],
    ["with rebase", { rebase: true }, "Deprecated"],
    ["with tooBig", { tooBig: true }, "Deprecated"],
    ["with a bad time", { time: "yesterday" }, "BadTime"],
    ["with a rev that is no TID", { rev: "rev" }, "BadRev"],
    ["with since after rev", { since: "7zzzzzzzzzzzz" }, "BadRev"],
    ["with since equal to rev", { since: body.rev }, "BadRev"],
    ["with since that is no TID", { since: "3" }, "BadRev"],
    ["with prevData but no since", { since: null }, "MissingPrevData"],
    ["with since but no prevData", { prevData: undefined }, "MissingPrevData"],
    ["with two ops on a path", { ops: [...body.ops, ...body.ops.slice(0, 1)] }, "DuplicatePath"],
    ["with a path that is none", { ops: opWith(0, { path: "nopath" }) }, "BadOp"],
    ["with a create that has a prev", { ops: opWith(0, { prev: otherCid }) }, "BadOp"],
    ["with an update that has no prev", { ops: opWith(1, { prev: undefined }) }, "BadOp"],
    ["with a delete that has a cid", { ops: opWith(2, { cid: otherCid }) }, "BadOp"],
    ["with a delete that has no prev", { ops: opWith(2, { prev: undefined }) }, "BadOp"],
    ["with bytes that are no CAR", { blocks: new Uint8Array([1, 2, 3]) }, "BadBlocks"],
    ["with a truncated CAR", { blocks: body.blocks.subarray(0, -1) }, "BadBlocks"],
    ["with another commit's CID", { commit: otherCid }, "WrongRoot"],
    ["without the commit block", without((cid) => cidKey(cid) === cidKey(body.commit)), "BadBlocks"],
    ["of another repository", { repo: "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb" }, "FieldMismatch"],
    ["of another rev", { rev: "3zzzzzzzzzzzz" }, "FieldMismatch"],
    ["without the new record", without((cid) => cidKey(cid) === cidKey(body.ops[0]?.cid ?? otherCid)), "MissingRecord"],
    ["without its tree", without((cid) => cidKey(cid) === cidKey(agent.root)), "InversionFailed"],
    ["with a record that is not in the tree", { ops: opWith(0, { path: path("elsewhere") }) }, "InversionFailed"],
    ["with a delete of what is still there", { ops: opWith(2, { path: path("r8") }) }, "InversionFailed"],
    ["with another prev in an update", { ops: opWith(1, { prev: otherCid }) }, "PrevDataMismatch"],
    ["with another prev in a delete", { ops: opWith(2, { prev: otherCid }) }, "PrevDataMismatch"],
    ["with an op left out", { ops: body.ops.slice(1) }, "PrevDataMismatch"],
    ["with another prevData", { prevData: otherCid }, "PrevDataMismatch"],
  ])("%s is refused", async (_, changed, code) => {
    const { prevData, ...rest } = { ...body, ...changed };
    const tampered = { ...rest, ...(prevData === undefined ? {} : { prevData }) };
    expect(await checkCommit(tampered, { sha256, didKey: agent.didKey })).toMatchObject({ ok: false, failure: { code, message: expect.any(String) } });
  });

  it("with any flipped bit in its blocks is refused", async () => {
    const random = seeded(7);
    for (let i = 0; i < 60; i++) {
      const blocks = body.blocks.slice();
      const at = random(blocks.length);
      blocks[at] = (blocks[at] ?? 0) ^ (1 << random(8));
      expect((await check({ blocks })).ok, `byte ${at}`).toBe(false);
    }
  });

  it("signed by another key is refused", async () => expect(await check({}, new TestAgent(DID).didKey)).toMatchObject({ failure: { code: "BadSignature" } }));

  it("from the future is refused where there is a clock", async () => {
    const made = 1_700_000_000_000;
    expect(await check({}, agent.didKey, made - 4 * 60_000)).toMatchObject({ ok: true });
    expect(await check({}, agent.didKey, made - 6 * 60_000)).toMatchObject({ failure: { code: "FutureRev" } });
  });
});

it.each([
  ["2026-11-21T10:00:00.000Z", true], ["2026-11-21T10:00:00Z", true], ["2026-11-21T10:00:00+02:00", true],
  ["2026-11-21", false], ["2026-11-21T10:00:00", false], ["2026-13-41T10:00:00Z", false], ["", false],
])("datetime %s", (text, valid) => expect(isDatetime(text)).toBe(valid));

describe("commits made by @atproto/repo", () => {
  it.each([["P-256", () => P256Keypair.create()], ["secp256k1", () => Secp256k1Keypair.create()]] as const)("pass, over a history signed with %s", async (_, create) => {
    const keypair = await create();
    const storage = new MemoryBlockstore();
    let repo = await Repo.create(storage, DID, keypair);
    const random = seeded(11);
    const keys: string[] = [];
    for (let step = 0; step < 25; step++) {
      const writes: RecordWriteOp[] = [];
      for (let i = 0; i < 3; i++) {
        const rkey = `k${random(1e6)}x${step}x${i}`;
        writes.push({ action: WriteOpAction.Create, collection: "com.example.record", rkey, record: { n: random(1e9) } });
      }
      const [old, older] = [keys[step * 2], keys[step * 2 + 1]];
      if (old !== undefined) writes.push({ action: WriteOpAction.Update, collection: "com.example.record", rkey: old, record: { n: -1 - step } });
      if (older !== undefined) writes.push({ action: WriteOpAction.Delete, collection: "com.example.record", rkey: older });
      const before = repo.data;
      const prevs = await Promise.all(writes.map((write) => before.get(`${write.collection}/${write.rkey}`)));
      const prevData = await before.getPointer();
      const commit = await repo.formatCommit(writes, keypair);
      repo = await repo.applyCommit(commit);
      for (const write of writes) if (write.action === WriteOpAction.Create) keys.push(write.rkey);
      const ops = await Promise.all(
        writes.map(async (write, i): Promise<CommitOp> => {
          const at = `${write.collection}/${write.rkey}`;
          const cid = await repo.data.get(at);
          const prev = prevs[i];
          const op: CommitOp = { action: write.action, path: at, cid: cid === null ? null : cidFromString(cid.toString()) };
          if (prev !== null && prev !== undefined) op.prev = cidFromString(prev.toString());
          return op;
        }),
      );
      commit.relevantBlocks.addMap(commit.newBlocks);
      const blocks = await blocksToCarFile(commit.cid, commit.relevantBlocks);
      const event: CommitBody = { repo: DID, commit: cidFromString(commit.cid.toString()), rev: commit.rev, since: commit.since, blocks, ops, prevData: cidFromString(prevData.toString()), time: TIME };
      expect(await checkCommit(event, { sha256, didKey: keypair.did() }), `step ${step}`).toMatchObject({ ok: true });
    }
  });
});

describe("a record out of a commit", () => {
  const recordIn = async (rkey: string): Promise<CommittedRecord | undefined> => {
    const checked = await checkCommit(body, { sha256, didKey: agent.didKey });
    if (!checked.ok) throw new Error(checked.failure.message);
    return recordAt(checked.value, path(rkey));
  };
  it("comes with its bytes and CID", async () => {
    expect(await recordIn("new")).toEqual({ did: DID, rev: body.rev, path: path("new"), record: { cid: body.ops[0]?.cid, bytes: encode(record("new")) } });
  });
  it("is null where the commit deleted it", async () => expect(await recordIn("r9")).toMatchObject({ record: null }));
  it("is undefined where the commit did nothing", async () => expect(await recordIn("r1")).toBeUndefined());
  it("does not hold on to the frame", async () => {
    const bytes = (await recordIn("new"))?.record?.bytes;
    expect(bytes).toBeDefined();
    expect(bytes?.buffer.byteLength).toBe(bytes?.length);
  });
});
