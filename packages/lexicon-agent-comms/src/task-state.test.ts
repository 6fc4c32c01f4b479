import { describe, expect, it } from "vitest";
import { isFinal, isTaskState, mayFollow, taskStates } from "./task-state.ts";

const open = "submitted working input-required auth-required";
const closed = "completed failed canceled rejected expired";

/** The whole table, written out a second time and independently of the code. */
const table: Record<string, string> = {
  undefined: `${open} ${closed}`,
  submitted: `${open} ${closed}`,
  working: "working input-required auth-required completed failed canceled expired",
  "input-required": "working input-required auth-required completed failed canceled expired",
  "auth-required": "working input-required auth-required completed failed canceled expired",
  completed: "",
  failed: "",
  canceled: "",
  rejected: "",
  expired: "",
};

const pairs = [undefined, ...taskStates].flatMap((from) => taskStates.map((to) => [from, to] as const));

describe("task states", () => {
  it.each(pairs)("%s → %s", (from, to) => {
    expect(mayFollow(from, to)).toBe(table[String(from)]?.split(" ").includes(to));
  });

  it("knows nine of them, five final", () => {
    expect(taskStates).toEqual(`${open} ${closed}`.split(" "));
    expect(taskStates.filter(isFinal)).toEqual(closed.split(" "));
  });

  it("tells known states from others", () => {
    expect(taskStates.every(isTaskState)).toBe(true);
    expect(isTaskState("dreaming")).toBe(false);
  });
});
