import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { makeAgent } from "../../test/agents.ts";
import { Vault } from "../vault/vault.ts";
import { vaultPins } from "./vault-pins.ts";

const found = (did: string) => ({ uri: `at://${did}/agent.comms.key/3kznmn7xqxl22`, cid: "c", value: { n: 1 } });

it("of whom the agent writes to are not pushed out by those of strangers, however many ask it for something", async () => {
  const { stub, did } = await makeAgent();
  await runInDurableObject(stub, async (_, { storage }) => {
    let time = 0;
    const keeping = { now: () => time++, isCorrespondent: (of: string) => of.startsWith("did:friend"), most: 10 };
    const pins = vaultPins(new Vault(storage.sql, new Uint8Array(32).fill(7), did), keeping);
    for (let i = 0; i < 3; i++) await pins.put(`did:friend:${i}`, found(`did:friend:${i}`), true);
    for (let i = 0; i < 40; i++) await pins.put(`did:stranger:${i}`, found(`did:stranger:${i}`), true);
    for (let i = 0; i < 3; i++) expect(pins.get(`did:friend:${i}`)).toEqual(found(`did:friend:${i}`));
    // Of strangers, those who came last; and of friends, when there are too many of them.
    expect(["did:stranger:39", "did:stranger:33", "did:stranger:0"].map((of) => pins.get(of) !== undefined)).toEqual([true, true, false]);
    for (let i = 3; i < 12; i++) await pins.put(`did:friend:${i}`, found(`did:friend:${i}`), true);
    expect(["did:friend:0", "did:friend:1", "did:friend:2", "did:friend:11"].map((of) => pins.get(of) !== undefined)).toEqual([false, false, true, true]);
  });
});
