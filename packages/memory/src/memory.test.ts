import { describe, expect, it } from "vitest";
import { fakeMemory, good } from "../test/fake-repo.ts";

describe("memory", () => {
  it("finds what was remembered", async () => {
    const { memory, repo } = fakeMemory();
    const { uri } = good(await memory.remember({ text: "The deployment key for staging is rotated every Friday." }));
    await memory.remember({ text: "Ana prefers tea to coffee.", tags: ["people"] });
    const { memories } = good(await memory.recall({ query: "When is the staging deployment key rotated?" }));
    expect(memories.map((one) => one.uri)).toEqual([uri]);
    expect(memories[0]).toMatchObject({ kind: "note", sealed: true, value: { text: expect.stringContaining("Friday") } });
    expect(JSON.stringify([...repo.records])).not.toContain("Friday");
  });
});
