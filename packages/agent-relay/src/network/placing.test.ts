import { describe, expect, it } from "vitest";
import { ownCommit } from "../../test/colony.ts";
import { accountRow, identityRow } from "../../test/relay.ts";
import type { Repo } from "../repos.ts";
import { placingOf } from "./placing.ts";

const repo: Repo = {
  id: 1, did: "did:plc:a", host: "one.example.com", epoch: 1, n: 10, head: "head", rev: ownCommit(1, 10).rev ?? null,
  active: true, status: null, seq: 5, acked: 0, at: null, carried: true,
};
const HERE = "one.example.com";
const THERE = "two.example.com";

describe("an event of the account's host", () => {
  it("is next when its position is, a repeat otherwise", () => {
    expect(placingOf(ownCommit(1, 11), HERE, repo)).toBe("next");
    expect(placingOf(ownCommit(1, 10), HERE, repo)).toBe("repeat");
    expect(placingOf(identityRow(1, 11), HERE, repo)).toBe("next");
    expect(placingOf(identityRow(1, 9), HERE, repo)).toBe("repeat");
    expect(placingOf({ ...ownCommit(1, 99), epoch: 0 }, HERE, repo)).toBe("repeat");
  });

  it("is a repeat when its commit is known, whatever its position", () => {
    expect(placingOf({ ...ownCommit(1, 10), n: 11 }, HERE, repo)).toBe("repeat");
    expect(placingOf({ ...ownCommit(1, 10), epoch: 2 }, HERE, { ...repo, epoch: 0, n: -1 })).toBe("repeat");
    expect(placingOf({ ...ownCommit(1, 10), n: 11, kind: "sync" }, HERE, repo)).toBe("next");
  });

  it("is a repeat when it is a #sync to an earlier commit, unless the colony says so of its own account", () => {
    const earlier = { ...ownCommit(1, 9), n: 11, kind: "sync" as const };
    expect(placingOf(earlier, HERE, repo)).toBe("repeat");
    expect(placingOf(earlier, HERE, { ...repo, epoch: 0, n: -1 })).toBe("repeat");
    expect(placingOf(earlier, "", { ...repo, host: "" })).toBe("next");
  });
});

describe("an event of another host", () => {
  it("moves the account when it has a newer commit, or says that the account is active there", () => {
    expect(placingOf(ownCommit(1, 11), THERE, repo)).toBe("moved");
    expect(placingOf({ ...ownCommit(1, 11), n: 1, kind: "sync" }, THERE, repo)).toBe("moved");
    expect(placingOf(accountRow(1, 1), THERE, repo)).toBe("moved");
  });

  it("does nothing otherwise", () => {
    expect(placingOf(ownCommit(1, 10), THERE, repo)).toBe("elsewhere");
    expect(placingOf({ ...ownCommit(1, 9), n: 50 }, THERE, repo)).toBe("elsewhere");
    expect(placingOf(accountRow(1, 50, "deactivated"), THERE, repo)).toBe("elsewhere");
    expect(placingOf(accountRow(1, 50, "deleted"), THERE, repo)).toBe("elsewhere");
    expect(placingOf(identityRow(1, 50), THERE, repo)).toBe("elsewhere");
  });

  it("is next for an account of which nothing was heard, or whose host was forgotten", () => {
    expect(placingOf(identityRow(1, 1), THERE, { ...repo, n: -1, rev: null })).toBe("next");
    expect(placingOf(ownCommit(1, 11), THERE, { ...repo, epoch: 0, n: -1 })).toBe("next");
  });
});
