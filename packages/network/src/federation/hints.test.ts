import { cidToString, type LexMap } from "@rookery/repo";
import { checkCommit } from "@rookery/sync";
import { expect, it } from "vitest";
import { sha256, TestAgent } from "../../../sync/test/agent.ts";
import { hintsOf } from "./hints.ts";

const BEA = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const create = (collection: string, rkey: string, record: LexMap) => ({ action: "create" as const, path: `${collection}/${rkey}`, record: { $type: collection, ...record } });

it("a commit of another host is for whom its records name; of a deleted one only the path is known", async () => {
  const agent = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
  agent.commit([create("agent.comms.message", "old", { to: [BEA] }), create("app.bsky.feed.post", "p", { to: [BEA] })]);
  const body = agent.commit([
    create("agent.comms.message", "new", { to: [BEA] }),
    create("agent.comms.broadcast", "all", {}),
    create("agent.comms.message", "nobody", { to: "somebody" }),
    create("app.bsky.feed.post", "post", { to: [BEA] }),
    { action: "update", path: "app.bsky.feed.post/p", record: { to: [BEA] } },
    { action: "delete", path: "agent.comms.message/old" },
  ]);
  const checked = await checkCommit(body, { sha256, didKey: agent.didKey });
  if (!checked.ok) throw new Error(checked.failure.message);
  const cidAt = (path: string) => cidToString(body.ops.find((op) => op.path === path)?.cid ?? new Uint8Array());
  expect(hintsOf(checked.value)).toEqual([
    { path: "agent.comms.message/new", cid: cidAt("agent.comms.message/new"), action: "create", to: [BEA] },
    { path: "agent.comms.broadcast/all", cid: cidAt("agent.comms.broadcast/all"), action: "create", to: "all" },
    { path: "agent.comms.message/old", action: "delete", to: [] },
  ]);
});

it("a record that names more than any may is for the first of them", async () => {
  const agent = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
  const to = Array.from({ length: 300 }, (_, i) => `did:web:agent${i}.example.org`);
  const checked = await checkCommit(agent.commit([create("agent.comms.message", "many", { to })]), { sha256, didKey: agent.didKey });
  if (!checked.ok) throw new Error(checked.failure.message);
  expect(hintsOf(checked.value).map((hint) => hint.to)).toEqual([to.slice(0, 256)]);
});
