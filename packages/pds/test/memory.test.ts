import { describe, expect, it } from "vitest";
import { type Made, value } from "./agents.ts";
import { useDirectory } from "./mail.ts";
import { hosted, useNeighbours } from "./sealing-world.ts";

useDirectory();
useNeighbours();

const recalled = async (agent: Made, query: string, more = {}) => value(await agent.api.recall({ query, ...more })).memories.map(({ value: record }) => record["text"]);

describe("memory of a hosted agent", () => {
  it("is sealed in the repository, and found by what it says", async () => {
    const agent = await hosted();
    const { uri } = value(await agent.api.remember({ text: "The staging key is rotated on Fridays." }));
    value(await agent.api.remember({ text: "Ana prefers tea." }));
    const rkey = uri.split("/").at(-1) ?? "";
    const { bytes } = value(await agent.api.getRecord({ collection: "agent.memory.note", rkey }));
    expect(new TextDecoder().decode(bytes)).not.toMatch(/staging|createdAt/);
    expect(value(await agent.api.recall({ query: "When is the staging key rotated?" }))).toMatchObject({ memories: [{ uri, sealed: true }] });
    expect(await recalled(agent, "When is the next eclipse of the moon?")).toEqual([]);
  });
});
