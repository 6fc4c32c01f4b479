import { runInDurableObject } from "cloudflare:test";
import { type LexMap, cidOf, encode } from "@rookery/repo";
import { type OutboxRow, encodeSyncFrame } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { LISTED, profileRow, sha256 } from "../../test/profiles.ts";
import { accountRow, commitRow, did, fill, relayFor, until, type RelayUnderTest } from "../../test/relay.ts";
import { MAX_LISTED_PAGE, MAX_PROFILE_BYTES } from "../settings.ts";

const listed = async ({ stub }: RelayUnderTest) => (await stub.listed({ after: "", limit: 100 })).map((account) => account.did);

describe("the profiles of listed accounts", () => {
  it("are those that say so, as of their newest commit", async () => {
    const relay = relayFor({ test: "listed" });
    await relay.stub.ingest([profileRow(1, 1, LISTED)]);
    await relay.stub.ingest([profileRow(2, 1, { text: "hidden" })]);
    await relay.stub.ingest([profileRow(3, 1, LISTED, "agent.comms.profile/other")]);
    await relay.stub.ingest([profileRow(4, 1, LISTED, "com.example.note/agent.comms.profile")]);
    expect(await listed(relay)).toEqual([did(1)]);
    await relay.stub.ingest([profileRow(2, 2, LISTED)]);
    expect(await listed(relay)).toEqual([did(1), did(2)]);
    await relay.stub.ingest([profileRow(1, 2, { text: "no more" })]);
    expect(await listed(relay)).toEqual([did(2)]);
    await relay.stub.ingest([profileRow(2, 3, null)]);
    expect(await listed(relay)).toEqual([]);
  });

  it("are found in a commit of many and long ops", async () => {
    const relay = relayFor({ test: "many ops" });
    const cid = cidOf(sha256, encode("x"));
    const others = Array.from({ length: 199 }, (_, i) => ({ action: "update" as const, path: `${"a.".repeat(157)}b/${String(i).padStart(512, "0")}`, cid, prev: cid }));
    await relay.stub.ingest([profileRow(1, 1, LISTED, undefined, others)]);
    expect(await listed(relay)).toEqual([did(1)]);
  });

  it("are what a #sync of a repository says that no commits led to, and stay when one says nothing of them", async () => {
    const relay = relayFor({ test: "moved" });
    const sync = (n: number, profile?: string | null): OutboxRow => {
      const time = "2026-11-21T10:00:00.000Z";
      const rev = `3k${String(n).padStart(11, "2")}`;
      const { frame, seqAt } = encodeSyncFrame({ did: did(1), rev, blocks: new Uint8Array(9), time });
      return { did: did(1), epoch: 1, n, kind: "sync", time, frame, seqAt, rev, head: "head", data: "data", ...(profile === undefined ? {} : { profile }) };
    };
    const base64 = (record: LexMap) => Buffer.from(encode({ $type: "agent.comms.profile", ...record })).toString("base64");
    await relay.stub.ingest([sync(1, base64(LISTED))]);
    expect(await listed(relay)).toEqual([did(1)]);
    await relay.stub.ingest([sync(2)]);
    expect(await listed(relay)).toEqual([did(1)]);
    await relay.stub.ingest([sync(3, base64({ text: "hidden" }))]);
    expect(await listed(relay)).toEqual([]);
    await relay.stub.ingest([sync(4, base64({ ...LISTED, more: "x".repeat(MAX_PROFILE_BYTES) }))]);
    expect(await listed(relay)).toEqual([]);
    await relay.stub.ingest([sync(5, base64(LISTED)), sync(6, null)]);
    expect(await listed(relay)).toEqual([]);
  });

  it("come with the record and with when the account was last seen, and outlive a restart", async () => {
    const relay = relayFor({ test: "fields" });
    await relay.stub.ingest([profileRow(1, 1, LISTED)]);
    relay.controls.clockAhead = 1_000_000;
    const before = Date.now() + 1_000_000;
    await relay.stub.ingest([commitRow(1, 2)]);
    const [account] = await relay.again().listed({ after: "", limit: 10 });
    expect(account).toMatchObject({ did: did(1), host: "" });
    expect(account?.record).toEqual(encode({ $type: "agent.comms.profile", ...LISTED }));
    expect(account?.lastEventAt).toBeGreaterThanOrEqual(before);
    expect(await relay.stub.activity(did(1))).toEqual({ active: true, lastEventAt: account?.lastEventAt });
    expect(await relay.stub.activity(did(9))).toBeUndefined();
  });

  it("disappear while an account is not active, and for good with its deletion", async () => {
    const relay = relayFor({ test: "inactive" });
    await relay.stub.ingest([profileRow(1, 1, LISTED)]);
    await relay.stub.ingest([accountRow(1, 2, "deactivated")]);
    expect(await listed(relay)).toEqual([]);
    await relay.stub.ingest([accountRow(1, 3)]);
    expect(await listed(relay)).toEqual([did(1)]);
    await relay.stub.ingest([accountRow(1, 4, "deleted")]);
    expect(await listed(relay)).toEqual([]);
    expect(await relay.stub.activity(did(1))).toBeUndefined();
    const rows = await runInDurableObject(relay.stub, (_, { storage }) => storage.sql.exec("SELECT * FROM profile").toArray());
    expect(rows).toEqual([]);
  });

  it("are neither lost nor ahead when the object stops in the middle", async () => {
    const relay = relayFor({ test: "crash" });
    relay.controls.faultAt = "relay.ingest.transaction";
    await relay.stub.ingest([profileRow(1, 1, LISTED)]).catch(() => undefined);
    expect(await listed(relay)).toEqual([]);
    relay.controls.faultAt = "relay.ingest.committed";
    await relay.stub.ingest([profileRow(1, 1, LISTED)]).catch(() => undefined);
    expect(await listed(relay)).toEqual([did(1)]);
    // The repeat that follows changes nothing, and a replay of what is older neither.
    await relay.stub.ingest([profileRow(1, 2, null)]);
    await relay.stub.ingest([profileRow(1, 1, LISTED)]);
    expect(await listed(relay)).toEqual([]);
  });

  it("are given in pages by DID, of a bounded size", async () => {
    const relay = relayFor({ test: "pages" });
    for (let account = 1; account <= MAX_LISTED_PAGE + 5; account++) await relay.stub.ingest([profileRow(account, 1, LISTED)]);
    const first = await relay.stub.listed({ after: "", limit: 10_000 });
    expect(first).toHaveLength(MAX_LISTED_PAGE);
    const rest = await relay.stub.listed({ after: first.at(-1)?.did ?? "", limit: 10_000 });
    expect(new Set([...first, ...rest].map((account) => account.did)).size).toBe(MAX_LISTED_PAGE + 5);
    expect(await relay.stub.listed({ after: "", limit: 10, foreign: true })).toEqual([]);
  });

  it("are not listed when they are too large, and large commits without one cost nothing", async () => {
    const relay = relayFor({ test: "large" });
    await relay.stub.ingest([profileRow(1, 1, { ...LISTED, more: "x".repeat(MAX_PROFILE_BYTES) })]);
    await fill(relay.stub, 2, 1, 3, 500_000);
    await until("all are in", async () => (await relay.stub.stats()).rows === 4);
    expect(await listed(relay)).toEqual([]);
  });
});
