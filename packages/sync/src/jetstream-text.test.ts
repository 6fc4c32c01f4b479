import { createHash } from "node:crypto";
import { carBytes, cidOf, cidToString, decode, encode } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { blocksOf } from "./car-blocks.ts";
import { encodeAccountFrame, encodeCommitFrame, encodeErrorFrame, encodeIdentityFrame, encodeInfoFrame, encodeSyncFrame, sequenceFrame, type FrameTemplate } from "./frame-encode.ts";
import { decodeFrame } from "./frame-decode.ts";
import { toV1Cbor, toV1Json } from "./frame-v1.ts";
import { viewFrame } from "./frame-view.ts";
import { accountText, commitText, opText, recordBlocks } from "./jetstream-text.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const time = "2026-11-21T10:00:00.000Z";
const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const rev = "3kaaaaaaaaaaa";
const finish = ({ frame, seqAt }: FrameTemplate) => sequenceFrame(frame, seqAt, 77);

const record = encode({ $type: "com.example.note", text: 'quotes " and é', list: [1, null, true] });
const broken = new Uint8Array([0xff, 0x00]);
const root = encode({ commit: 1 });
const [recordCid, brokenCid, rootCid] = [cidOf(sha256, record), cidOf(sha256, broken), cidOf(sha256, root)];
const commit = finish(encodeCommitFrame({
  repo: did, commit: rootCid, rev, since: "3k22222222222", time,
  blocks: carBytes(rootCid, [{ cid: rootCid, bytes: root }, { cid: recordCid, bytes: record }, { cid: brokenCid, bytes: broken }]),
  ops: [
    { action: "create", path: "com.example.note/a", cid: recordCid },
    { action: "update", path: "com.example.note/b", cid: brokenCid, prev: recordCid },
    { action: "update", path: "com.example.note/c", cid: cidOf(sha256, new Uint8Array([9])), prev: recordCid },
    { action: "delete", path: "com.example.note/d", cid: null, prev: recordCid },
  ],
}));

describe("a view of a frame", () => {
  it("says what the decoded frame says", () => {
    const view = viewFrame(commit);
    const decoded = decodeFrame(commit);
    if (decoded.kind !== "message" || decoded.t !== "#commit" || view === undefined) throw new Error("not a commit");
    expect(view).toMatchObject({ kind: "commit", did, seq: 77, rev, since: "3k22222222222", time, blocks: decoded.body.blocks });
    expect(view.ops.map(({ action, collection, rkey, cid }) => ({ action, path: `${collection}/${rkey}`, cid }))).toEqual(decoded.body.ops.map(({ action, path, cid }) => ({ action, path, cid })));
    expect(view.blocks?.buffer).toBe(commit.buffer);
  });

  it("is nothing for what is no event of an account", () => {
    expect(viewFrame(encodeInfoFrame({ name: "OutdatedCursor" }))).toBeUndefined();
    expect(viewFrame(encodeErrorFrame({ error: "FutureCursor" }))).toBeUndefined();
    expect(() => viewFrame(commit.subarray(0, 50))).toThrow("truncated");
  });
});

describe("blocks of a CAR", () => {
  const car = viewFrame(commit)?.blocks ?? new Uint8Array();

  it("are those that were asked for and are there, where they were asked for", () => {
    const missing = cidOf(sha256, new Uint8Array([9]));
    expect(blocksOf(car, [recordCid, missing, null, brokenCid, recordCid])).toEqual([record, undefined, undefined, broken, record]);
    expect(blocksOf(car, [])).toEqual([]);
  });

  it("of a torn one are there up to the tear", () => {
    const all = [rootCid, recordCid, brokenCid];
    expect(blocksOf(car, all)).toEqual([root, record, broken]);
    expect(blocksOf(car.subarray(0, car.length - 1), all)).toEqual([root, record, undefined]);
    expect(blocksOf(new Uint8Array(), all)).toEqual([undefined, undefined, undefined]);
  });
});

describe("Jetstream texts", () => {
  const view = viewFrame(commit);
  if (view === undefined) throw new Error("not a commit");
  const blocks = recordBlocks(view);
  const ops = view.ops.map((op, i) => opText(op, blocks[i]));

  it("of operations leave out what is not there or is no DAG-CBOR", () => expect(ops.map((op) => op !== undefined)).toEqual([true, false, false, true]));

  it("of v1 and of the events differ in their envelope only", () => {
    const fields = `"operation":"create","collection":"com.example.note","rkey":"a","record":{"list":[1,null,true],"text":"quotes \\" and é","$type":"com.example.note"},"cid":"${cidToString(recordCid)}"`;
    expect(commitText("v1", view, ops[0], 1_795_255_200_000_005, false)).toBe(`{"did":"${did}","time_us":1795255200000005,"kind":"commit","commit":{"rev":"${rev}",${fields}}}`);
    expect(commitText("events", view, ops[0], 1_795_255_200_000_005, false)).toBe(
      `{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":1795255200000005,"did":"${did}","time":"2026-11-21T10:00:00.000005Z","rev":"${rev}",${fields}}}`,
    );
    expect(JSON.parse(commitText("v1", view, undefined, 5, true))).toEqual({ did, time_us: 5, kind: "commit", commit: { rev, prevRev: "3k22222222222" } });
    expect(JSON.parse(commitText("v1", { ...view, since: null }, ops[3], 5, true))).toMatchObject({ commit: { operation: "delete", rkey: "d", prevRev: null } });
  });

  it("of identities always have a handle", () => {
    const text = (frame: Uint8Array) => {
      const seen = viewFrame(frame);
      return seen === undefined ? undefined : (JSON.parse(accountText("v1", seen, 9)) as unknown);
    };
    expect(text(finish(encodeIdentityFrame({ did, time })))).toEqual({ did, time_us: 9, kind: "identity", identity: { did, handle: "handle.invalid", seq: 77, time } });
    expect(text(finish(encodeIdentityFrame({ did, time, handle: "a.test" })))).toMatchObject({ identity: { handle: "a.test" } });
    expect(text(finish(encodeAccountFrame({ did, time, active: false, status: "suspended" })))).toEqual({ did, time_us: 9, kind: "account", account: { active: false, did, seq: 77, status: "suspended", time } });
    expect(text(finish(encodeSyncFrame({ did, time, rev, blocks: new Uint8Array([1, 2, 3]) })))).toEqual({ did, time_us: 9, kind: "sync", sync: { blocks: { $bytes: "AQID" }, did, rev, seq: 77, time } });
  });
});

describe("the newer framings", () => {
  it("say in one object what the frame says in two", () => {
    const json = JSON.parse(toV1Json(commit)) as { $type: string; payload: Record<string, unknown> };
    expect(json).toMatchObject({ $type: "message", payload: { $type: "com.atproto.sync.subscribeRepos#commit", seq: 77, commit: { $link: cidToString(rootCid) }, blobs: [] } });
    const cbor = decode(toV1Cbor(commit)) as { $type: string; payload: Record<string, unknown> };
    expect(Object.keys(cbor.payload).toSorted()).toEqual(Object.keys(json.payload).toSorted());
    expect(cbor.payload["blocks"]).toEqual(viewFrame(commit)?.blocks);
    expect(() => toV1Json(encodeErrorFrame({ error: "X" }))).toThrow("not a message");
  });
});
