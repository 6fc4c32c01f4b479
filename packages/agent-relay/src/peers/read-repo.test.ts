import { describe, expect, it } from "vitest";
import { carBytes, cidOf, CborWriter, signCommit, type CidBytes } from "@rookery/repo";
import { sha256, TestAgent } from "../../../sync/test/agent.ts";
import { message, post } from "../../test/peer.ts";
import { readRepo } from "./read-repo.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const LIMITS = { maxBytes: 2_000_000, maxKeptBytes: 500_000 };

const read = (bytes: Uint8Array, limits = LIMITS) => readRepo(new Blob([bytes]).stream(), DID, sha256, limits);

/** Nodes without keys, one below the other, under a commit. */
function chain(depth: number): Uint8Array {
  const blocks: { cid: CidBytes; bytes: Uint8Array }[] = [];
  let below: CidBytes | null = null;
  for (let i = 0; i < depth; i++) {
    const w = new CborWriter(64);
    w.map(2);
    w.text("e");
    w.array(0);
    w.text("l");
    if (below === null) w.null();
    else w.cid(below);
    const bytes = w.finish();
    below = cidOf(sha256, bytes);
    blocks.push({ cid: below, bytes });
  }
  const commit = signCommit({ did: DID, data: below ?? new Uint8Array(), rev: "3kkkkkkkkkkkk" }, () => new Uint8Array(64), sha256);
  return carBytes(commit.cid, [commit, ...blocks]);
}

describe("a repository's archive", () => {
  it("is whole: its commit, and the collections it has records in", async () => {
    const agent = new TestAgent(DID);
    agent.commit(Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? message(`m${i}`) : post(`p${i}`))));
    const found = await read(agent.archive());
    expect(found).toMatchObject({ commit: agent.latest.cid, signed: { did: DID, rev: agent.latest.rev, data: agent.root }, collections: ["agent.comms.message", "app.bsky.feed.post"] });
  });

  it("may be empty", async () => {
    const agent = new TestAgent(DID);
    agent.commit([]);
    expect((await read(agent.archive())).collections).toEqual([]);
  });

  it("is refused beyond its bounds, in size and in what would have to be kept", async () => {
    const agent = new TestAgent(DID);
    agent.commit(Array.from({ length: 100 }, (_, i) => message(`m${i}`)));
    await expect(read(agent.archive(), { ...LIMITS, maxBytes: 1_000 })).rejects.toThrow("larger than 1000 bytes");
    await expect(read(agent.archive(), { ...LIMITS, maxKeptBytes: 5_000 })).rejects.toThrow("more than 5000 bytes of tree");
  });

  it("is refused when nodes hang where none belong, however deep", async () => {
    await expect(read(chain(2))).rejects.toThrow("below the bottom layer");
    await expect(read(chain(2_000))).rejects.toThrow("below the bottom layer");
  });
});
