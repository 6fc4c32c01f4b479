import { describe, expect, it } from "vitest";
import { lexicons } from "./index.ts";
import { isFinal, isTaskState, taskStates } from "./task-state.ts";

const open = ["submitted", "working", "input-required", "auth-required"];
const closed = ["completed", "failed", "canceled", "rejected", "expired"];

describe("task states", () => {
  it("are nine, five of them final", () => {
    expect(taskStates).toEqual([...open, ...closed]);
    expect(taskStates.filter(isFinal)).toEqual(closed);
  });

  it("are told from others", () => {
    expect(taskStates.every(isTaskState)).toBe(true);
    expect(["dreaming", "sealed", "", "toString"].filter(isTaskState)).toEqual([]);
  });

  it("are those of the lexicon, which has one more to stand for what is sealed", () => {
    const states = lexicons().getDefOrThrow("agent.comms.response", ["record"]).record.properties["state"];
    expect(states).toMatchObject({ knownValues: [...taskStates, "sealed"] });
  });
});
