import { encodeSyncFrame, type OutboxRow } from "@rookery/sync";
import { encode } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import type { CarriedRow } from "../index.ts";
import { networkFor, type NetworkUnderTest } from "../../test/network.ts";
import { LISTED, profileRow } from "../../test/profiles.ts";
import { accountRow, did } from "../../test/relay.ts";

const HOST = "peer.example.org";
const PROFILES = "agent.comms.profile";
const RECORD = encode({ $type: PROFILES, ...LISTED });

/** Rows as a peer's object brings them. */
async function bring({ network }: NetworkUnderTest, rows: OutboxRow[], more: Partial<CarriedRow> = {}): Promise<void> {
  const taken = await network().ingest({ host: HOST, rows: rows.map((row) => ({ ...row, epoch: 0, carry: true, ...more })) });
  if (!taken.ok) throw new Error(taken.error.message);
}

/** What a peer's object says after it fetched a repository anew. */
function syncRow(account: number, n: number): OutboxRow {
  const time = "2026-11-21T10:00:00.000Z";
  const rev = `3k${String(n).padStart(11, "2")}`;
  const { frame, seqAt } = encodeSyncFrame({ did: did(account), rev, blocks: new Uint8Array(9), time });
  return { did: did(account), epoch: 0, n, kind: "sync", time, frame, seqAt, rev, head: "head", data: "data" };
}

const listed = async ({ network }: NetworkUnderTest) => (await network().listed({ after: "", limit: 100, foreign: true })).map((account) => [account.did, account.host]);

describe("profiles of accounts on other hosts", () => {
  it("are listed with their host as long as they are carried", async () => {
    const net = networkFor({ test: "foreign" });
    await bring(net, [profileRow(1, 1, LISTED), profileRow(2, 2, { text: "hidden" })]);
    expect(await listed(net)).toEqual([[did(1), HOST]]);
    await bring(net, [accountRow(1, 3, "takendown")]);
    expect(await listed(net)).toEqual([]);
    await bring(net, [accountRow(1, 4)]);
    expect(await listed(net)).toEqual([[did(1), HOST]]);
    await net.network().forgetHost(HOST);
    expect(await listed(net)).toEqual([]);
  });

  it("are not listed when their commits are not carried", async () => {
    const net = networkFor({ test: "not carried" });
    await bring(net, [profileRow(1, 1, LISTED)], { carry: false });
    expect(await listed(net)).toEqual([]);
  });

  it("are not listed after commits were missed, before somebody has looked", async () => {
    const net = networkFor({ test: "missed" });
    await bring(net, [profileRow(1, 1, LISTED)]);
    await bring(net, [syncRow(1, 2)], { collections: [PROFILES, "com.example.note"] });
    expect(await listed(net)).toEqual([]);
    expect(await net.network().doubtfulProfiles(10)).toEqual([{ did: did(1), host: HOST }]);
    await net.network().settleProfile({ did: did(1), rev: "3l", record: RECORD });
    expect(await listed(net)).toEqual([[did(1), HOST]]);
    expect(await net.network().doubtfulProfiles(10)).toEqual([]);
  });

  it("are gone when the repository has none any more, or it does not ask to be listed", async () => {
    const net = networkFor({ test: "gone" });
    await bring(net, [profileRow(1, 1, LISTED), profileRow(2, 2, LISTED), profileRow(3, 3, LISTED)]);
    await bring(net, [syncRow(1, 4)], { collections: ["com.example.note"] });
    await bring(net, [syncRow(2, 5), syncRow(3, 6)], { collections: [PROFILES] });
    await net.network().settleProfile({ did: did(2), rev: "3l", record: null });
    await net.network().settleProfile({ did: did(3), rev: "3l", record: encode({ $type: PROFILES, text: "hidden" }) });
    expect(await listed(net)).toEqual([]);
    expect(await net.network().doubtfulProfiles(10)).toEqual([]);
  });

  it("are what a commit says that came while somebody looked", async () => {
    const net = networkFor({ test: "race" });
    await bring(net, [syncRow(1, 1)], { collections: [PROFILES] });
    await bring(net, [profileRow(1, 2, { text: "hidden" })]);
    await net.network().settleProfile({ did: did(1), rev: "3l", record: RECORD });
    expect(await listed(net)).toEqual([]);
    await bring(net, [syncRow(2, 3)], { collections: [PROFILES] });
    await bring(net, [profileRow(2, 4, LISTED)]);
    await net.network().settleProfile({ did: did(2), rev: "3l", record: null });
    expect(await listed(net)).toEqual([[did(2), HOST]]);
  });

  it("are not settled by a look at an older state than is known", async () => {
    const net = networkFor({ test: "stale" });
    const seen = syncRow(1, 5);
    await bring(net, [seen], { collections: [PROFILES] });
    await net.network().settleProfile({ did: did(1), rev: "3k22222222224", record: RECORD });
    expect(await listed(net)).toEqual([]);
    expect(await net.network().doubtfulProfiles(10)).toHaveLength(1);
    await net.network().settleProfile({ did: did(1), rev: seen.rev ?? "", record: RECORD });
    expect(await listed(net)).toHaveLength(1);
  });
});
