import { describe, expect, it } from "vitest";
import { create, makeAgent, value } from "./agents.ts";
import { world } from "./worker.ts";

describe("writing", () => {
  it("provisions, writes, reads back, and tells the relay", async () => {
    const { api, did } = await makeAgent();
    const written = value(await api.write({ ops: [create("a")] }));
    expect(written.commit?.rev).toMatch(/^[2-7a-z]{13}$/);
    const record = value(await api.getRecord({ collection: "com.example.note", rkey: "a" }));
    expect(record.cid).toBe(written.results[0]?.cid);
    await expect.poll(() => world.relay.of(did).map(({ kind }) => kind)).toEqual(["identity", "account", "commit", "sync", "commit"]);
    expect(value(await api.getHead())).toMatchObject({ did, ...written.commit });
  });
});
