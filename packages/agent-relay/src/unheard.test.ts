import { describe, expect, it } from "vitest";
import { accountRow, commitRow, did, identityRow, relayFor } from "../test/relay.ts";
import type { StandingNote } from "./relay-api.ts";

const note = (account: number, change: Partial<StandingNote> = {}): StandingNote => ({ did: did(account), epoch: 7, n: 0, head: "head", rev: "rev", status: "deactivated", ...change });

describe("an account that no event tells of", () => {
  it("is listed as it stands, and the log knows nothing of it", async () => {
    const { stub } = relayFor({ test: "unheard" });
    expect(await stub.noteStanding(note(1))).toEqual({ isHeld: true });
    expect(await stub.noteStanding(note(1, { head: "head-2", rev: "rev-2" }))).toEqual({ isHeld: true });
    expect(await stub.listRepos({ limit: 5 })).toEqual({ ok: true, value: { repos: [{ did: did(1), head: "head-2", rev: "rev-2", active: false, status: "deactivated" }] } });
    expect(await stub.stats()).toMatchObject({ rows: 0, lastSeq: 0 });
    // It begins to speak: every row of it is new.
    expect(await stub.ingest([{ ...accountRow(1, 1), epoch: 7 }, commitRow(1, 2, { epoch: 7 })])).toEqual({ ok: true, value: { epoch: 7, n: 2 } });
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ did: did(1), head: "head-1-2", active: true }] } });
    expect(await stub.stats()).toMatchObject({ rows: 2 });
    expect(await stub.noteStanding(note(1))).toEqual({ isHeld: true });
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ head: "head-1-2", active: true }] } });
  });

  it("goes as it came, and a note that was late does not bring it back", async () => {
    const { stub } = relayFor({ test: "unheard-gone" });
    await stub.noteStanding(note(1));
    expect(await stub.noteStanding(note(1, { status: "deleted" }))).toEqual({ isHeld: true });
    await stub.noteStanding(note(1));
    await stub.noteStanding(note(2, { status: "deleted" }));
    expect(await stub.listRepos({ limit: 5 })).toEqual({ ok: true, value: { repos: [] } });
    // In a later life it does.
    await stub.noteStanding(note(1, { epoch: 8 }));
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ did: did(1) }] } });
    expect(await stub.stats()).toMatchObject({ rows: 0 });
  });

  it("that lived here before is listed anew, and begins anew", async () => {
    const { stub } = relayFor({ test: "unheard-again" });
    await stub.ingest([commitRow(1, 1), commitRow(1, 2), accountRow(1, 3, "deleted")]);
    await stub.noteStanding(note(1));
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ did: did(1), head: "head", status: "deactivated" }] } });
    // What its earlier life still had to say is a repeat.
    await stub.ingest([commitRow(1, 2)]);
    expect(await stub.ingest([commitRow(1, 1, { epoch: 7 })])).toEqual({ ok: true, value: { epoch: 7, n: 1 } });
  });

  it("gets no mail, which goes to where it lives, until it speaks", async () => {
    const { stub } = relayFor({ test: "unheard-mail" });
    const to = (n: number) => commitRow(2, n, { deliveries: [{ action: "create", path: `agent.comms.message/${n}`, cid: "cid", to: [did(1)] }] });
    await stub.noteStanding(note(1));
    await stub.ingest([to(1)]);
    expect(await stub.stats()).toMatchObject({ pendingDeliveries: 0 });
    await stub.ingest([{ ...identityRow(1, 1), epoch: 7 }]);
    await stub.ingest([to(2)]);
    expect(await stub.stats()).toMatchObject({ pendingDeliveries: 1 });
  });
});

describe("a note of an account that was heard of", () => {
  it("counts once every event before it is here", async () => {
    const { stub } = relayFor({ test: "heard" });
    expect(await stub.noteStanding(note(1, { n: 2, epoch: 1 }))).toEqual({ isHeld: false });
    await stub.ingest([commitRow(1, 1)]);
    expect(await stub.noteStanding(note(1, { n: 2, epoch: 1 }))).toEqual({ isHeld: false });
    await stub.ingest([accountRow(1, 2, "deactivated")]);
    expect(await stub.noteStanding(note(1, { n: 2, epoch: 1 }))).toEqual({ isHeld: true });
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ head: "head", rev: "rev", status: "deactivated" }] } });
    await stub.ingest([accountRow(1, 3)]);
    expect(await stub.noteStanding(note(1, { n: 2, epoch: 1, head: "older" }))).toEqual({ isHeld: true });
    expect(await stub.listRepos({ limit: 5 })).toMatchObject({ value: { repos: [{ head: "head", active: true }] } });
  });
});
