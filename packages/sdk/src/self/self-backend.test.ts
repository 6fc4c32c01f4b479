import type { Draft } from "@rookery/envelope";
import { expect, it } from "vitest";
import { KeptState } from "./kept-state.ts";
import { SelfBackend, type SelfBackendParts } from "./self-backend.ts";

const [ANN, BEN] = ["a", "b"].map((letter) => `did:plc:${letter.repeat(24)}`) as [string, string];

it("the same that is said twice at once is sent once", async () => {
  const sent: Draft[] = [];
  // Only what is called of them (named boundary).
  const backend = new SelfBackend({
    session: { did: ANN },
    state: await KeptState.load(ANN, undefined, () => {}),
    sealer: { ring: { epochKeys: [new Uint8Array(32)] }, seal: async (draft: Draft) => draft },
    transport: {
      send: async (draft: Draft) => {
        sent.push(draft);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return { uri: `at://${ANN}/${draft.collection}/${draft.rkey}`, cid: "bafy" };
      },
    },
  } as unknown as SelfBackendParts);
  const say = (rkey: string, text: string, idempotencyKey = "k") =>
    backend.send({ collection: "agent.comms.message", rkey, to: [BEN], record: { $type: "agent.comms.message", to: [BEN], content: [{ $type: "agent.comms.defs#text", text }], idempotencyKey, createdAt: "2026-11-21T09:00:00Z" } }, { privacy: "sealed" });
  const [first, again, other] = await Promise.allSettled([say("1", "x"), say("2", "x"), say("3", "y"), say("4", "y", "another")]);
  expect(again).toEqual(first);
  expect(other).toMatchObject({ status: "rejected", reason: { error: "IdempotencyConflict" } });
  expect(sent.map(({ rkey }) => rkey).toSorted()).toEqual(["1", "4"]);
  backend.close();
});
