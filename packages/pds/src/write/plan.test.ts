import { cidOf, cidToString } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import type { PreparedOp } from "../agent-api.ts";
import { sha256 } from "../sha256.ts";
import { planWrite } from "./plan.ts";

const cid = (text: string) => cidOf(sha256, new TextEncoder().encode(text));
const commit = cid("commit");
const records = new Map([["com.example.a/there", cid("old")]]);
const now = { at: (path: string) => records.get(path) ?? null, commit, linked: (): string[] => ["com.example.a/there", "com.example.a/gone", "com.example.a/new"] };
const op = (action: PreparedOp["action"], rkey: string, more: Partial<PreparedOp> = {}): PreparedOp => ({
  action, collection: "com.example.a", rkey, ...(action === "delete" ? {} : { cid: cid("new"), bytes: new Uint8Array(1) }), ...more,
});

describe("planWrite", () => {
  it("turns a put into what the state asks for, and leaves out what changes nothing", () => {
    const plan = planWrite({ ops: [op("put", "there"), op("put", "absent"), op("delete", "nobody")] }, now);
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ action: "update", prev: cid("old") }, { action: "create", prev: null }], results: [{ action: "update" }, { action: "create" }, { action: "delete" }] } });
    expect(planWrite({ ops: [op("put", "there", { cid: cid("old") })] }, now)).toMatchObject({ ok: true, value: { changes: [], results: [{ action: "update", cid: cidToString(cid("old")) }] } });
  });

  it("compares records and commits with what the caller believes", () => {
    const believed = (swapRecord: string | null) => planWrite({ ops: [op("put", "there", { swapRecord })] }, now).ok;
    expect([believed(cidToString(cid("old"))), believed(cidToString(cid("new"))), believed(null), believed("")]).toEqual([true, false, false, false]);
    expect(planWrite({ ops: [op("put", "absent", { swapRecord: null })] }, now).ok).toBe(true);
    expect(planWrite({ ops: [], swapCommit: cidToString(commit) }, now).ok).toBe(true);
    expect(planWrite({ ops: [], swapCommit: cidToString(cid("other")) }, now)).toMatchObject({ ok: false, error: { name: "InvalidSwap", message: `Commit was at ${cidToString(commit)}` } });
  });

  it("lets an immutable record be made and deleted, not changed", () => {
    expect(planWrite({ ops: [op("put", "there", { immutable: true })] }, now)).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(planWrite({ ops: [op("put", "there", { immutable: true, cid: cid("old") })] }, now).ok).toBe(true);
    expect(planWrite({ ops: [op("delete", "there", { immutable: true })] }, now).ok).toBe(true);
  });

  it("lets what is about the same go with the commit that creates another, where that is asked for", () => {
    const made = planWrite({ ops: [op("create", "new")], replacesLinked: true }, now);
    expect(made).toMatchObject({ ok: true, value: { changes: [{ action: "delete", path: "com.example.a/there", op: { rkey: "there" } }, { action: "create" }], results: [{ rkey: "new" }] } });
    expect(planWrite({ ops: [op("create", "new")] }, now)).toMatchObject({ value: { changes: [{ action: "create" }] } });
    expect(planWrite({ ops: [op("put", "there")], replacesLinked: true }, now)).toMatchObject({ value: { changes: [{ action: "update" }] } });
  });
});
