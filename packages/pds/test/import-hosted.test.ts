import { ids } from "@rookery/lexicon-agent-comms";
import type { LexMap } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { type Made, op, ringAlarm, value } from "./agents.ts";
import { carOfRepo, foreignKey, foreignRepo, streamOf } from "./foreign-repo.ts";
import { documents, useDirectory } from "./mail.ts";
import { hosted, listed, useNeighbours } from "./sealing-world.ts";

useDirectory();
useNeighbours();

/** A repository of these records comes in place of the agent's. */
const bring = async (agent: Made, records: Record<string, LexMap>): Promise<void> => {
  const key = await foreignKey();
  documents.set(`${agent.did}/log/audit`, [{ operation: { type: "plc_operation", verificationMethods: { atproto: await key.exportPublicKey("did") } } }]);
  const repo = await foreignRepo(agent.did, key, new Map(Object.entries(records)));
  value(await agent.api.importRepo({ car: streamOf(carOfRepo(repo)) }));
};

const SAME = "3l3qo2vutsw2b";
const memory = (text: string) => ({ $type: ids.AgentMemoryNote, text, createdAt: "2026-11-21T00:00:00.000Z" });
const texts = async (agent: Made, query: string) => value(await agent.api.recall({ query })).memories.map(({ value: { text } }) => text);

describe("an agent whose colony holds its keys, and whose repository is replaced", () => {
  it("remembers what the new one says, and nothing of the old one", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed on Mondays.", privacy: "public" }));
    const plain = op({ action: "create", collection: ids.AgentMemoryNote, rkey: SAME, record: { text: "Tea is at four.", createdAt: "2026-11-21T00:00:00.000Z" } });
    value(await agent.api.write({ ops: [plain] }));
    expect(await texts(agent, "harbour")).toEqual(["The harbour is closed on Mondays."]);
    await bring(agent, {
      [`${ids.AgentMemoryNote}/${SAME}`]: memory("The lighthouse is lit at nine."),
      [`${ids.AgentMemoryNote}/other`]: memory("Ravens sleep in the tower."),
      // Nobody has looked at these before.
      [`${ids.AgentMemoryNote}/a:b~c.d`]: { text: 7, tags: "no list", createdAt: { a: [] } },
      [`${ids.AgentMemoryFact}/self`]: { sealed: "no envelope" },
      [`${ids.AgentMemoryDecision}/-`]: {},
      [`${ids.AgentMemoryPins}/self`]: { memories: [1, null, { a: 1 }] },
    });
    expect(await texts(agent, "harbour")).toEqual([]);
    expect(await texts(agent, "tea")).toEqual([]);
    expect(await texts(agent, "lighthouse")).toEqual(["The lighthouse is lit at nine."]);
    expect(await texts(agent, "ravens")).toEqual(["Ravens sleep in the tower."]);
    expect(value(await agent.api.getMemoryStats())).toMatchObject({ pending: 0 });
  });

  it("publishes its key again at once when the new one does not have it", async () => {
    const agent = await hosted();
    expect(await listed(agent, ids.AgentCommsKey)).toHaveLength(1);
    await bring(agent, { "com.example.note/a": { text: "a" } });
    // In a week otherwise.
    await ringAlarm(agent);
    expect(await listed(agent, ids.AgentCommsKey)).toHaveLength(1);
  });
});
