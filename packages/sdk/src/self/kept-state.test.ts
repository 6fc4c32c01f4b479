import { memoryKeyStore } from "@rookery/envelope";
import { describe, expect, it } from "vitest";
import { AgentStateError, KeptState } from "./kept-state.ts";

const DID = "did:plc:ann";
const none = () => {};

describe("what is kept between runs", () => {
  it("comes back, all of it together", async () => {
    const store = memoryKeyStore();
    const first = await KeptState.load(DID, store, none);
    first.tasks.put("task", "one", { state: "working" });
    first.cursor = "7";
    await first.save();
    const second = await KeptState.load(DID, store, none);
    expect(second.cursor).toBe("7");
    expect(second.tasks.get("task", "one")).toEqual({ state: "working" });
  });

  it("is kept soon after it changes, without being told", async () => {
    const store = memoryKeyStore();
    (await KeptState.load(DID, store, none)).cursor = "1";
    await expect.poll(async () => (await KeptState.load(DID, store, none)).cursor).toBe("1");
  });

  it.each([["damaged", "{", "cannot be read"], ["of a later version", JSON.stringify({ version: 9, did: DID, tasks: [] }), "cannot be read"], ["of another agent", JSON.stringify({ version: 1, did: "did:plc:bob", tasks: [] }), "is of did:plc:bob"]])("is left as it is when it is %s", async (_, text, message) => {
    const store = memoryKeyStore(text);
    await expect(KeptState.load(DID, store, none)).rejects.toThrow(AgentStateError);
    await expect(KeptState.load(DID, store, none)).rejects.toThrow(message);
    expect(await store.load()).toBe(text);
  });

  it("that cannot be kept is told", async () => {
    const errors: unknown[] = [];
    const state = await KeptState.load(DID, { load: async () => undefined, save: async () => Promise.reject(new Error("disk full")) }, (error) => void errors.push(error));
    state.cursor = "1";
    await expect.poll(() => errors).toMatchObject([{ message: "disk full" }]);
  });

  it("is nothing where there is no store", async () => {
    const state = await KeptState.load(DID, undefined, none);
    state.cursor = "1";
    await state.save();
    expect((await KeptState.load(DID, undefined, none)).cursor).toBeUndefined();
  });
});
