import { describe, expect, it } from "vitest";
import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { encodeErrorFrame, encodeInfoFrame } from "@rookery/sync";
import { accountOf, commitOf, identityOf, message, PeerUnderTest, post, syncOf } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";
import { PEER_LIMITS } from "./settings.ts";

describe("listening", () => {
  it("passes on what is verified, once the account has written what is kept, and counts the rest as accepted", async () => {
    const peer = new PeerUnderTest("kept");
    const [one, two] = [peer.agent(2), peer.agent(3)];
    await peer.send(identityOf(one), accountOf(one), commitOf(one.commit([])), syncOf(one.sync()), commitOf(one.commit([post("a")])));
    await peer.send(commitOf(two.commit([post("a")])), commitOf(one.commit([message("m")])), commitOf(one.commit([post("b")])), identityOf(one, "not.verified.org"), accountOf(one, "deactivated"));
    await peer.listen();
    const status = await peer.dealt();
    const [fourth, fifth] = peer.rows.map(({ rev }) => rev);
    expect(peer.told).toEqual([`commit 2 ${fourth}`, `commit 2 ${fifth}`, "identity 2", "account 2 deactivated"]);
    expect(peer.rows[0]).toMatchObject({ epoch: 0, n: 14, carry: true, collections: ["agent.comms.message"] });
    expect(new TextDecoder("latin1").decode(peer.rows[2]?.frame)).not.toContain("verified.org");
    expect(status).toMatchObject({ state: "live", cursor: 10, accounts: 2, desynchronized: 0, accepted: 8, refused: {} });
  });

  it("asks from the stored cursor after the host hung up, after an eviction and after an abort", async () => {
    const peer = new PeerUnderTest("resume");
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    await peer.server.hangUp();
    await peer.send(commitOf(agent.commit([message("b")])));
    await peer.dealt();
    await runInDurableObject(peer.stub, (object) => object.check());
    await abortAllDurableObjects();
    await peer.send(commitOf(agent.commit([message("c")])));
    await until("awake", async () => (await peer.stub.check(), (await peer.stub.status())?.state === "live"));
    await peer.dealt();
    expect(peer.rows.map(({ n }) => n)).toEqual([2, 4, 6]);
    void evictDurableObject;
  });
});
