import { expect, test } from "vitest";
import { minutesOf } from "./crons.mjs";

test("crons of every minute and of every so many minutes are known, others are refused", () => {
  expect(minutesOf("* * * * *")).toBe(1);
  expect(minutesOf("*/15 * * * *")).toBe(15);
  for (const cron of ["0 3 * * *", "*/0 * * * *", "* * * *", ""]) expect(() => minutesOf(cron)).toThrow(/cannot run the cron/);
});
