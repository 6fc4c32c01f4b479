import { describe, expect, test } from "vitest";
import { insist } from "./insist.mjs";
import { Refusal } from "./refusal.mjs";

/** @param {unknown} error @param {number} failures @param {number} [attempts] @returns How often it was tried, and what came of it. */
const attemptsAt = async (error, failures, attempts = 4) => {
  let tried = 0;
  const step = async () => {
    if (++tried <= failures) throw error;
  };
  try {
    await insist(step, attempts, () => undefined, 0);
    return { tried, outcome: "done" };
  } catch (last) {
    return { tried, outcome: last };
  }
};

describe("a step of the start", () => {
  test.each([
    ["workerd that died", new Error("fetch failed")],
    ["a port that is taken for a moment", Object.assign(new Error("Address already in use (127.0.0.1:3000)."), { code: "ERR_ADDRESS_IN_USE" })],
    ["a registry that workerd died with", new Error("D1_ERROR: Network connection lost.")],
    ["a registry that the process before still holds", new Error("D1_ERROR: database is locked: SQLITE_BUSY")],
  ])("is tried again for %s, and not for ever", async (_, error) => {
    expect(await attemptsAt(error, 2)).toEqual({ tried: 3, outcome: "done" });
    expect(await attemptsAt(error, 9)).toEqual({ tried: 4, outcome: error });
  });

  test.each([
    ["what the caller can put right", new Refusal("Choose another folder.")],
    ["a migration that cannot be", new Error('D1_ERROR: near "BOGUS": syntax error at offset 0: SQLITE_ERROR')],
    ["one that does not fit what is there", new Error("D1_ERROR: UNIQUE constraint failed: a.x: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)")],
  ])("is not tried again for %s", async (_, error) => {
    expect(await attemptsAt(error, 1)).toEqual({ tried: 1, outcome: error });
  });
});
